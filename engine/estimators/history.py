"""Earlier rows as features: lags and rolling windows that never look ahead."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.backwards import Ordered, tail
from engine.estimators.columnwise import Columnwise
from engine.estimators.windows import STATISTICS

Table = NDArray[np.float64]


class History(Columnwise):
    """Lays beside each row what earlier rows of its group hold.

    Earlier means at a smaller time: rows of the same moment do not see each other, so it makes no
    difference whether they come one by one or together. Later rows see them in the order of X. A
    row without a time, or without a group where there are groups, has no history.

    X holds the time first, then the group if ``grouped``, then the columns to look back at.

    Parameters
    ----------
    lags : list of int, or int
        How many rows back; a number stands for all from 1 to it.
    windows : list of int, or int
        Lengths in rows; a window ends before the row itself.
    statistics : list of str, or str
        What is told of each window: mean, min, max, sum, std, count.
    keep : bool
        Whether the columns themselves stay, ahead of the others.
    grouped : bool
        Whether X holds groups.

    Attributes
    ----------
    last_ : ndarray of shape (rows kept, columns)
        For each group as many of the last rows as a later one looks back at.
    told_ : ndarray of bool
        Which of them it was told of by :meth:`carried`.
    """

    def __init__(
        self, lags: Any = (), windows: Any = (), statistics: Any = ("mean",), keep: bool = True,
        grouped: bool = False,
    ) -> None:  # fmt: skip
        self.lags = lags
        self.windows = windows
        self.statistics = statistics
        self.keep = keep
        self.grouped = grouped

    def fit(self, X: Any, y: object = None) -> History:
        """Keep each group's last rows."""
        self._learn(X)
        return self

    def fit_transform(self, X: Any, y: object = None) -> Table:
        """Keep each group's last rows, and return what each row of X sees of the others."""
        return self._seen(self._learn(X))

    def transform(self, X: Any) -> Table:
        """Return what each row sees of those kept and of the others in X.

        From a group's first moment in X on, X is taken to hold all of its rows: what was learnt
        from at or after it is left out, so that such rows may be asked for again.
        """
        table = self._given(X)
        return self._seen(table, self.last_[self._counts(table)])

    def carried(self, X: Any) -> History:
        """Return a transformer that knows the rows of X too, as rows that do not come again."""
        table = self._given(X)
        counts = self._counts(table)
        told = np.append(self.told_[counts], np.ones(len(table), dtype=bool))
        after = copy.copy(self)
        after._keep(np.vstack([self.last_[counts], table]), told)
        rest = ~self._touched(table)
        after.last_ = np.vstack([self.last_[rest], after.last_])
        after.told_ = np.append(self.told_[rest], after.told_)
        return after

    def _learn(self, X: Any) -> Table:
        table = self._learnt_from(X)
        self._check()
        self._keep(table, np.zeros(len(table), dtype=bool))
        return table

    def _check(self) -> None:
        lengths = [*_lengths(self.lags), *_listed(self.windows)]
        if not lengths:
            raise ValueError("it is told neither lags nor windows to look back by")
        if wrong := [n for n in lengths if not isinstance(n, int | np.integer) or n < 1]:
            raise ValueError(
                f"lags and windows are whole numbers of rows from 1 on, not {wrong[0]}"
            )
        if strange := [name for name in _listed(self.statistics) if name not in STATISTICS]:
            known = ", ".join(STATISTICS)
            raise ValueError(f"a window has no {strange[0]!r}; known: {known}")

    @property
    def _depth(self) -> int:
        return int(max([*_lengths(self.lags), *_listed(self.windows)]))

    def _ordered(self, table: Table) -> Ordered:
        return Ordered(self._who(table), table[:, 0])

    def _keep(self, table: Table, told: NDArray[np.bool_]) -> None:
        known = np.flatnonzero(~np.isnan(table[:, : 1 + self.grouped]).any(axis=1))
        kept = known[tail(self._ordered(table[known]), self._depth)]
        self.last_, self.told_ = table[kept], told[kept]

    def _touched(self, table: Table) -> NDArray[np.bool_]:
        """Mark the kept rows of groups that come again in X."""
        if not self.grouped:
            return np.full(len(self.last_), len(table) > 0)
        return np.isin(self.last_[:, 1], table[:, 1])

    def _counts(self, table: Table) -> NDArray[np.bool_]:
        """Mark the kept rows that come before their group's first moment in X, or were told."""
        group, time = self._who(self.last_), self.last_[:, 0]
        known = table[~np.isnan(table[:, 0])]
        order = np.lexsort((known[:, 0], self._who(known)))
        theirs = self._who(known)[order]
        place = np.searchsorted(theirs, group)
        same = np.append(theirs, np.nan)[place] == group
        first = np.where(same, np.append(known[order, 0], np.inf)[place], np.inf)
        return self._touched(table) & (self.told_ | (time < first))

    def _who(self, table: Table) -> Table:
        return table[:, 1] if self.grouped else np.zeros(len(table))

    def _seen(self, table: Table, before: Table | None = None) -> Table:
        earlier = table[:0] if before is None else before
        whole = np.vstack([earlier, table])
        ordered = self._ordered(whole)
        first = 1 + self.grouped
        kept = [whole[:, first:]] if self.keep else []
        looked = [self._of_column(values, ordered) for values in whole[:, first:].T]
        return np.hstack([*kept, *looked])[len(earlier) :]

    def _of_column(self, values: Table, ordered: Ordered) -> Table:
        lags, windows = _lengths(self.lags), _listed(self.windows)
        columns = [ordered.back(values, lag) for lag in lags]
        columns += [
            ordered.window(values, n, STATISTICS[name])
            for n in windows
            for name in _listed(self.statistics)
        ]
        return np.column_stack(columns)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _lengths(lags: Any) -> list[Any]:
    """Return each lag; a whole number stands for all up to it."""
    return list(range(1, lags + 1)) if isinstance(lags, int) and lags > 0 else _listed(lags)
