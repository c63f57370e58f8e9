"""Statistics of windows of rows, by joining what shorter windows hold.

A window of 300 rows is joined from blocks of 4, 8, 32 and 256, and a block from two of half its
length; so time grows with the logarithm of the length, and memory not at all. Sums that run over
all rows would be quicker still, but then a row's value would depend, in its last digits, on rows
outside its window, and not be in prediction what it was in training.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.contracts import Numbers

Parts = tuple[Numbers, ...]


@dataclass(frozen=True)
class Statistic:
    """A statistic of the values that are not missing.

    Attributes
    ----------
    of_one : callable
        What is kept of windows of one value each; of a missing one, what changes nothing it joins.
    join : callable
        What is kept of windows that two others make up.
    told : callable
        The statistic, by what is kept; nan where the known values do not suffice.
    """

    of_one: Callable[[Numbers], Parts]
    join: Callable[[Parts, Parts], Parts]
    told: Callable[[Parts], Numbers]


def _count(values: Numbers) -> Numbers:
    known: Numbers = (~np.isnan(values)).astype(np.float64)
    return known


def _zeroed(values: Numbers) -> Numbers:
    return np.nan_to_num(values, nan=0.0)


def _added(one: Parts, other: Parts) -> Parts:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _sum(parts: Parts) -> Numbers:
    count, total = parts
    return np.where(count > 0, total, np.nan)


def _mean(parts: Parts) -> Numbers:
    return _sum(parts) / np.maximum(parts[0], 1)


def _spread(one: Parts, other: Parts) -> Parts:
    """Join counts, means and sums of squared differences from the mean.

    References
    ----------
    Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
    variances", 1979.
    """
    (n, mean, squares), (m, other_mean, other_squares) = one, other
    count = n + m
    share, apart = m / np.maximum(count, 1), other_mean - mean
    return count, mean + apart * share, squares + other_squares + apart**2 * n * share


def _std(parts: Parts) -> Numbers:
    """The sample's standard deviation."""
    count, _, squares = parts
    return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


def _only(parts: Parts) -> Numbers:
    return parts[0]


STATISTICS = {
    "mean": Statistic(lambda v: (_count(v), _zeroed(v)), _added, _mean),
    "min": Statistic(lambda v: (v,), lambda a, b: (np.fmin(a[0], b[0]),), _only),
    "max": Statistic(lambda v: (v,), lambda a, b: (np.fmax(a[0], b[0]),), _only),
    "sum": Statistic(lambda v: (_count(v), _zeroed(v)), _added, _sum),
    "std": Statistic(lambda v: (_count(v), _zeroed(v), np.zeros(len(v))), _spread, _std),
    "count": Statistic(lambda v: (_count(v),), _added, _only),
}
