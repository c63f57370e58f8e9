"""Columns that repeat each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise


class DropCorrelated(Columnwise):
    """Leaves out each column whose correlation with one that is kept before it is too high.

    Missing values count as the column's mean. A column that is always the same is kept.

    Parameters
    ----------
    threshold : float
        Of the absolute value of Pearson's correlation.

    Attributes
    ----------
    kept_ : ndarray of int
        Positions of the columns that are kept.
    """

    def __init__(self, threshold: float = 0.95) -> None:
        self.threshold = threshold

    def fit(self, X: Any, y: object = None) -> DropCorrelated:
        """Compare the columns, from the left."""
        related = _related(self._learnt_from(X))
        kept: list[int] = []
        for column in range(len(related)):
            if not kept or related[column, kept].max() <= self.threshold:
                kept.append(column)
        self.kept_ = np.array(kept, dtype=np.intp)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of shape (rows, columns that are kept)."""
        return self._given(X)[:, self.kept_]


def _related(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the absolute correlations of all columns."""
    missing = np.isnan(table)
    count = np.maximum((~missing).sum(axis=0), 1)
    centred = np.where(missing, 0.0, table - np.where(missing, 0.0, table).sum(axis=0) / count)
    size = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(size > 0, size, 1.0)
    return np.abs(unit.T @ unit)
