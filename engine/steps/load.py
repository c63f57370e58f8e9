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
        _known(self.data.drop, frame, "data.drop")
        return frame.drop(columns=self.data.drop).reset_index(drop=True)


def source_of(spec: str) -> Any:
    """Return the catalogue entry that reads ``spec``."""
    return catalogue.find("sources", kind_of(spec))


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Dataset:
    """Read the rows, and note how many there are."""
    dataset = Dataset(recipe.data)
    frame = dataset.frame
    _known([recipe.data.target], frame, "data.target")
    for key in ("id", "time", "group"):
        _known([name] if (name := getattr(recipe.data, key)) else [], frame, f"data.{key}")
    facts = {"rows": len(frame), "columns": list(frame.columns)}
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")
    return dataset


def load(recipe: Recipe, folder: Path) -> Dataset:
    """Return the rows of an earlier run; the file is read only if they are looked at."""
    return Dataset(recipe.data)


def _once(frame: pd.DataFrame) -> None:
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        names = ", ".join(repr(name) for name in twice)
        raise DataError(Fault(f"these columns stand twice: {names}", hint="rename all but one"))


def _known(names: list[str], frame: pd.DataFrame, key: str) -> None:
    columns = list(frame.columns)
    missing = [name for name in names if name not in columns]
    faults = [catalogue.unknown("column", name, columns, key) for name in missing]
    if faults:
        raise DataError(*(Fault(f.message, f.where, f.hint[:300]) for f in faults))
