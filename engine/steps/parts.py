"""A source read in parts, each of them cleaned as all rows would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from engine.bundle.alike import canonical
from engine.bundle.rules import Rule, apply, as_number, is_numeric
from engine.bundle.values import is_number
from engine.errors import DataError, Fault
from engine.recipe.schema import Data
from engine.sources import Asked
from engine.steps import rows
from engine.steps.values import SEMANTIC, advise, picked, require, require_plain, rules

ROWS = 32_768  # that are read at a time


@dataclass
class Seen:
    """What was found out on the way through a source.

    Attributes
    ----------
    read : int
        Its rows.
    given, columns : list of str
        Its columns, and those that are kept.
    changed : dict
        By column and value rule, how many values it changed.
    numeric : dict
        Columns of text, and whether the rules have left nothing but numbers in them.
    textual : set of str
        Columns of numbers in which the rules have put texts.
    """

    read: int = 0
    given: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    changed: dict[str, Counter[Rule]] = field(default_factory=dict)
    numeric: dict[str, bool] = field(default_factory=dict)
    textual: set[str] = field(default_factory=set)

    def alike(self, part: pd.DataFrame) -> pd.DataFrame:
        """Return a part with the types that all rows together have."""
        numeric = [name for name, all_ in self.numeric.items() if all_ and name in self.changed]
        new = {name: as_number(part[name]) for name in numeric if name in part}
        for name in self.textual.intersection(part):
            if is_number(part[name].dtype):
                new[name] = canonical(part[name])
        return part.assign(**new) if new else part


class Parts:
    """The parts of a source.

    Parameters
    ----------
    sides : sequence of str
        Columns that say how rows are split, which are kept whatever is picked.

    Attributes
    ----------
    seen : Seen
        Known once somebody has gone through all rows.
    """

    def __init__(self, source: Asked, data: Data, sides: Sequence[str]) -> None:
        self.source = source
        self.data = data
        self.sides = sides
        self.rules = rules(data)
        self.seen = Seen()

    def held(self, also: Collection[str] = ()) -> pd.DataFrame:
        """Go through all rows, and return the columns that are held in memory.

        These are the ones that the recipe gives a meaning to, that rules for rows read, and those
        of ``also``; under the rows' numbers in the source, from 0.
        """
        self.seen = Seen()
        found: list[pd.DataFrame] = []
        for part in self.raw():
            names = self._to_hold(part, also)
            besides = [name for name in names if name not in self.seen.columns]
            found.append(self._cleaned(part[[*self.seen.columns, *besides]])[names])
            self.seen.read += len(part)
        return pd.concat(map(self.seen.alike, found), ignore_index=True)

    def raw(self) -> Iterator[pd.DataFrame]:
        """Yield the rows as they are, under their numbers."""
        start = 0
        for part in self.source.chunks(ROWS):
            end = start + len(part)
            yield part.rename(columns=str).set_axis(pd.RangeIndex(start, end), axis=0)
            start = end

    def clean(self) -> Iterator[pd.DataFrame]:
        """Yield the columns that are kept, after the rules for values."""
        for part in self.raw():
            applied = apply(part[self.seen.columns], self.rules, int(part.index[0]), advise=advise)
            yield self.seen.alike(applied.frame)

    def _to_hold(self, part: pd.DataFrame, also: Collection[str]) -> list[str]:
        seen = self.seen
        if not seen.given:
            require_once(part)
            seen.given = list(part.columns)
            require(self.data, seen.given)
            seen.columns = picked(self.data, seen.given, self.sides)
        meant = (getattr(self.data, key) for key in SEMANTIC)
        wanted = {*meant, *self.sides, *rows.needed(self.data), *also}
        return [name for name in seen.given if name in wanted]

    def _cleaned(self, part: pd.DataFrame) -> pd.DataFrame:
        """Apply the rules for values, and note what they change."""
        require_plain(part)
        applied = apply(part, self.rules, int(part.index[0]), advise=advise)
        for name, counts in applied.changed.items():
            self.seen.changed.setdefault(name, Counter()).update(counts)
        for name in part.columns:
            if self.rules.touch(name) and name not in self.rules.declared:
                self._note_type(name, part[name], applied.frame[name])
        return applied.frame

    def _note_type(self, name: str, before: pd.Series[Any], after: pd.Series[Any]) -> None:
        if is_number(after.dtype):
            return
        if is_number(before.dtype):
            self.seen.textual.add(name)
        elif after.notna().any():
            all_ = self.seen.numeric.get(name, True)
            self.seen.numeric[name] = all_ and is_numeric(after)


def require_once(frame: pd.DataFrame) -> None:
    """Raise DataError if two columns have one name."""
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        names = ", ".join(repr(name) for name in twice)
        raise DataError(Fault(f"these columns stand twice: {names}", hint="rename all but one"))
