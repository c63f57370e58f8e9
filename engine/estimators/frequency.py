"""Categories as how common they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise
from engine.estimators.levels import counted, look_up


class Frequency(Columnwise):
    """Puts in the place of each level its share of the rows; 0 for one never seen, or missing.

    Attributes
    ----------
    levels_, shares_ : list of ndarray
        For each column.
    """

    def fit(self, X: Any, y: object = None) -> Frequency:
        """Count the levels."""
        table = self._learnt_from(X)
        found = [counted(column) for column in table.T]
        self.levels_ = [levels for levels, _ in found]
        self.shares_ = [counts / len(table) for _, counts in found]
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of the shape of X."""
        learnt = zip(self._given(X).T, self.levels_, self.shares_, strict=True)
        return np.column_stack([look_up(*one, otherwise=0.0) for one in learnt])
