"""Train on the past, validate on what follows: an expanding window.

The rows are cut, in order of time, into one part more than there are folds; fold i trains on the
first i parts and validates on the next. Rows of equal time are never cut apart, and the seed has
no say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts import Fold
from engine.errors import DataError, Fault
from engine.splitters import parts

if TYPE_CHECKING:
    from engine.contracts import Index, Numbers, Rows


def holdout(rows: Rows, share: float, seed: int) -> Fold:
    """Set the latest ``share`` of the rows aside.

    Raises
    ------
    engine.errors.DataError
        If all rows have the same time.
    """
    times, found = parts.column(rows.time, "data.time", "forward", sort=True)
    aside = parts.set_aside(rows, share)
    if not aside:
        return parts.fold(np.zeros(rows.count, dtype=bool))
    _enough(found, 2, "", "a holdout and rows to train on", "set evaluation.holdout to 0")
    (cut,) = _cuts(times, np.array([rows.count - aside]))
    return parts.fold(times >= cut)


def folds(rows: Rows, count: int, seed: int) -> list[Fold]:
    """Split into folds that validate on ever later rows.

    Raises
    ------
    engine.errors.DataError
        If there are fewer rows than folds, or too few distinct times.
    """
    parts.enough(rows, count)
    times, found = parts.column(rows.time, "data.time", "forward", sort=True)
    hint = parts.advice(parts.fewer(found - 1), "name another data.time")
    _enough(found, count + 1, parts.TRAIN, f"{count} folds", hint)
    ideal = rows.count * np.arange(1, count + 1) / (count + 1)
    cuts = [*_cuts(times, ideal), found]
    return [_between(times, cuts[i], cuts[i + 1]) for i in range(count)]


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
