"""Train on the past, validate on what follows.

The rows are cut, in order of time, into one part more than there are folds; fold i trains on the
first i parts and validates on the next. Rows of equal time are never cut apart, and the seed has
no say. A spacing takes from these sides what is too near to the cut, or too long ago.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts import ADJACENT, Fold, Spacing
from engine.errors import DataError, Fault
from engine.splitters import parts
from engine.splitters.spaced import spaced

if TYPE_CHECKING:
    from engine.contracts import Index, Numbers, Rows


def holdout(rows: Rows, share: float, seed: int, spacing: Spacing = ADJACENT) -> Fold:
    """Set the latest ``share`` of the rows aside; all before them train, whatever the window.

    Raises
    ------
    engine.errors.DataError
        If all rows have the same time, or the spacing leaves a side without a row.
    """
    times, found = parts.column(rows.time, "data.time", "forward", sort=True)
    aside = parts.set_aside(rows, share)
    if not aside:
        return parts.fold(np.zeros(rows.count, dtype=bool))
    _enough(found, 2, "", "a holdout and rows to train on", "set evaluation.holdout to 0")
    (cut,) = _cuts(times, np.array([rows.count - aside]))
    apart = replace(spacing, window="expanding")
    return spaced(parts.fold(times >= cut), rows, apart, rows.count, "the holdout")


def folds(rows: Rows, count: int, seed: int, spacing: Spacing = ADJACENT) -> list[Fold]:
    """Split into folds that validate on ever later rows.

    Raises
    ------
    engine.errors.DataError
        If there are fewer rows than folds, too few distinct times, or the spacing leaves a side of
        a fold without a row.
    """
    parts.enough(rows, count)
    times, found = parts.column(rows.time, "data.time", "forward", sort=True)
    hint = parts.advice(parts.fewer(found - 1), "name another data.time")
    _enough(found, count + 1, parts.TRAIN, f"{count} folds", hint)
    ideal = rows.count * np.arange(1, count + 1) / (count + 1)
    cuts = [*_cuts(times, ideal), found]
    whole = [_between(times, cuts[i], cuts[i + 1]) for i in range(count)]
    size = round(rows.count / (count + 1))
    return [
        spaced(fold, rows, spacing, size, f"fold {number} of {count}")
        for number, fold in enumerate(whole, 1)
    ]


def _enough(found: int, least: int, which: str, what: str, hint: str) -> None:
    if found < least:
        values = parts.counted(found, "distinct value")
        message = f"the column has {values}{which}; {what} going forward need {least}"
        raise DataError(Fault(message, "data.time", hint))


def _cuts(times: Index, ideal: Numbers | Index) -> list[int]:
    """Return, for each ideal number of rows before a cut, the time at which to cut.

    Cuts are distinct, and each leaves rows on both sides of it.
    """
    before = np.cumsum(np.bincount(times))[:-1]
    cuts: list[int] = []
    for number, rows in enumerate(ideal):
        first, last = (cuts[-1] if cuts else 0), len(before) - (len(ideal) - number)
        nearest = np.abs(before[first : last + 1] - rows).argmin()
        cuts.append(first + int(nearest) + 1)
    return cuts


def _between(times: Index, start: int, stop: int) -> Fold:
    """Train on times before ``start``, validate on those up to ``stop``."""
    return Fold(np.flatnonzero(times < start), np.flatnonzero((times >= start) & (times < stop)))
