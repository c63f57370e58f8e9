"""Choosing an ensemble: greedy selection with replacement over out-of-fold predictions.

After Caruana, Niculescu-Mizil, Crew and Ksikes (2004, "Ensemble selection from libraries of
models"): it begins with the best candidate, and adds whichever makes the mean of all predictions
score best, the same one again if need be. What is kept is the shortest of these mixtures that is
not worse than the best of them by more than the folds differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Metric, Numbers, Predicted

MOST_STEPS = 20  # so weights are multiples of a twentieth at the finest
PATIENCE = 5  # steps without a better mixture
MOST_MEMBERS = 8
ROWS_EACH = 50  # out-of-fold rows for each further member: fewer say too little
ROUND = 9  # digits: losses that differ by less are equal, whichever way their mean was taken
NOISE = 0.25  # standard errors over the folds by which a longer mixture has to be better

Counts = tuple[int, ...]
"""How often each candidate was taken."""
Losses = Callable[[Counts], Numbers]
"""The loss of a mixture on each fold."""


@dataclass(frozen=True)
class Limits:
    """What an ensemble may hold.

    Attributes
    ----------
    members : int
        How many candidates at most.
    costs : tuple of float
        What each candidate costs; empty where that does not matter.
    budget : float
        What all members may cost together.
    """

    members: int = MOST_MEMBERS
    costs: tuple[float, ...] = ()
    budget: float = math.inf

    def allow(self, counts: Counts) -> bool:
        """Whether a mixture keeps to them."""
        held = [number for number, count in enumerate(counts) if count]
        spent = sum(self.costs[number] for number in held) if self.costs else 0.0
        return len(held) <= self.members and spent <= self.budget


class Pool:
    """Out-of-fold predictions of several candidates, and the loss of any mixture of them.

    Parameters
    ----------
    tables : sequence of ndarray of shape (candidates, rows, outputs)
        For each fold: probabilities of the classes, or a single column of values.
    truth : sequence of ndarray of shape (rows,)
        For each fold.
    classes : int
        0 for a regression.
    """

    def __init__(
        self,
        tables: Sequence[NDArray[Any]],
        truth: Sequence[NDArray[Any]],
        metric: Metric,
        classes: int,
    ) -> None:
        self.tables = tables
        self.truth = truth
        self.metric = metric
        self.classes = classes
        self._known: dict[Counts, Numbers] = {}

    def losses(self, counts: Counts) -> Numbers:
        """Return the loss of a mixture on each fold; infinite where the metric has no meaning."""
        if counts not in self._known:
            folds = zip(self.tables, self.truth, strict=True)
            scores = [self._score(counts, table, truth) for table, truth in folds]
            found = np.array([self.metric.loss(score) for score in scores])
            self._known[counts] = np.where(np.isnan(found), np.inf, found)
        return self._known[counts]

    def _score(self, counts: Counts, table: NDArray[Any], truth: NDArray[Any]) -> float:
        return float(self.metric(truth, mixed(counts, table, self.classes), self.classes))


def mixed(weights: Sequence[float], table: NDArray[Any], classes: int) -> Predicted:
    """Return the weighted mean of predictions.

    Parameters
    ----------
    weights : sequence of float
        One for each candidate, to each other.
    table : ndarray of shape (candidates, rows, outputs)
    """
    total = np.zeros(table.shape[1:])
    for weight, own in zip(weights, table, strict=True):
        if weight:
            total += weight * own
    total /= sum(weights)
    return Predicted(total.argmax(axis=1), total) if classes else Predicted(total[:, 0])


def greedy(losses: Losses, candidates: int, folds: Sequence[int], limits: Limits) -> Counts:
    """Choose a mixture of candidates by its losses on some folds.

    Of equals, the one that adds no member, then the earlier candidate is taken.

    Parameters
    ----------
    candidates : int
        At least one of them is allowed by itself.
    folds : sequence of int
        Which of the losses count.

    Returns
    -------
    tuple of int
        How often each candidate is taken.
    """
    path: list[Counts] = []
    while len(path) < MOST_STEPS and not _is_over(losses, path, folds):
        before = path[-1] if path else (0,) * candidates
        options = [_plus(before, number) for number in range(candidates)]
        options = [counts for counts in options if limits.allow(counts)]
        path.append(min(options, key=lambda one: (_mean(losses, one, folds), _held(one))))
    return _shortest(losses, path, folds)


def _is_over(losses: Losses, path: Sequence[Counts], folds: Sequence[int]) -> bool:
    """Whether the last few steps have brought nothing better."""
    before = [_mean(losses, counts, folds) for counts in path[:-PATIENCE]]
    since = [_mean(losses, counts, folds) for counts in path[-PATIENCE:]]
    return bool(before) and min(since) >= min(before)


def apart(fold: int, folds: int, repeats: int = 1) -> list[int]:
    """Return the folds that share no row with one: the others of its repeat.

    >>> apart(1, 6, 2), apart(3, 6, 2)
    ([0, 2], [4, 5])
    """
    each = folds // repeats
    first = fold // each * each
    return [number for number in range(first, first + each) if number != fold]


def _plus(counts: Counts, number: int) -> Counts:
    return (*counts[:number], counts[number] + 1, *counts[number + 1 :])


def _mean(losses: Losses, counts: Counts, folds: Sequence[int]) -> float:
    return round(float(losses(counts)[list(folds)].mean()), ROUND)


def _held(counts: Counts) -> int:
    return sum(count > 0 for count in counts)


def _shortest(losses: Losses, path: Sequence[Counts], folds: Sequence[int]) -> Counts:
    """Return the mixture of fewest members that is not worse than the best beyond noise."""
    best = min(path, key=lambda counts: (_mean(losses, counts, folds), _held(counts)))
    for members in range(1, _held(best)):
        alike = [counts for counts in path if _held(counts) == members]
        if not alike:
            continue
        one = min(alike, key=lambda counts: _mean(losses, counts, folds))
        gains = losses(one)[list(folds)] - losses(best)[list(folds)]
        if not _is_beyond_noise(gains):
            return one
    return best


def _is_beyond_noise(gains: Numbers) -> bool:
    if not np.isfinite(gains).all():
        return bool(np.nanmean(gains) > 0)
    error = float(gains.std(ddof=1)) / math.sqrt(len(gains)) if len(gains) > 1 else 0.0
    return bool(gains.mean() > NOISE * error)
