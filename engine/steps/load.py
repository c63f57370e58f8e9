"""Read the rows that the recipe's source stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from engine import catalogue
from engine.contracts import Listener
from engine.errors import DataError, Fault
from engine.recipe.schema import Data, Recipe
from engine.sources import kind_of

ABOUT = "read the rows"
MAKES = "the dataset"
READS = ("data.source", "data.drop")
NEEDS: tuple[str, ...] = ()
LIBRARIES = ("pandas", "pyarrow")


class Frame(Protocol):
    """What has a frame of raw rows."""

    @property
    def frame(self) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Dataset:
    """The rows of a source; read when first asked for."""

    data: Data

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All rows, without the columns that the recipe drops, numbered from 0."""
        frame: pd.DataFrame = source_of(self.data.source).read(self.data.source)
        frame = frame.rename(columns=str)
        _once(frame)
        _known(self.data.drop, list(frame.columns), "data.drop")
        return frame.drop(columns=self.data.drop).reset_index(drop=True)


def source_of(spec: str) -> Any:
    """Return the catalogue entry that reads ``spec``."""
    return catalogue.find("sources", kind_of(spec))


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Dataset:
    """Read the rows, and note how many there are."""
    dataset = Dataset(recipe.data)
    frame = dataset.frame
    _require(recipe.data, list(frame.columns))
    facts = {"rows": len(frame), "columns": list(frame.columns)}
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")
    return dataset


def load(recipe: Recipe, folder: Path) -> Dataset:
    """Return the rows of an earlier run; the file is read only if they are looked at."""
    _require(recipe.data, json.loads((folder / "facts.json").read_text("utf-8"))["columns"])
    return Dataset(recipe.data)


def _require(data: Data, columns: list[str]) -> None:
    """Refuse a recipe that gives a meaning to a column that is not there."""
    for key in ("target", "id", "time", "group"):
        name = getattr(data, key)
        _known([name] if name else [], columns, f"data.{key}")


def _once(frame: pd.DataFrame) -> None:
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        names = ", ".join(repr(name) for name in twice)
        raise DataError(Fault(f"these columns stand twice: {names}", hint="rename all but one"))


def _known(names: list[str], columns: list[str], key: str) -> None:
    missing = [name for name in names if name not in columns]
    faults = [catalogue.unknown("column", name, columns, key) for name in missing]
    if faults:
        raise DataError(*(Fault(f.message, f.where, f.hint[:300]) for f in faults))
