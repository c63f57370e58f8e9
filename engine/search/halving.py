"""Successive halving over folds, in the brackets of Hyperband.

Li et al., Hyperband (JMLR 18, 2018), algorithm 1, with a decision for each trial as it comes, as in
Li et al., A System for Massively Parallel Hyperparameter Tuning (MLSys 2020), algorithm 2. What a
trial is given are folds. Each bracket begins to compare after three times as many as the one
before, so that a candidate which does badly on the first fold by chance is not always lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ETA = 3
"""One trial in so many goes on from each rung."""

Losses = NDArray[np.float64]


def shares(folds: int) -> list[int]:
    """Return how many of each round of trials belong to each bracket."""
    count = int(math.log(folds, ETA) + 1e-9) + 1
    return [math.ceil(count * ETA**left / (left + 1)) for left in reversed(range(count))]


def bracket(index: int, folds: int) -> int:
    """Return the bracket of a trial."""
    bounds = np.cumsum(shares(folds))
    return int(np.searchsorted(bounds, index % bounds[-1], side="right"))


def is_rung(done: int, index: int, folds: int) -> bool:
    """Whether a trial is compared after so many folds."""
    first = ETA ** bracket(index, folds)
    return done < folds and any(done == first * ETA**rung for rung in range(folds))


def goes_on(own: Losses, others: Sequence[Losses]) -> bool:
    """Whether a trial is among the best share of those that came as far.

    Parameters
    ----------
    own : ndarray of shape (folds done,)
    others : sequence of ndarray
        The losses of other trials of its bracket, on as many folds at least.
    """
    done = len(own)
    means = sorted([float(own.mean()), *(float(other[:done].mean()) for other in others)])
    return float(own.mean()) <= means[max(0, len(means) // ETA - 1)]
