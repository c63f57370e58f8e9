"""Counting the levels of columns of codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def counted(
    column: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the levels of a column, sorted without the missing, and their counts.

    >>> counted(np.array([2.0, np.nan, 1.0, 2.0]))
    (array([1., 2.]), array([1, 2]))
    """
    return np.unique(column[~np.isnan(column)], return_counts=True)


def look_up(
    column: NDArray[np.float64], levels: NDArray[np.float64], values: NDArray[np.float64],
    otherwise: float,
) -> NDArray[np.float64]:  # fmt: skip
    """Return the value of each row's level; ``otherwise`` where the level is not among these."""
    if not levels.size:
        return np.full(column.shape, otherwise)
    place = np.minimum(np.searchsorted(levels, column), levels.size - 1)
    found = levels[place] == column
    return np.where(found, values[place], otherwise)
