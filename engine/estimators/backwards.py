"""Rows in the order of time within their groups, and what lies before each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Index, Numbers


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

    def before(self, values: Numbers, steps: int) -> Iterator[Numbers]:
        """Yield, for 1 to ``steps`` rows back, what each row sees there; nan where nothing is."""
        sorted_values = values[self.order]
        for back in range(1, steps + 1):
            place = self.moment - back
            seen = np.where(place >= self.start, sorted_values[np.maximum(place, 0)], np.nan)
            found = np.empty_like(seen)
            found[self.order] = seen
            yield found


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


def _counts(seen: list[Numbers]) -> Numbers:
    known: Numbers = np.sum([~np.isnan(one) for one in seen], axis=0).astype(np.float64)
    return known


def _sum(seen: list[Numbers]) -> Numbers:
    """The sum of what is known; nan where nothing is."""
    total = np.sum([np.nan_to_num(one, nan=0.0) for one in seen], axis=0)
    return np.where(_counts(seen) > 0, total, np.nan)


def _mean(seen: list[Numbers]) -> Numbers:
    return _sum(seen) / np.maximum(_counts(seen), 1)


def _std(seen: list[Numbers]) -> Numbers:
    """The sample's standard deviation; nan where fewer than two values are known."""
    mean, count = _mean(seen), _counts(seen)
    squares = np.sum([np.nan_to_num((one - mean) ** 2, nan=0.0) for one in seen], axis=0)
    return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


STATISTICS: dict[str, Callable[[list[Numbers]], Numbers]] = {
    "mean": _mean,
    "min": lambda seen: np.fmin.reduce(seen),
    "max": lambda seen: np.fmax.reduce(seen),
    "sum": _sum,
    "std": _std,
    "count": _counts,
}
"""Of the values that a window holds, a list of arrays with one value for each row."""
