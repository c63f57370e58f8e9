"""Rows in the order of time within their groups, and what lies before each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Index, Numbers
from engine.estimators.windows import Parts, Statistic


class Ordered:
    """Rows sorted by group and time.

    Parameters
    ----------
    group, time : ndarray of shape (rows,)
        A row that lacks either stands alone.

    Attributes
    ----------
    order : ndarray of int
        Positions of the rows, sorted.
    start, moment, end : ndarray of int
        For each sorted row: where its group begins, where the rows of its very moment begin, and
        where its group ends.
    """

    def __init__(self, group: Numbers, time: Numbers) -> None:
        self.order: Index = np.lexsort((time, group))
        g, t = group[self.order], time[self.order]
        new_group = np.append(True, g[1:] != g[:-1])[: len(g)]  # nan is unlike itself
        new_moment = new_group | np.append(True, t[1:] != t[:-1])[: len(t)]
        self.start = _begin(new_group)
        self.moment = _begin(new_moment)
        ends = np.append(np.flatnonzero(new_group)[1:], len(g))
        self.end = ends[np.cumsum(new_group) - 1] if len(g) else self.start
        # where a time is missing, all that is known of the group would count as earlier
        self.moment = np.where(np.isnan(t), self.start, self.moment)

    def back(self, values: Numbers, steps: int) -> Numbers:
        """Return what each row sees so many rows back; nan where nothing is."""
        (seen,) = self._at((values[self.order],), self.moment - steps, (np.full(1, np.nan),))
        return self._unsorted(seen)

    def window(self, values: Numbers, length: int, statistic: Statistic) -> Numbers:
        """Return a statistic of so many rows before each; shorter where the group begins."""
        block = statistic.of_one(values[self.order])
        nothing = statistic.of_one(np.full(1, np.nan))
        place, last = np.arange(len(self.order)), self.moment - 1
        found, size = nothing, 1
        while size <= length:
            if length & size:
                found = statistic.join(found, self._at(block, last, nothing))
                last = last - size
            if 2 * size <= length:
                block = statistic.join(block, self._at(block, place - size, nothing))
            size *= 2
        return self._unsorted(statistic.told(found))

    def _at(self, parts: Parts, place: Index, nothing: Parts) -> Parts:
        """Return what stands at a place for each sorted row, if that is inside its group."""
        inside, place = place >= self.start, np.maximum(place, 0)
        return tuple(
            np.where(inside, part[place], empty) for part, empty in zip(parts, nothing, strict=True)
        )

    def _unsorted(self, values: Numbers) -> Numbers:
        found = np.empty_like(values)
        found[self.order] = values
        return found


def tail(rows: Ordered, depth: int) -> Index:
    """Return positions of the rows that later ones of their groups may look back at.

    The last ``depth`` rows of each group, and as many before its last moment: a further row of that
    moment looks at those.
    """
    place = np.arange(len(rows.order))
    last = rows.moment[rows.end - 1] if len(place) else place
    kept = (place >= last - depth) & ((place < last) | (place >= rows.end - depth))
    found: Index = np.sort(rows.order[kept])
    return found


def _begin(new: NDArray[np.bool_]) -> Index:
    begin: Index = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    return begin
