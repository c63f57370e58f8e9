"""Outliers brought back to where most values lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise, known

USUAL = (0.01, 0.99)


class Clip(Columnwise):
    """Clips each column at two quantiles of the rows it is fitted on, or at two fixed values.

    Parameters
    ----------
    shares : pair of float, optional
        Quantiles below and above which values are brought back; 1 % and 99 % where nothing is
        given at all.
    low, high : float, optional
        Fixed bounds; each overrules the quantile on its side. Without shares the other side stays
        open.

    Attributes
    ----------
    bounds_ : ndarray of shape (2, columns)
    """

    def __init__(
        self, shares: Sequence[float] | None = None, low: float | None = None,
        high: float | None = None,
    ) -> None:  # fmt: skip
        self.shares = shares
        self.low = low
        self.high = high

    def fit(self, X: Any, y: object = None) -> Clip:
        """Learn the bounds.

        Raises
        ------
        ValueError
            If the shares are no pair between 0 and 1, or a lower bound lies above an upper one.
        """
        table = self._learnt_from(X)
        self.bounds_ = np.tile([[-np.inf], [np.inf]], table.shape[1])
        if self.shares is not None or (self.low is None and self.high is None):
            shares = _pair(self.shares or USUAL)
            self.bounds_ = np.column_stack([_bounds(known(c), shares) for c in table.T])
        for side, fixed in enumerate((self.low, self.high)):
            if fixed is not None:
                self.bounds_[side] = fixed
        if (self.bounds_[0] > self.bounds_[1]).any():
            raise ValueError("`clip` has a lower bound above the upper one")
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of the shape of X."""
        clipped: NDArray[np.float64] = np.clip(self._given(X), *self.bounds_)
        return clipped


def _pair(given: Sequence[float]) -> NDArray[np.float64]:
    shares = np.asarray(given, dtype=np.float64)
    if shares.shape != (2,) or not 0 <= shares[0] < shares[1] <= 1:
        raise ValueError(f"`clip` needs two shares such as [0.01, 0.99], not {given}")
    return shares


def _bounds(values: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.quantile(values, shares) if values.size else np.array([-np.inf, np.inf])
