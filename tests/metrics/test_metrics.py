"""What the metrics promise beside their numbers, and where they have none."""

import math
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import catalogue, metrics
from engine.contracts import Predicted
from engine.errors import NotFoundError
from engine.testing import metric as suite

OF_VALUES = ["accuracy", "balanced_accuracy", "f1", "precision", "recall", "mcc", "kappa"]
OF_PROBABILITY = ["roc_auc", "average_precision", "log_loss", "brier", "top_2_accuracy"]


def score(name, truth, value=None, probability=None, classes=0):
    """Score; any warning is an error."""
    value = np.zeros(len(truth), int) if value is None else np.asarray(value)
    table = None if probability is None else np.asarray(probability, float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return metrics.load(name)(np.asarray(truth), Predicted(value, table), classes)


def written(task):
    """Names of the metrics of a task, with parameters where they need some."""
    texts = [text for name in metrics.fitting(task) for text in suite.written(name)]
    return [text for text in texts if task in metrics.load(text).tasks]


def two(probability):
    """Both columns of the probability of class 1."""
    return np.column_stack([1 - np.asarray(probability), probability])


@st.composite
def ranked(draw):
    """Truth of two classes and scores of a few distinct values, so that many are tied."""
    rows = draw(st.integers(2, 30))
    truth = np.array(draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows)))
    assume(0 < truth.sum() < rows)
    steps = draw(st.lists(st.integers(0, 8), min_size=rows, max_size=rows))
    return truth, np.array(steps) / 8


@given(ranked())
def test_roc_auc_is_the_share_of_pairs_in_order(rows):
    truth, scores = rows
    inside, outside = scores[truth == 1][:, None], scores[truth == 0][None, :]
    pairs = (inside > outside) + (inside == outside) / 2
    assert score("roc_auc", truth, probability=two(scores)) == pytest.approx(pairs.mean())


@given(ranked())
def test_ranks_alone_count(rows):
    truth, scores = rows
    for name in ("roc_auc", "average_precision"):
        plain = score(name, truth, probability=two(scores))
        assert score(name, truth, probability=two(scores**3 / 2)) == plain


@given(ranked())
def test_roc_auc_of_the_reverse(rows):
    truth, scores = rows
    forth, back = (score("roc_auc", truth, probability=two(p)) for p in (scores, 1 - scores))
    assert forth == pytest.approx(1 - back)


def test_roc_auc_of_many_rows_is_exact():
    rows = 400_000
    truth = np.arange(rows) % 2
    assert score("roc_auc", truth, probability=two(np.full(rows, 0.5))) == 0.5


def test_average_precision_by_hand():
    # Ranked: hit, miss, hit, miss -> (1/1 + 2/3) / 2
    found = score("average_precision", [1, 0, 1, 0], probability=two([0.9, 0.8, 0.7, 0.1]))
    assert found == pytest.approx(5 / 6)


def test_kappa_of_cohens_kind_of_example():
    # 50 grant proposals read twice: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no
    truth = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    value = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    assert score("kappa", truth, value) == pytest.approx(0.4)


def test_log_loss_of_certainty_that_is_wrong_is_finite():
    assert score("log_loss", [0, 1], probability=[[0, 1], [0, 1]]) == pytest.approx(18.02, abs=0.01)


@pytest.mark.parametrize("name", ["f1", "precision"])
def test_never_calling_positive_scores_worst(name):
    assert score(name, [0, 1, 1], [0, 0, 0], classes=2) == 0


@pytest.mark.parametrize("name", ["mcc", "kappa"])
def test_one_answer_for_all_is_no_better_than_chance(name):
    assert score(name, [0, 1, 1], [1, 1, 1], classes=2) == 0


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
@pytest.mark.parametrize("only", [0, 1])
def test_ranks_of_one_class_are_undefined(name, only):
    assert math.isnan(score(name, [only] * 3, probability=two([0.1, 0.5, 0.7])))


