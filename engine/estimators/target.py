"""Categories as what is usual for the target among them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold
from sklearn.preprocessing import TargetEncoder

from engine.estimators.columnwise import Columnwise

PARTS = 5


class Target(Columnwise):
    """scikit-learn's TargetEncoder, with seeded parts for its inner cross-fitting.

    The rows that it is fitted on are encoded by what the other parts of them say, so that no
    row's own target enters its encoding (Micci-Barreca 2001, with smoothing by empirical Bayes);
    later rows by what all of them say. A level that it never saw has the target's mean.

    Parameters
    ----------
    smooth : float or "auto"
        How many rows the overall mean counts for.
    numeric : bool
        Whether the target holds values rather than classes.
    seed : int
        Draws the parts.

    Attributes
    ----------
    encoder_ : TargetEncoder
    """

    def __init__(self, smooth: Any = "auto", numeric: bool = False, seed: int = 0) -> None:
        self.smooth = smooth
        self.numeric = numeric
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Target:
        """Learn from X of shape (rows, columns) and y."""
        self.encoder_ = self._unfitted(len(y)).fit(self._learnt_from(X), y)
        return self

    def fit_transform(self, X: Any, y: Any) -> NDArray[np.float64]:
        """Learn, and encode each row by the others."""
        self.encoder_ = self._unfitted(len(y))
        table: NDArray[np.float64] = self.encoder_.fit_transform(self._learnt_from(X), y)
        return table

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of shape (rows, columns), or columns times classes if these are many."""
        return np.asarray(self.encoder_.transform(self._given(X)))

    def _unfitted(self, rows: int) -> TargetEncoder:
        parts = KFold(max(2, min(PARTS, rows)), shuffle=True, random_state=self.seed % 2**32)
        kind = "continuous" if self.numeric else "auto"
        return TargetEncoder(target_type=kind, smooth=self.smooth, cv=parts)
