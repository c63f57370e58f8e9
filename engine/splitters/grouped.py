"""Rows of one group stay on one side.

Groups are dealt one by one, the large ones first, each to the part that it leaves best balanced:
the part for which the sum of squares, over all rows and over each class, of its share grows least
(the idea of scikit-learn's StratifiedGroupKFold, but in linear time, and no part stays empty).
A holdout of few groups is the best of all that there are, as one dealt badly is far off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import DataError, Fault
from engine.splitters import parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Fold, Index, Numbers, Rows

_CLASSES = 100
_BINS = 10
_FEW = 15  # groups, of which every choice is looked at: 32,766
_NEAR = 0.01  # of the rows: holdouts that differ by less are told apart by their classes


def holdout(rows: Rows, share: float, seed: int) -> Fold:
    """Set whole groups aside that hold about ``share`` of the rows.

    Raises
    ------
    engine.errors.DataError
        If there are fewer than two groups.
    """
    groups, found = parts.column(rows.groups, "data.group", "grouped", sort=False)
    if not parts.set_aside(rows, share):
        return parts.fold(np.zeros(rows.count, dtype=bool))
    _enough(found, 2, "", "a holdout and rows to train on", "set evaluation.holdout to 0")
    table = _table(rows, groups, found)
    if found <= _FEW:
        return parts.fold(_best(table, share, seed)[groups])
    part = _dealt(table, np.array([1 - share, share]), seed)
    return parts.fold(_both_sides(part, table)[groups] == 1)


def folds(rows: Rows, count: int, seed: int) -> list[Fold]:
    """Split into folds that share no group.

    Raises
    ------
    engine.errors.DataError
        If there are fewer rows or fewer groups than folds.
    """
    parts.enough(rows, count)
    groups, found = parts.column(rows.groups, "data.group", "grouped", sort=False)
    advice = parts.advice(parts.fewer(found), "name another data.group")
    _enough(found, count, parts.TRAIN, f"{count} folds", advice)
    part = _dealt(_table(rows, groups, found), np.full(count, 1 / count), seed)
    return parts.folds(part[groups], count)


def _enough(found: int, least: int, which: str, what: str, hint: str) -> None:
    if found < least:
        values = parts.counted(found, "distinct value")
        message = f"the column has {values}{which}; {what} need {least}"
        raise DataError(Fault(message, "data.group", hint))


def _table(rows: Rows, groups: Index, found: int) -> Numbers:
    """Count, for each group, its rows and its rows of each class, as shares of all such rows."""
    strata = _strata(rows)
    width = int(strata.max()) + 1
    cells = np.bincount(groups * width + strata, minlength=found * width).reshape(found, width)
    sizes = cells.sum(axis=1, keepdims=True)
    counts = np.hstack([sizes, cells]).astype(np.float64)
    shares: Numbers = counts / np.maximum(counts.sum(axis=0), 1)
    return shares


def _strata(rows: Rows) -> Index:
    """Number the classes of the target; values, and a great many classes, are binned by rank."""
    if rows.target is None:
        return np.zeros(rows.count, dtype=np.intp)
    found, codes = np.unique(np.asarray(rows.target), return_inverse=True)
    if np.asarray(rows.target).dtype.kind != "f" and len(found) <= _CLASSES:
        return codes
    ranks = np.argsort(np.argsort(codes, kind="stable"), kind="stable")
    return ranks * _BINS // rows.count


def _best(table: Numbers, share: float, seed: int) -> NDArray[np.bool_]:
    """Return which groups to hold out: nearest to ``share``, then in every class; else by seed."""
    choices = np.arange(1, 2 ** len(table) - 1)[:, None] >> np.arange(len(table)) & 1
    off = choices @ table - share
    size = np.abs(off[:, 0])
    near = size <= size.min() + _NEAR + 1e-9  # sums of floats
    uneven = np.where(near, (off**2).sum(axis=1), np.inf)
    equals = np.flatnonzero(uneven <= uneven.min() + 1e-9)
    chosen: NDArray[np.bool_] = choices[np.random.default_rng(seed).choice(equals)] == 1
    return chosen


def _dealt(table: Numbers, shares: Numbers, seed: int) -> Index:
    """Return a part number for each group, so that the parts come near to ``shares``."""
    part = np.empty(len(table), dtype=np.intp)
    held = np.zeros((len(shares), table.shape[1]))
    for group in _large_first(table[:, 0], seed):
        growth = (2 * held @ table[group] + table[group] @ table[group]) / shares
        part[group] = growth.argmin()
        held[part[group]] += table[group]
    return part


def _large_first(sizes: Numbers, seed: int) -> Index:
    """Order groups by size, those within a factor of two of each other at random."""
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    return shuffled[np.argsort(-np.floor(np.log2(sizes[shuffled])), kind="stable")]


def _both_sides(part: Index, table: Numbers) -> Index:
    """Move the smallest group over where one side got none."""
    if len(np.unique(part)) < 2:
        part[table[:, 0].argmin()] = 1 - part[0]
    return part
