"""Scores equal those of scikit-learn or scipy, else of the formula as it stands in books."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import special, stats
from sklearn import metrics as oracle

from engine import catalogue
from engine.contracts import Predicted
from engine.testing import metric as suite

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


def positives(score):
    """Of two classes: which rows are positive, and their scores."""
    return lambda truth, predicted, classes: score(truth == 1, predicted.probability[:, 1])


def caught(hits, scores, count):
    """Positives among the first ``count`` rows, the mean over all orders of rows that tie."""
    cut = sorted(scores, reverse=True)[count - 1]
    sure = [hit for hit, score in zip(hits, scores, strict=True) if score > cut]
    tied = [hit for hit, score in zip(hits, scores, strict=True) if score == cut]
    return sum(sure) + (count - len(sure)) * sum(tied) / len(tied)


def top(share, of):
    """``of`` gives the score from what is caught, the rows looked at, positives and rows."""

    def call(hits, scores):
        count = -(-len(hits) * share // 100)  # the share is in per cent
        return of(caught(hits, scores, count), count, hits.sum(), len(hits))

    return positives(call)


def ks(hits, scores):
    return stats.ks_2samp(scores[hits], scores[~hits]).statistic


def calibration(bins):
    def call(truth, predicted, classes):
        table = predicted.probability
        said = table[:, 1] if classes == 2 else table.max(axis=1)
        right = truth == (1 if classes == 2 else table.argmax(axis=1))
        error = 0.0
        for low in range(bins):
            edge = said >= low / bins if low == bins - 1 else said < (low + 1) / bins
            inside = (said >= low / bins) & edge
            if inside.any():
                error += inside.mean() * abs(said[inside].mean() - right[inside].mean())
        return error

    return call


def kappa_in_order(truth, predicted, classes):
    """A class without rows keeps its place, so the oracle is told of all of them."""
    order = {0: 1, 1: 3, 2: 0, 3: 2}  # places of the classes in 2, 0, 3, 1
    return oracle.cohen_kappa_score(
        [order[k] for k in truth], [order[k] for k in predicted.value],
        labels=[*order], weights="linear",
    )  # fmt: skip


def costs(table, otherwise=0):
    def call(truth, predicted, classes):
        pairs = zip(truth, predicted.value, strict=True)
        return np.mean([table.get((t, p), 0 if t == p else otherwise) for t, p in pairs])

    return call


def summed(**weights):
    def call(truth, predicted, classes):
        return sum(w * ORACLES[name](truth, predicted, classes) for name, w in weights.items())

    return call


def geometric(truth, predicted, classes):
    recalls = oracle.recall_score(
        truth, predicted.value, average=None, labels=np.unique(truth), zero_division=0
    )
    return stats.gmean(recalls) if recalls.all() else 0


def huber(delta):
    return lambda truth, predicted, classes: special.huber(delta, truth - predicted.value).mean()


def correlated(score):
    return lambda truth, predicted, classes: score(truth, predicted.value).statistic


def gini_of_amounts(truth, predicted, classes):
    """By definition: over all orders of ties would be equal, and these rows have none."""

    def area(by):
        shares = np.cumsum(truth[np.argsort(by)[::-1]]) / truth.sum()
        return shares.sum() - (len(truth) + 1) / 2

    return area(predicted.value) / area(truth)


def d2_pinball(truth, predicted, classes):
    return oracle.d2_pinball_score(truth, predicted.value, alpha=0.9)


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
    "f_beta_2": averaged(oracle.fbeta_score, beta=2),
    "f_beta_0.5": averaged(oracle.fbeta_score, beta=0.5),
    "f1_weighted": of_values(oracle.f1_score, average="weighted", zero_division=0),
    "jaccard": averaged(oracle.jaccard_score),
    "specificity": of_values(oracle.recall_score, pos_label=0, zero_division=0),
    "g_mean": geometric,
    "weighted_kappa": of_values(oracle.cohen_kappa_score, weights="quadratic"),
    "weighted_kappa_linear": of_values(oracle.cohen_kappa_score, weights="linear"),
    "weighted_kappa(weights: linear, order: [2, 0, 3, 1])": kappa_in_order,
    "cost(false_positive: 5, false_negative: 100)": costs({(0, 1): 5, (1, 0): 100}),
    "cost(matrix: {0: {1: 5}, 1: {0: 100}}, otherwise: 1)": costs({(0, 1): 5, (1, 0): 100}, 1),
    "precision_at_10%": top(10, lambda found, count, hits, rows: found / count),
    "recall_at_50%": top(50, lambda found, count, hits, rows: found / hits),
    "lift_at_10%": top(10, lambda found, count, hits, rows: found / count / (hits / rows)),
    "gini": lambda *rows: 2 * ORACLES["roc_auc"](*rows) - 1,
    "ks": positives(ks),
    "top_k_accuracy_3": of_classes(oracle.top_k_accuracy_score, k=3),
    "calibration_error": calibration(10),
    "calibration_error_20": calibration(20),
    "d2_log_loss": of_classes(oracle.d2_log_loss_score),
    "d2_brier": of_classes(oracle.d2_brier_score),
    "0.7*roc_auc+0.3*f1": summed(roc_auc=0.7, f1=0.3),
    "0.5*mcc-0.5*log_loss": summed(mcc=0.5, log_loss=-0.5),
    "0.5*rmse+0.5*mae": summed(rmse=0.5, mae=0.5),
    "mse": of_values(oracle.mean_squared_error),
    "mdape": lambda truth, predicted, _: np.median(np.abs(1 - predicted.value / truth)),
    "smape": lambda truth, p, _: oracle.mean_absolute_percentage_error(
        np.ones(len(truth)), 1 + 2 * (truth - p.value) / (truth + p.value)
    ),
    "wape": lambda truth, p, _: oracle.mean_absolute_error(truth, p.value) / truth.mean(),
    "log_cosh": lambda t, p, _: (
        np.mean(special.logsumexp([t - p.value, p.value - t], axis=0)) - np.log(2)
    ),
    "huber_1": huber(1),
    "huber_0.1": huber(0.1),
    "pinball_0.9": of_values(oracle.mean_pinball_loss, alpha=0.9),
    "pinball_0.1": of_values(oracle.mean_pinball_loss, alpha=0.1),
    "poisson_deviance": of_values(oracle.mean_poisson_deviance),
    "gamma_deviance": of_values(oracle.mean_gamma_deviance),
    "tweedie_deviance_1.5": of_values(oracle.mean_tweedie_deviance, power=1.5),
    "tweedie_deviance_3": of_values(oracle.mean_tweedie_deviance, power=3),
    "d2_absolute_error": of_values(oracle.d2_absolute_error_score),
    "d2_pinball_0.9": d2_pinball,
    "d2_tweedie_1.5": of_values(oracle.d2_tweedie_score, power=1.5),
    "pearson": correlated(stats.pearsonr),
    "spearman": correlated(stats.spearmanr),
    "normalized_gini": gini_of_amounts,
    "rmse": of_values(oracle.root_mean_squared_error),
    "mae": of_values(oracle.mean_absolute_error),
    "median_ae": of_values(oracle.median_absolute_error),
    "r2": of_values(oracle.r2_score),
    "mape": of_values(oracle.mean_absolute_percentage_error),
    "rmsle": of_values(oracle.root_mean_squared_log_error),
    "max_error": of_values(oracle.max_error),
    "explained_variance": of_values(oracle.explained_variance_score),
}
ROWS = catalogue.rows("metrics")
OF_FOUR = ("weighted_kappa(weights: linear, order: [2, 0, 3, 1])", "top_k_accuracy_3")
WRITTEN = [text for name in ROWS for text in suite.written(name)]
BY_ROWS = [text for text in WRITTEN if text.endswith("_at_100")]  # as _at_N%, by hand elsewhere


def of(task):
    """Return the names of the metrics of a task."""
    found = [name for name in WRITTEN if task in catalogue.find("metrics", name).tasks]
    return [name for name in found if name not in BY_ROWS]


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
    metric = catalogue.find("metrics", name).bound(tuple(range(classes)))
    return metric(truth, predicted, classes), expected


def test_every_metric_has_an_oracle():
    assert set(ORACLES) == set(WRITTEN) - set(BY_ROWS)


@pytest.mark.parametrize("name", of("binary"))
@given(seed=SEEDS, ties=st.booleans())
def test_of_two_classes(name, seed, ties):
    found, expected = scores(name, *classified(2, seed, ties))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", of("multiclass"))
@given(classes=st.integers(3, 5), seed=SEEDS, ties=st.booleans())
@example(classes=4, seed=1084, ties=True)  # of four ordered classes, one has no rows
def test_of_classes(name, classes, seed, ties):
    classes = 4 if name in OF_FOUR else classes
    found, expected = scores(name, *classified(classes, seed, ties))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", of("regression"))
@given(seed=SEEDS, scale=st.floats(1e-3, 1e6))
def test_of_numbers(name, seed, scale):
    random = np.random.default_rng(seed)
    truth = scale * random.gamma(2, size=int(random.integers(2, 60)))
    predicted = Predicted(np.abs(truth + scale * random.normal(size=len(truth))))
    found, expected = scores(name, truth, predicted, 0)
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-12)
