"""The rows of a source that are never in memory all at once.

In memory are the columns that say who a row is, what is to be predicted, and on which side of a
split it stands. The others are read again, part by part, by whoever goes through them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from engine.contracts import Index
from engine.recipe.schema import Data
from engine.sources import Asked
from engine.steps import rows
from engine.steps.facts import Facts
from engine.steps.parts import Parts


@dataclass(frozen=True)
class Numbered:
    """Some rows that are left, and the place of the first of them among all that are."""

    first: int
    frame: pd.DataFrame

    def among(self, chosen: Index) -> Index:
        """Return the places within this part of rows that are chosen by their places, sorted."""
        begin, end = np.searchsorted(chosen, [self.first, self.first + len(self.frame)])
        return chosen[begin:end] - self.first


@dataclass(frozen=True)
class Streamed:
    """The rows of a source; gone through when they are first asked for.

    Attributes
    ----------
    sides : tuple of str
        Columns that only say how rows are split.
    """

    source: Asked
    data: Data
    sides: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The columns that are held, of the rows that are left."""
        return self._taken[0]

    @cached_property
    def facts(self) -> Facts:
        """What became of the rows."""
        return self._taken[1]

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.source, self.data, self.sides)

    @cached_property
    def _taken(self) -> tuple[pd.DataFrame, Facts]:
        held, seen = self._parts.held(), self._parts.seen
        kept = rows.chosen(held, self.data, seen.columns)
        changed = {name: dict(counts) for name, counts in seen.changed.items()}
        columns = list(seen.columns)
        facts = Facts(
            len(kept.frame), columns, seen.read, seen.given, kept.removed, changed, kept.notes
        )
        return kept.frame[[name for name in held if name in columns]], facts

    def whole(self, names: Sequence[str]) -> pd.DataFrame:
        """Return columns of all rows that ``data.clean`` leaves, before a sample is drawn.

        These columns are in memory then, all others are not.
        """
        if self.data.sample is None and set(names) <= set(self.frame.columns):
            return self.frame[list(names)]
        data = self.data.model_copy(update={"sample": None})
        parts = Parts(self.source, data, self.sides)
        held = parts.held(also=names)
        return rows.chosen(held, data, parts.seen.columns).frame[list(names)]

    def raw(self, index: Index) -> pd.DataFrame:
        """Return some of the rows as the source has them, before the rules for values."""
        numbers = self.frame.index[index]
        kept = _left(self._parts.raw(), numbers.sort_values())
        return pd.concat([part.frame for part in kept]).loc[numbers, self.facts.columns]

    def numbers(self, index: Index) -> Index:
        """Return the numbers in the source, from 0, of some of the rows."""
        if self.facts.rows == self.facts.read:
            return index
        numbers: Index = self.frame.index.to_numpy(dtype=np.intp)[index]
        return numbers

    def parts(self) -> Iterator[Numbered]:
        """Go through the rows to learn from, with all columns that are kept, cleaned."""
        left = self.frame.index
        return _left(self._parts.clean(), left)


def _left(parts: Iterator[pd.DataFrame], left: pd.Index[int]) -> Iterator[Numbered]:
    """Yield of each part the rows whose numbers are among those that are left, in order."""
    for part in parts:
        first, end = left.searchsorted([part.index[0], part.index[-1] + 1])
        if first < end:
            whole = end - first == len(part)
            yield Numbered(int(first), part if whole else part.loc[left[first:end]])
