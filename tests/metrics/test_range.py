"""No prediction whatever scores beyond a metric's range."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import catalogue
from engine.contracts import Predicted
from engine.testing import metric as suite

WRITTEN = [text for name in catalogue.rows("metrics") for text in suite.written(name)]
CLASSES = {"binary": 2, "multiclass": 4}
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-3, 3).map(float)
SLACK = 1e-9


def within(metric, truth, predicted, classes):
    score = metric(truth, predicted, classes)
    assert math.isnan(score) or metric.lowest - SLACK <= score <= metric.highest + SLACK


@pytest.mark.parametrize("name", WRITTEN)
@given(data=st.data(), rows=st.integers(1, 12))
def test_scores_lie_within_the_range(name, data, rows):
    metric = catalogue.find("metrics", name)
    task = data.draw(st.sampled_from(metric.tasks))
    if task == "regression":
        column = st.lists(NUMBERS, min_size=rows, max_size=rows).map(np.array)
        return within(metric, data.draw(column), Predicted(data.draw(column)), 0)
    classes = CLASSES[task]
    codes = st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows).map(np.array)
    random = np.random.default_rng(data.draw(st.integers(0, 999)))
    table = random.dirichlet(np.full(classes, data.draw(st.sampled_from([0.01, 1.0]))), rows)
    bound = metric.bound(tuple(range(classes)))
    return within(bound, data.draw(codes), Predicted(data.draw(codes), table), classes)
