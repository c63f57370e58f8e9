"""Scores equal those of scikit-learn, an implementation of its own, on all kinds of rows."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from engine import catalogue
from engine.contracts import Predicted

CLASSES = st.integers(2, 5)
SEEDS = st.integers(0, 10_000)
LABELS = [0, 1, 2, 3, 4]


def averaged(score, **options):
    """Of class 1 of two classes, else the mean over those in truth or prediction."""

    def call(truth, predicted, classes):
        average = "binary" if classes == 2 else "macro"
        return score(truth, predicted.value, average=average, zero_division=0, **options)

    return call


def against_rest(score):
    """The mean over classes with rows on both sides; of class 1 of two."""

    def call(truth, predicted, classes):
        wanted = [1] if classes == 2 else np.unique(truth)
        table = predicted.probability
        return np.mean([score(truth == k, table[:, k]) for k in wanted])

    return call


def of_values(score, **options):
    return lambda truth, predicted, classes: score(truth, predicted.value, **options)


def of_classes(score, **options):
    def call(truth, predicted, classes):
        return score(truth, predicted.probability, labels=LABELS[:classes], **options)

    return call


def brier(truth, predicted, classes):
    return oracle.brier_score_loss(
        truth, predicted.probability, labels=LABELS[:classes], scale_by_half=True
    )


ORACLES = {
    "roc_auc": against_rest(oracle.roc_auc_score),
    "average_precision": against_rest(oracle.average_precision_score),
    "log_loss": of_classes(oracle.log_loss),
    "brier": brier,
    "top_2_accuracy": of_classes(oracle.top_k_accuracy_score, k=2),
    "accuracy": of_values(oracle.accuracy_score),
    "balanced_accuracy": of_values(oracle.balanced_accuracy_score),
    "f1": averaged(oracle.f1_score),
    "precision": averaged(oracle.precision_score),
    "recall": averaged(oracle.recall_score),
    "mcc": of_values(oracle.matthews_corrcoef),
    "kappa": of_values(oracle.cohen_kappa_score),
    "rmse": of_values(oracle.root_mean_squared_error),
    "mae": of_values(oracle.mean_absolute_error),
    "median_ae": of_values(oracle.median_absolute_error),
    "r2": of_values(oracle.r2_score),
    "mape": of_values(oracle.mean_absolute_percentage_error),
    "rmsle": of_values(oracle.root_mean_squared_log_error),
    "max_error": of_values(oracle.max_error),
    "explained_variance": of_values(oracle.explained_variance_score),
}
OF_CLASSES = [name for name, row in catalogue.rows("metrics").items() if "binary" in row["tasks"]]
OF_NUMBERS = [n for n, row in catalogue.rows("metrics").items() if "regression" in row["tasks"]]


def classified(classes, seed, ties):
    """Rows of at least two classes, the last of them maybe absent from truth and predictions."""
    random = np.random.default_rng(seed)
    rows = int(random.integers(4, 60))
    absent = int(classes > 2 and random.random() < 0.3)
    truth = random.permutation(np.arange(rows) % (classes - absent))
    table = random.multinomial(4, np.full(classes, 1 / classes), rows) / 4
    if not ties:
        table = random.dirichlet(np.ones(classes), rows)
    return truth, Predicted(table.argmax(axis=1), table), classes


def scores(name, truth, predicted, classes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the oracle's, of classes that are never predicted
        expected = ORACLES[name](truth, predicted, classes)
    return catalogue.find("metrics", name)(truth, predicted, classes), expected


def test_every_metric_has_an_oracle():
    assert set(ORACLES) == set(catalogue.rows("metrics"))


@pytest.mark.parametrize("name", OF_CLASSES)
@given(classes=CLASSES, seed=SEEDS, ties=st.booleans())
def test_of_classes(name, classes, seed, ties):
    found, expected = scores(name, *classified(classes, seed, ties))
    assert found == pytest.approx(expected, abs=1e-12)


@given(classes=st.integers(3, 5), seed=SEEDS, ties=st.booleans())
def test_top_2(classes, seed, ties):
    found, expected = scores("top_2_accuracy", *classified(classes, seed, ties))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", OF_NUMBERS)
@given(seed=SEEDS, scale=st.floats(1e-3, 1e6))
def test_of_numbers(name, seed, scale):
    random = np.random.default_rng(seed)
    truth = scale * random.gamma(2, size=int(random.integers(2, 60)))
    predicted = Predicted(np.abs(truth + scale * random.normal(size=len(truth))))
    found, expected = scores(name, truth, predicted, 0)
    assert found == pytest.approx(expected, rel=1e-9)
