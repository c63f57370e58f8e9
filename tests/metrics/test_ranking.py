"""Cuts by rank: ties, rounding, and too few rows."""

import math

import numpy as np
import pytest

from engine import metrics
from engine.contracts import Predicted


def score(name, hits, scores):
    table = np.column_stack([1 - np.array(scores), scores])
    return metrics.load(name)(np.array(hits), Predicted(np.zeros(len(hits), int), table), 2)


def test_by_hand():
    hits, scores = [1, 0, 1, 0, 0, 0, 0, 0, 0, 1], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0]
    assert score("precision_at_3", hits, scores) == pytest.approx(2 / 3)
    assert score("recall_at_3", hits, scores) == pytest.approx(2 / 3)
    assert score("lift_at_3", hits, scores) == pytest.approx((2 / 3) / 0.3)
    assert score("precision_at_30%", hits, scores) == pytest.approx(2 / 3)
    assert score("precision_at_1%", hits, scores) == 1  # one row at the least


def test_rows_that_tie_at_the_cut_are_counted_by_their_share():
    hits, scores = [1, 1, 0, 0, 0], [0.9, 0.5, 0.5, 0.5, 0.5]
    assert score("precision_at_3", hits, scores) == pytest.approx((1 + 2 / 4) / 3)


def test_a_tenth_of_thirty_rows_is_three():
    hits, scores = [1, 1, 1, *[0] * 27], np.linspace(1, 0, 30)
    assert score("precision_at_10%", hits, scores) == 1


def test_where_there_are_too_few_rows_or_no_positives_there_is_no_score():
    assert math.isnan(score("precision_at_4", [1, 0, 1], [0.1, 0.2, 0.3]))
    for name in ("recall_at_50%", "lift_at_50%", "ks", "gini"):
        assert math.isnan(score(name, [0, 0, 0], [0.1, 0.2, 0.3]))
