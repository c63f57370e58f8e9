"""The input contract: which columns a pipeline reads, and how raw values become numbers.

A pipeline sees only numbers: categories as positions in the column's levels, dates as seconds
since 1970, truth values as 0 and 1, and nan for whatever is missing. Training and prediction read
raw values through :func:`encode` alike, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.catalogue import near
from engine.contracts import Kind
from engine.errors import Fault, InputError

Unseen = Literal["warn", "fail", "accept"]
TRUTH = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}
EXAMPLES = 3


@dataclass(frozen=True)
class Column:
    """A column that the pipeline reads; ``levels`` are the known values of a category."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """All columns that a pipeline reads, in its order, and the policy for unseen categories."""

    columns: tuple[Column, ...]
    unseen: Unseen = "warn"

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def to_json(self) -> dict[str, Any]:
        """Return a form that JSON can hold; :meth:`from_json` reads it."""
        return {"unseen": self.unseen, "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Contract:
        columns = (Column(c["name"], c["kind"], tuple(c["levels"])) for c in tree["columns"])
        return cls(tuple(columns), tree["unseen"])


@dataclass(frozen=True)
class Encoded:
    """Numbers for a pipeline.

    Attributes
    ----------
    frame : DataFrame of float64, of shape (rows, columns of the contract)
    unseen : dict
        For each category column with unseen values, their counts by value.
    """

    frame: pd.DataFrame
    unseen: dict[str, dict[str, int]]


def encode(raw: pd.DataFrame, contract: Contract, first_row: int = 0) -> Encoded:
    """Turn raw values into the numbers that a pipeline reads.

    Parameters
    ----------
    raw : DataFrame
        Any columns; those that the contract does not name are ignored.
    first_row : int
        Number of rows before these in the file, for messages.

    Raises
    ------
    InputError
        Naming every column that is missing or holds a value of the wrong type, and every unseen
        category where the contract's policy is ``fail``.
    """
    require(raw.columns, contract)
    faults: list[Fault] = []
    unseen: dict[str, dict[str, int]] = {}
    numbers: dict[str, NDArray[np.float64]] = {}
    for column in contract.columns:
        values = raw[column.name]
        numbers[column.name] = as_numbers(values, column)
        strange = np.isnan(numbers[column.name]) & values.notna().to_numpy()
        if not strange.any():
            continue
        if column.kind == "category":
            unseen[column.name] = values[strange].astype(str).value_counts().to_dict()
        elif not _infinite(values[strange]):
            faults.append(_wrong_type(values, strange, column, first_row))
    if contract.unseen == "fail":
        faults += [_unseen(name, counts) for name, counts in unseen.items()]
    if faults:
        raise InputError(*faults)
    return Encoded(pd.DataFrame(numbers, index=raw.index, columns=contract.names), unseen)


def require(present: Iterable[object], contract: Contract) -> None:
    """Raise InputError naming every column of the contract that is not present."""
    known = [str(name) for name in present]
    have = set(known)
    missing = [name for name in contract.names if name not in have]
    if missing:
        raise InputError(*(_missing(name, known) for name in missing[:20]))


def as_numbers(values: pd.Series[Any], column: Column) -> NDArray[np.float64]:
    """Turn one column into float64; nan where it is missing or cannot be read as its kind."""
    match column.kind:
        case "category":
            codes = pd.Index(column.levels, dtype=str).get_indexer(texts(values))
            return np.where(codes < 0, np.nan, codes).astype(np.float64)
        case "date":
            return seconds(values)
        case "boolean":
            if pd.api.types.is_bool_dtype(values.dtype):
                return values.astype("float64").to_numpy(na_value=np.nan)
            return texts(values).str.lower().map(TRUTH).to_numpy(dtype=np.float64, na_value=np.nan)
    found = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as text, missing ones as missing."""
    if isinstance(values.dtype, pd.StringDtype):
        return values
    return values.astype("str").where(values.notna())


def seconds(values: pd.Series[Any]) -> NDArray[np.float64]:
    """Dates (or texts in ISO 8601) as seconds since 1970, in UTC where they carry a zone."""
    moments = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True)
    stamps = moments.dt.tz_localize(None).to_numpy("datetime64[us]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)


def _infinite(values: pd.Series[Any]) -> bool:
    return bool(np.isinf(pd.to_numeric(values, errors="coerce").astype("float64")).all())


def _missing(name: str, known: list[str]) -> Fault:
    guess = near(name, known)
    hint = f"is it called {guess!r} there?" if guess else f"it has: {', '.join(known[:12])}"
    return Fault(f"the column {name!r} is missing", hint=hint)


def _wrong_type(
    values: pd.Series[Any], strange: NDArray[np.bool_], column: Column, first_row: int
) -> Fault:
    row = int(np.flatnonzero(strange)[0])
    count = int(strange.sum())
    more = f" (and {count - 1} more)" if count > 1 else ""
    found = shorten(values.iloc[row])
    return Fault(
        f"the column {column.name!r} must hold a {column.kind}, but row {first_row + row + 1} "
        f"holds {found}{more}"
    )


def _unseen(name: str, counts: Mapping[str, int]) -> Fault:
    examples = ", ".join(shorten(value) for value in list(counts)[:EXAMPLES])
    more = f" and {len(counts) - EXAMPLES} others" if len(counts) > EXAMPLES else ""
    return Fault(
        f"the column {name!r} holds categories that training never saw: {examples}{more}",
        hint="set data.unseen: warn in the recipe to take them as missing",
    )


def shorten(value: object, width: int = 40) -> str:
    """A value as a message may quote it."""
    text = repr(str(value))
    return text if len(text) <= width else f"{text[: width - 3]}..."
