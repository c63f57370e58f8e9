"""Metrics of how numbers go together; a constant prediction goes with nothing and scores 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.metrics import checked
from engine.metrics.checked import UndefinedError, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Numbers, Predicted


@scored
def pearson(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Correlation of true and predicted values; nan where the truth does not vary."""
    return _correlation(*_both(truth, predicted))


@scored
def spearman(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Correlation of the ranks of true and predicted values; of equals, their mean rank."""
    known, guessed = _both(truth, predicted)
    return _correlation(_ranks(known), _ranks(guessed))


@scored
def normalized_gini(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Area between Lorenz's curve in the order of predictions and the diagonal, over the largest.

    Rows that are predicted alike are given the mean of their true values.
    """
    known, guessed = _both(truth, predicted)
    if known.min() < 0:
        raise UndefinedError
    return _area(known, guessed) / _area(known, known)


def _both(truth: NDArray[Any], predicted: Predicted) -> tuple[Numbers, Numbers]:
    known, guessed = checked.numbers(truth, predicted)
    if known.min() == known.max():
        raise UndefinedError
    return known, guessed


def _correlation(left: Numbers, right: Numbers) -> float:
    if right.min() == right.max():
        return 0.0
    left, right = left - left.mean(), right - right.mean()
    left, right = left / np.abs(left).max(), right / np.abs(right).max()
    return float(np.clip(left @ right / np.sqrt((left @ left) * (right @ right)), -1, 1))


def _ranks(values: Numbers) -> Numbers:
    """Ranks from 1; of equals the mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    found: Numbers = (last - (counts - 1) / 2)[place]
    return found


def _area(known: Numbers, by: Numbers) -> float:
    """Sum of what the true values are above their mean, by rank: covariance with the ranks."""
    ranks = _ranks(by)
    return float((known - known.mean()) @ (ranks - ranks.mean()))
