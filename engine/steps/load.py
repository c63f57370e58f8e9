"""Read the rows that the recipe's source stands for, clean their values, choose among them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from engine.bundle.rules import Rule, apply, retyped
from engine.contracts import Index, Listener
from engine.recipe.schema import Data, Recipe
from engine.sources import Asked
from engine.steps import held, rows, sides
from engine.steps.facts import Facts
from engine.steps.parts import require_once
from engine.steps.streamed import Streamed
from engine.steps.values import advise, picked, require, require_plain, require_semantic, rules

ABOUT = "read the rows"
MAKES = "the dataset"
READS = (
    "data.source", "data.tables", "data.query", "data.drop", "data.columns", "data.clean",
    "data.sample", "data.target", "compute.rows",
)  # fmt: skip
NEEDS: tuple[str, ...] = ()
LIBRARIES = ("pandas", "pyarrow")
MOST_NAMED = 5
KEYS: Mapping[Rule, str] = {
    "trim": "data.clean.trim took blanks off",
    "null_values": "data.clean.null_values took as missing",
    "replace": "data.clean.replace changed",
    "invalid": "data.columns took what is not of the declared type as missing",
}


class Frame(Protocol):
    """What has a frame of rows."""

    @property
    def frame(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class _Taken:
    """The rows that are left, and how the source has the columns that value rules look at."""

    frame: pd.DataFrame
    raw: pd.DataFrame
    facts: Facts


@dataclass(frozen=True)
class Dataset:
    """The rows of a source; read when first asked for.

    Attributes
    ----------
    sides : tuple of str
        Columns that only say how rows are split, which are kept whatever is picked.
    """

    data: Data
    sides: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows to learn from, cleaned, under their numbers in the source, from 0."""
        return self._taken.frame

    @cached_property
    def facts(self) -> Facts:
        """What became of the rows."""
        return self._taken.facts

    @cached_property
    def _taken(self) -> _Taken:
        return _take(read(self.data), self.data, held=self.sides)

    def whole(self, names: Sequence[str]) -> pd.DataFrame:
        """Return columns of all rows that ``data.clean`` leaves, before a sample is drawn.

        The source is read once more for columns that are not learnt from, and for a sample's rest.
        """
        if self.data.sample is None and set(names) <= set(self.frame.columns):
            return self.frame[list(names)]
        all_rows = self.data.model_copy(update={"sample": None})
        return _take(read(self.data), all_rows, names).frame[list(names)]

    def raw(self, index: Index) -> pd.DataFrame:
        """Return some of the rows as the source has them, before the rules for values."""
        chosen = self.frame.iloc[index]
        source = self._taken.raw.loc[chosen.index]
        return chosen.assign(**{str(name): source[name] for name in source})

    def numbers(self, index: Index) -> Index:
        """Return the numbers in the source, from 0, of some of the rows."""
        if self.facts.rows == self.facts.read:
            return index
        numbers: Index = self.frame.index.to_numpy(dtype=np.intp)[index]
        return numbers


Read = Dataset | Streamed


def of(recipe: Recipe) -> Read:
    """Return the rows that a recipe learns from, in memory or read in parts."""
    named = tuple(sides.named(recipe).values())
    if held.on_disk(recipe):
        return Streamed(asked(recipe.data), recipe.data, named)
    return Dataset(recipe.data, named)


def read(data: Data) -> pd.DataFrame:
    """Return all rows of the source as they are, under their numbers, from 0.

    Raises
    ------
    DataError
        If they cannot be read, or if two columns have one name.
    """
    frame = asked(data).read().rename(columns=str).reset_index(drop=True)
    require_once(frame)
    return frame


def asked(data: Data) -> Asked:
    """Return what is asked of which source."""
    tables = {
        name: Asked(table, where=f"data.tables.{name}")
        if isinstance(table, str)
        else Asked(table.source, table.query or "", where=f"data.tables.{name}")
        for name, table in data.tables.items()
    }
    return Asked(data.source or "", data.query or "", tables)


def _take(
    frame: pd.DataFrame, data: Data, also: Sequence[str] = (), held: Sequence[str] = ()
) -> _Taken:
    """Pick columns and those of ``also``, clean values, then leave rows out."""
    given = list(frame.columns)
    require(data, given)
    columns = picked(data, given, held)
    besides = [n for n in (*rows.needed(data), *also) if n in given and n not in columns]
    frame = frame[[*columns, *dict.fromkeys(besides)]]
    require_plain(frame)
    values = rules(data)
    raw = frame[[name for name in columns if values.touch(name)]]
    applied = apply(frame, values, advise=advise)
    undeclared = [name for name in applied.changed if name not in values.declared]
    kept = rows.chosen(retyped(applied.frame, undeclared), data, columns)
    left = kept.frame if also else kept.frame[columns]
    facts = Facts(len(left), columns, len(frame), given, kept.removed, applied.changed, kept.notes)
    return _Taken(left, raw, facts)


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Read:
    """Read the rows, and note how many there are."""
    dataset = of(recipe)
    _ = dataset.frame
    (folder / "facts.json").write_text(json.dumps(asdict(dataset.facts)), "utf-8")
    return dataset


def notices(dataset: Read) -> list[str]:
    """Return what is told at each run: how many rows and values the rules changed."""
    facts = dataset.facts
    texts = []
    for rule, count in facts.removed.items():
        if rule == "sample":
            texts.append(f"data.sample: {facts.rows:,} of {facts.whole:,} rows, for a quick try")
        elif count:
            texts.append(f"data.{rule} removed {count:,} of {facts.read:,} rows")
    texts += facts.notes
    for rule, key in KEYS.items():
        counts = {name: found[rule] for name, found in facts.changed.items() if rule in found}
        if counts:
            listed = [f"{name} ({count:,})" for name, count in list(counts.items())[:MOST_NAMED]]
            more = f" and {len(counts) - MOST_NAMED:,} more columns" * (len(counts) > MOST_NAMED)
            texts.append(f"{key}: values of {', '.join(listed)}{more}")
    return texts


def load(recipe: Recipe, folder: Path) -> Read:
    """Return the rows of an earlier run; the file is read only if they are looked at."""
    facts = Facts(**json.loads((folder / "facts.json").read_text("utf-8")))
    require_semantic(recipe.data, facts.given)
    dataset = of(recipe)
    vars(dataset)["facts"] = facts
    return dataset
