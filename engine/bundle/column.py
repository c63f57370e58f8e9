"""One column that a pipeline reads, and how its raw values become numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from engine.bundle.alike import canonical
from engine.bundle.values import finite, mapped, plain_numbers, seconds, texts
from engine.contracts import Kind, Numbers

TRUTH = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}
_EXACT = 53  # bits of a whole number that a float64 holds


@dataclass(frozen=True)
class Column:
    """A column that the pipeline reads; ``levels`` are the known values of a category.

    ``role`` marks what rows are ordered by (``time``) and told apart by (``group``) where features
    look back; ``unused`` is a group that no feature asks for: raw rows need not have it.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    role: Literal["", "time", "group", "unused"] = ""

    @cached_property
    def index(self) -> pd.Index[Any]:
        """The levels, ready to be looked up; made once, as there may be 100,000."""
        return pd.Index(list(self.levels), dtype="str")

    @cached_property
    def meanings(self) -> dict[str, float]:
        """The first level that stands for each number or truth value."""
        return {_meaning(level): float(i) for i, level in reversed(list(enumerate(self.levels)))}


def as_numbers(values: pd.Series[Any], column: Column) -> Numbers:
    """Turn one column into float64; nan where it is missing or cannot be read as its kind.

    A column of text gives what the same column gives as numbers, dates or truth values.
    """
    match column.kind:
        case "category":
            return _codes(values, column)
        case "date":
            return seconds(values)
        case "boolean":
            return _truths(values)
        case "text":
            return _hashes(texts(values))
        case "key":
            return _hashes(canonical(values))
    return finite(plain_numbers(values))


def _truths(values: pd.Series[Any]) -> Numbers:
    if values.dtype == bool:
        return values.to_numpy(dtype=np.float64)
    return mapped(texts(values).str.strip().str.lower(), TRUTH)


def _codes(values: pd.Series[Any], column: Column) -> Numbers:
    """Positions in the levels; a number or truth value finds the level that is written otherwise.

    A file's categories ``01`` and ``1.0`` are texts, but a part of it may well be read as numbers.
    """
    position = column.index.get_indexer(texts(values))  # type: ignore[arg-type]  # stubs
    found: Numbers = np.where(position < 0, np.nan, position)
    if pd.api.types.is_numeric_dtype(values.dtype):
        meant = texts(values).map(_meaning, na_action="ignore")
        found = np.where(np.isnan(found), mapped(meant, column.meanings), found)
    return found


def _meaning(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError:
        return text.lower()


def _hashes(values: pd.Series[Any]) -> Numbers:
    """A number for each text: the same always and everywhere, and no two alike but by a miracle."""
    codes, uniques = pd.factorize(values)
    hashed = pd.util.hash_array(np.asarray(uniques, dtype=object), categorize=False)
    found: Numbers = np.append((hashed >> np.uint64(64 - _EXACT)).astype(np.float64), np.nan)
    return found[codes]
