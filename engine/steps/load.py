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
        frame = source_of(self.data.source).read(self.data.source)
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
    facts = {"rows": len(frame), "columns": [str(name) for name in frame.columns]}
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")
    return dataset


def load(recipe: Recipe, folder: Path) -> Dataset:
    """Return the rows of an earlier run; the file is read only if they are looked at."""
    return Dataset(recipe.data)


def _known(names: list[str], frame: pd.DataFrame, key: str) -> None:
    columns = [str(name) for name in frame.columns]
    unknown = [catalogue.unknown("column", name, columns, key) for name in names if name not in columns]
    if unknown:
        raise DataError(*(Fault(f.message, f.where, f.hint[:300]) for f in unknown))
