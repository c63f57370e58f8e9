"""Missing values filled with what a recipe names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise


class Constant(Columnwise):
    """Fills missing values with one number, or with one for each column.

    scikit-learn's SimpleImputer takes one for all; the codes of a level differ from column to
    column.

    Parameters
    ----------
    value : float or list of float
    """

    def __init__(self, value: float | Sequence[float] = 0) -> None:
        self.value = value

    def fit(self, X: Any, y: object = None) -> Constant:
        """Learn the number of columns."""
        self._learnt_from(X)
        self.values_ = np.asarray(self.value, dtype=np.float64)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of the shape of X."""
        table = self._given(X)
        return np.where(np.isnan(table), self.values_, table)