@pytest.mark.parametrize("name", ["balanced_accuracy", "f1", "precision", "recall", "mcc", "kappa"])
def test_truth_without_positives_is_undefined(name):
    assert math.isnan(score(name, [0, 0, 0], [0, 1, 0], classes=2))


def test_a_class_that_is_absent_is_left_out_of_the_mean():
    truth = np.array([0, 1, 0, 1])
    table = np.array([[0.5, 0.1, 0.4], [0.2, 0.4, 0.4], [0.1, 0.2, 0.7], [0.1, 0.5, 0.4]])
    # class 0 against the rest: 2.5 of 4 pairs; class 1: 4 of 4; class 2 has no rows
    assert score("roc_auc", truth, probability=table) == pytest.approx((2.5 / 4 + 1) / 2)


@pytest.mark.parametrize("name", OF_PROBABILITY)
def test_table_of_another_width_is_undefined(name):
    truth, table = [0, 1, 2], np.full((3, 3), 1 / 3)
    assert not math.isnan(score(name, truth, probability=table, classes=3))
    assert math.isnan(score(name, truth, probability=table, classes=4))
    assert math.isnan(score(name, [0, 1, 3], probability=table, classes=3))
    assert math.isnan(score(name, truth, probability=table[:, 0], classes=3))


@pytest.mark.parametrize("name", OF_PROBABILITY)
@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_probability_is_undefined(name, wrong):
    table = np.full((3, 3), 1 / 3)
    table[1, 1] = wrong
    assert math.isnan(score(name, [0, 1, 2], probability=table))


@pytest.mark.parametrize("name", OF_VALUES)
@pytest.mark.parametrize("wrong", [-1, 2, 0.5])
def test_what_is_no_code_is_undefined(name, wrong):
    assert math.isnan(score(name, [0, 1, 1], [0, 1, wrong], classes=2))


@pytest.mark.parametrize("name", ["r2", "explained_variance"])
def test_truth_that_does_not_vary_is_undefined(name):
    assert math.isnan(score(name, [2.0, 2.0], [1.0, 2.0]))
    assert math.isnan(score(name, [0.1] * 3, [0.1, 0.2, 0.3]))  # their mean is not quite 0.1


def test_shares_of_zero_are_undefined():
    assert math.isnan(score("mape", [0.0, 1.0], [1.0, 1.0]))


@pytest.mark.parametrize(("truth", "value"), [([-1.0, 1], [1.0, 1]), ([1.0, 1], [-2.0, 1])])
def test_logarithm_of_nothing_is_undefined(truth, value):
    assert math.isnan(score("rmsle", truth, value))


def test_what_is_too_large_to_square_is_undefined():
    assert math.isnan(score("rmse", [0.0, 1.0], [1e200, 1.0]))


def test_truth_is_left_alone():
    truth = np.array([3.0, 1.0, 2.0])
    for name in written("regression"):
        score(name, truth, truth[::-1].copy())
    assert truth.tolist() == [3.0, 1.0, 2.0]


def test_unasked_there_are_as_many_as_a_scorecard_holds():
    assert len(catalogue.rows("metrics")) > 50
    assert [len(metrics.recorded(task)) for task in ("binary", "multiclass", "regression")] == [
        11, 12, 8,
    ]  # fmt: skip


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_primary_metric_fits_its_task(task):
    fitting = metrics.fitting(task)
    assert metrics.primary(task) in fitting
    assert all(task in metrics.load(name).tasks for name in written(task))


def test_unknown_name_has_a_near_one():
    with pytest.raises(NotFoundError, match="'roc_auc'"):
        metrics.load("roc_auk")


def test_the_list_needs_no_heavy_library():
    code = (
        "import sys; from engine import metrics; metrics.fitting('binary');"
        "assert not {'numpy', 'sklearn', 'pandas', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_score_needs_scikit_learn():
    code = (
        "import sys; from engine import catalogue;"
        "rows = catalogue.rows('metrics');"
        "[catalogue.find('metrics', text) for name in rows"
        " for text in rows[name].get('examples', [name])];"
        "assert not {'sklearn', 'pandas', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
