"""Logarithms of amounts and counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise


class Log(Columnwise):
    """log(1 + x) of numbers that are 0 or more; a later row below 0 counts as 0."""

    def fit(self, X: Any, y: object = None) -> Log:
        """Learn the number of columns.

        Raises
        ------
        ValueError
            If a number is negative.
        """
        table = self._learnt_from(X)
        if (least := np.nanmin(table, initial=0.0)) < 0:
            raise ValueError(f"`log` needs numbers of 0 and more, and there is {least:g}")
        self.is_fitted_ = True
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of the shape of X."""
        return np.log1p(np.maximum(self._given(X), 0.0))
