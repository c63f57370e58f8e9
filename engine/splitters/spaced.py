"""Folds whose sides stand apart in time: a gap before, an embargo after, a window that slides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts import ADJACENT, Fold, Spacing
from engine.errors import DataError, Fault
from engine.splitters import parts

if TYPE_CHECKING:
    from engine.contracts import Index, Numbers, Rows


def spaced(fold: Fold, rows: Rows, spacing: Spacing, size: int, which: str) -> Fold:
    """Leave out what ``spacing`` keeps from a fold that goes forward in time.

    Parameters
    ----------
    size : int
        Rows that a sliding window holds.
    which : str
        What the fold is called in messages, such as ``fold 1 of 5``.

    Raises
    ------
    engine.errors.DataError
        If that leaves one of the sides without a row.
    """
    if spacing == ADJACENT:
        return fold
    time: Numbers = np.asarray(rows.time, dtype=np.float64)
    cut = time[fold.valid].min()
    train = fold.train[time[fold.train] + spacing.gap < cut]
    _some(train, "evaluation.gap", "to train on", which)
    train = train[latest(time[train], spacing.window, size, cut - spacing.gap)]
    _some(train, "evaluation.window", "to train on", which)
    valid = fold.valid[time[fold.valid] >= cut + spacing.embargo]
    _some(valid, "evaluation.embargo", "to validate on", which)
    return Fold(train, valid)


def latest(time: Numbers, window: str | float, size: int, end: float | None = None) -> Index:
    """Return the positions of the rows within a window that ends at ``end``, in their order.

    Parameters
    ----------
    time : ndarray of shape (rows,)
    window : {"expanding", "sliding"} or float
        All rows; the latest ``size`` rows, or a few more, since rows of equal time are not cut
        apart; or those of so much time before ``end``.
    end : float, optional
        The latest time, if not given.
    """
    if window == "expanding" or not len(time):
        return np.arange(len(time))
    if isinstance(window, str):
        first = np.sort(time)[-min(size, len(time))]
        return np.flatnonzero(time >= first)
    return np.flatnonzero(time + window >= (time.max() if end is None else end))


def _some(index: Index, key: str, what: str, which: str) -> None:
    if not len(index):
        length = "lengthen" if key.endswith("window") else "shorten"
        fewer = "set evaluation.folds to fewer" if which.startswith("fold") else ""
        hint = parts.advice(f"{length} it", fewer, "use more rows")
        raise DataError(Fault(f"it leaves {which} no row {what}", key, hint))
