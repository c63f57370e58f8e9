"""Metrics of classes: truth is codes 0 .. K-1; the positive class of two is code 1.

With more than two classes, ``roc_auc`` and ``average_precision`` are means, over the classes
that have rows both in and outside them, of that class against the rest; ``precision``, ``recall``
and ``f1`` are means over the classes that occur in the truth or in the predictions. A ratio of
which the model is the cause that it is 0/0 (a class it never predicts) counts as 0, so that a
model cannot win by staying silent; one of which the rows are the cause is nan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.metrics import checked
from engine.metrics.checked import UndefinedError, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Numbers, Predicted
    from engine.metrics.checked import Codes

_SMALLEST = float(np.finfo(np.float64).eps)


@scored
def roc_auc(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Area under the ROC curve: Mann and Whitney's U (1947) over its highest value."""
    return _against_rest(*checked.probabilities(truth, predicted, classes), _area)


@scored
def average_precision(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Mean of precision at each positive row's score: sum of (R_n - R_n-1) P_n."""
    return _against_rest(*checked.probabilities(truth, predicted, classes), _average_precision)


@scored
def log_loss(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Mean of -log p of the true class; p is kept 2.2e-16 away from 0 and 1."""
    codes, table = checked.probabilities(truth, predicted, classes)
    given = table[np.arange(len(codes)), codes]
    return float(-np.log(np.clip(given, _SMALLEST, 1 - _SMALLEST)).mean())


@scored
def brier(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Half of the mean squared distance to the true class; Brier's (1950) own for two classes."""
    codes, table = checked.probabilities(truth, predicted, classes)
    given = table[np.arange(len(codes)), codes]
    distance = np.einsum("ij,ij->i", table, table) - 2 * given + 1
    return float(np.clip(distance.mean() / 2, 0, 1))


@scored
def top_2_accuracy(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Share of rows whose class has at most one above it; of equals, the higher code is above."""
    return within_top(truth, predicted, classes, 2)


@scored
def accuracy(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Share of rows whose class is right."""
    table = confusion(truth, predicted, classes)
    return float(np.trace(table) / table.sum())


@scored
def balanced_accuracy(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Mean of recall over the classes that occur in the truth; nan for one class only."""
    table = several(confusion(truth, predicted, classes))
    members = table.sum(axis=1)
    return float((table.diagonal()[members > 0] / members[members > 0]).mean())


@scored
def precision(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Right calls over all calls of a class."""
    return _of_classes(confusion(truth, predicted, classes), lambda hit, true, called: called)


@scored
def recall(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Right calls over all rows of a class."""
    return _of_classes(confusion(truth, predicted, classes), lambda hit, true, called: true)


@scored
def f1(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Twice the right calls over calls and rows of a class (van Rijsbergen 1979)."""
    halves = confusion(truth, predicted, classes)
    return _of_classes(halves, lambda hit, true, called: (true + called) / 2)


@scored
def f_beta(truth: NDArray[Any], predicted: Predicted, classes: int, *, beta: float) -> float:
    """Harmonic mean in which recall weighs ``beta`` squared times as much (van Rijsbergen 1979)."""
    recalls = beta**2
    return _of_classes(
        confusion(truth, predicted, classes),
        lambda hit, true, called: (recalls * true + called) / (1 + recalls),
    )


@scored
def f1_weighted(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Mean of the classes' f1, each by its number of rows."""
    table = confusion(truth, predicted, classes)
    true, called = table.sum(axis=1), table.sum(axis=0)
    return float((2 * table.diagonal() / np.maximum(true + called, 1)) @ true / true.sum())


@scored
def jaccard(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Right calls over rows that are of a class or called so (Jaccard 1901)."""
    table = confusion(truth, predicted, classes)
    return _of_classes(table, lambda hit, true, called: true + called - hit)


@scored
def specificity(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Share of the negative rows that are called negative."""
    table = confusion(truth, predicted, classes)
    if len(table) != 2 or not table[0].sum():
        raise UndefinedError
    return float(table[0, 0] / table[0].sum())


@scored
def g_mean(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Geometric mean of recall over the classes that occur in the truth (Kubat 1997)."""
    table = several(confusion(truth, predicted, classes))
    members = table.sum(axis=1)
    recalls = table.diagonal()[members > 0] / members[members > 0]
    return float(np.prod(recalls) ** (1 / len(recalls)))


@scored
def mcc(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Correlation of two classifications (Matthews 1975; Gorodkin 2004 for more than two classes).

    It is 0 where all rows are given one class, nan where the truth has one class only.
    """
    table = several(confusion(truth, predicted, classes)).astype(np.float64)
    true, called, rows = table.sum(axis=1), table.sum(axis=0), table.sum()
    covariance = np.trace(table) * rows - true @ called
    spread = np.sqrt(rows**2 - true @ true) * np.sqrt(rows**2 - called @ called)
    return float(np.clip(covariance / spread, -1, 1)) if spread else 0.0


@scored
def kappa(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Agreement beyond chance: (p_o - p_e) / (1 - p_e) (Cohen 1960)."""
    table = several(confusion(truth, predicted, classes)) / len(truth)
    expected = table.sum(axis=1) @ table.sum(axis=0)
    return float((np.trace(table) - expected) / (1 - expected))


def within_top(truth: NDArray[Any], predicted: Predicted, classes: int, k: int) -> float:
    """Share of rows whose class has fewer than ``k`` above it; of equals, the higher code is."""
    codes, table = checked.probabilities(truth, predicted, classes)
    given = table[np.arange(len(codes)), codes][:, None]
    later = np.arange(table.shape[1])[None, :] > codes[:, None]
    above = ((table > given) | ((table == given) & later)).sum(axis=1)
    return float((above < k).mean())


def confusion(truth: NDArray[Any], predicted: Predicted, classes: int) -> Codes:
    """Count rows by true (first axis) and predicted class; the shape is (K, K)."""
    true, called = checked.codes(truth, classes), checked.codes(predicted.value, classes)
    if len(true) != len(called):
        raise UndefinedError
    width = classes or int(max(true.max(), called.max(), 1)) + 1
    return np.bincount(true * width + called, minlength=width * width).reshape(width, width)


def several(table: Codes) -> Codes:
    """Return the table where the truth has more than one class; else the metric is undefined."""
    if (table.sum(axis=1) > 0).sum() < 2:
        raise UndefinedError
    return table


def _of_classes(table: Codes, below: Callable[[Codes, Codes, Codes], NDArray[Any]]) -> float:
    """Hits over ``below(hits, true, called)``: of code 1 of two classes, else the mean."""
    hits, true, called = table.diagonal(), table.sum(axis=1), table.sum(axis=0)
    ratio = hits / np.maximum(below(hits, true, called), 0.5)
    if len(table) == 2:
        if not true[1]:
            raise UndefinedError
        return float(ratio[1])
    return float(ratio[(true + called) > 0].mean())


def _against_rest(
    codes: Codes, table: Numbers, score: Callable[[Numbers, Numbers], float]
) -> float:
    """Score each class that has rows on both sides by its column; for two classes code 1 alone."""
    wanted = [1] if table.shape[1] == 2 else np.unique(codes).tolist()
    scores = [
        score(np.sort(table[codes == k, k]), np.sort(table[codes != k, k]))
        for k in wanted
        if 0 < (codes == k).sum() < len(codes)
    ]
    if not scores:
        raise UndefinedError
    return float(np.mean(scores))


def _area(inside: Numbers, outside: Numbers) -> float:
    """Share of pairs in order, a tie being half of one; both sides come sorted."""
    below = np.searchsorted(outside, inside, "left").sum()
    upto = np.searchsorted(outside, inside, "right").sum()
    return float((below + upto) / 2 / (len(inside) * len(outside)))


def _average_precision(inside: Numbers, outside: Numbers) -> float:
    """Each row inside adds the precision among the rows that score no less than it."""
    hits = len(inside) - np.searchsorted(inside, inside, "left")
    false = len(outside) - np.searchsorted(outside, inside, "left")
    return float((hits / (hits + false)).mean())
