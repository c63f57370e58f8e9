"""Categories in a fixed number of buckets, however many levels there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise

_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio, odd: Knuth's multiplier


class Hashed(Columnwise):
    """Gives each level of a column one of so many buckets, and each bucket a column of 0 and 1.

    scikit-learn's FeatureHasher reads words, not codes. A missing value is in no bucket.

    Parameters
    ----------
    buckets : int
        Columns for each column.
    """

    def __init__(self, buckets: int = 32) -> None:
        self.buckets = buckets

    def fit(self, X: Any, y: object = None) -> Hashed:
        """Learn the number of columns.

        Raises
        ------
        ValueError
            If there is no bucket.
        """
        if self.buckets < 1:
            raise ValueError(f"`hash` needs one bucket at least, not {self.buckets}")
        self._learnt_from(X)
        self.is_fitted_ = True
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of shape (rows, columns * buckets)."""
        return np.hstack([self._one(column) for column in self._given(X).T])

    def _one(self, column: NDArray[np.float64]) -> NDArray[np.float64]:
        known = np.flatnonzero(~np.isnan(column))
        bits = np.ascontiguousarray(column[known] + 0.0).view(np.uint64)  # -0.0 is 0.0
        mixed = (bits ^ (bits >> np.uint64(32))) * _MIX
        table = np.zeros((len(column), self.buckets))
        table[known, (mixed >> np.uint64(32)) % np.uint64(self.buckets)] = 1.0
        return table
