"""That a value is missing, told beside the values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise


class MissingBeside(Columnwise):
    """Appends a column of 0 and 1 for each column that has missing values.

    scikit-learn's MissingIndicator gives these columns alone.

    Attributes
    ----------
    marked_ : ndarray of int
        Positions of the columns with missing values among the rows it was fitted on.
    """

    def fit(self, X: Any, y: object = None) -> MissingBeside:
        """Find the columns with missing values."""
        self.marked_ = np.flatnonzero(np.isnan(self._learnt_from(X)).any(axis=0))
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of shape (rows, columns + marked columns)."""
        table = self._given(X)
        return np.hstack([table, np.isnan(table[:, self.marked_]).astype(np.float64)])
