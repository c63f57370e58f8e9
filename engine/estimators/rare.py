"""Levels that are too rare to learn from, made one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise
from engine.estimators.levels import counted, look_up


class Rare(Columnwise):
    """Puts one value in the place of each level that too few rows have, or that it never saw.

    That value lies below all levels it saw, so that it is none of them; -1 for codes.

    Parameters
    ----------
    least : int or float
        Rows that a level needs to be kept; below 1, their share.

    Attributes
    ----------
    kept_ : list of ndarray
        For each column, the levels that stay what they are.
    codes_ : list of float
        For each column, what stands for the others.
    """

    def __init__(self, least: float = 10) -> None:
        self.least = least

    def fit(self, X: Any, y: object = None) -> Rare:
        """Count the levels."""
        table = self._learnt_from(X)
        least = self.least * len(table) if self.least < 1 else self.least
        found = [counted(column) for column in table.T]
        self.kept_ = [levels[counts >= least] for levels, counts in found]
        self.codes_ = [float(min([0.0, *levels[:1]])) - 1 for levels, _ in found]
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of the shape of X; what is missing stays missing."""
        table = self._given(X)
        learnt = zip(table.T, self.kept_, self.codes_, strict=True)
        made = np.column_stack([look_up(c, kept, kept, code) for c, kept, code in learnt])
        return np.where(np.isnan(table), np.nan, made)
