"""Metrics of how scores rank the rows of two classes; rows that score alike share their ranks.

Where a cut falls among rows that score alike, what is counted is the mean over all orders of
them: the order in which rows stand has no say.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.metrics import checked, classification
from engine.metrics.checked import UndefinedError, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Numbers, Predicted

    Hits = NDArray[np.bool_]

_ROUNDING = 9  # digits: 0.1 of 30 rows is 3 of them, not a trace more


@scored
def precision_at(
    truth: NDArray[Any], predicted: Predicted, classes: int, *,
    share: float | None = None, rows: int | None = None,
) -> float:  # fmt: skip
    """Share of positives among the rows that score highest."""
    hits, scores = _ranked(truth, predicted, classes)
    count = _count(len(hits), share, rows)
    return _caught(hits, scores, count) / count


@scored
def recall_at(
    truth: NDArray[Any], predicted: Predicted, classes: int, *,
    share: float | None = None, rows: int | None = None,
) -> float:  # fmt: skip
    """Share of the positives that is among the rows that score highest."""
    hits, scores = _ranked(truth, predicted, classes)
    if not hits.any():
        raise UndefinedError
    return _caught(hits, scores, _count(len(hits), share, rows)) / float(hits.sum())


@scored
def lift_at(
    truth: NDArray[Any], predicted: Predicted, classes: int, *,
    share: float | None = None, rows: int | None = None,
) -> float:  # fmt: skip
    """Precision among the rows that score highest over the share of positives in all rows."""
    hits, scores = _ranked(truth, predicted, classes)
    if not hits.any():
        raise UndefinedError
    count = _count(len(hits), share, rows)
    return _caught(hits, scores, count) / count / float(hits.mean())


@scored
def gini(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Somers' D (1962) of scores and classes: 2 roc_auc - 1."""
    return 2 * classification.roc_auc(truth, predicted, classes) - 1


@scored
def ks(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """Kolmogorov and Smirnov's distance of the scores of positives and of negatives."""
    hits, scores = _ranked(truth, predicted, classes)
    if hits.all() or not hits.any():
        raise UndefinedError
    inside, outside = np.sort(scores[hits]), np.sort(scores[~hits])
    at = np.unique(scores)
    below = np.searchsorted(inside, at, "right") / len(inside)
    beside = np.searchsorted(outside, at, "right") / len(outside)
    return float(np.abs(below - beside).max())


def _ranked(truth: NDArray[Any], predicted: Predicted, classes: int) -> tuple[Hits, Numbers]:
    """Return which rows are positive, and their scores."""
    codes, table = checked.probabilities(truth, predicted, classes)
    if table.shape[1] != 2:
        raise UndefinedError
    return codes == 1, table[:, 1]


def _count(rows: int, share: float | None, asked: int | None) -> int:
    """How many rows are looked at: at least one; undefined where there are fewer than asked."""
    count = asked if share is None else math.ceil(round(share * rows, _ROUNDING))
    if count is None or count > rows:
        raise UndefinedError
    return max(count, 1)


def _caught(hits: Hits, scores: Numbers, count: int) -> float:
    """Positives among the ``count`` highest; of those that tie at the cut, their share."""
    cut = np.partition(scores, len(scores) - count)[len(scores) - count]
    above, tied = scores > cut, scores == cut
    left = count - int(above.sum())
    return float(hits[above].sum() + left * hits[tied].mean())
