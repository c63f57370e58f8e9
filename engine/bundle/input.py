"""The input contract: which columns a pipeline reads, and how raw values become numbers.

A pipeline sees only numbers: categories as positions in the column's levels, dates as seconds
since 1970, truth values as 0 and 1, and nan for whatever is missing. Training and prediction read
raw values through :func:`encode` alike, so that they cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.catalogue import near
from engine.contracts import Kind, Numbers
from engine.errors import Fault, InputError

Unseen = Literal["warn", "fail", "accept"]
TRUTH = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}
EXAMPLES = 3
MOST_FAULTS = 20
EXPECTED = {
    "number": "a number",
    "date": "a date such as 2024-01-31",
    "boolean": "true, false",
    "category": "a text",
}
LARGEST = float(np.finfo(np.float32).max)


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
    lost : dict
        For each number column with infinite or too large values, how many; they became missing.
    """

    frame: pd.DataFrame
    unseen: dict[str, dict[str, int]]
    lost: dict[str, int]


def mend_row(column: Column) -> str:
    """What to do about a value of the wrong type in rows to predict."""
    return f"mend that row: {EXPECTED[column.kind]} or nothing was expected"


def encode(
    raw: pd.DataFrame, contract: Contract, first_row: int = 0,
    advise: Callable[[Column], str] = mend_row,
) -> Encoded:  # fmt: skip
    """Turn raw values into the numbers that a pipeline reads.

    Parameters
    ----------
    raw : DataFrame
        Any columns, in any order; those that the contract does not name are ignored.
    first_row : int
        Number of rows before these in the file, for messages.
    advise : callable
        Says what to do about a value of the wrong type in a column.

    Raises
    ------
    InputError
        Naming every column that is missing, stands twice or holds a value of the wrong type, and
        every unseen category where the contract's policy is ``fail``.
    """
    require(raw.columns, contract)
    position = {str(name): i for i, name in enumerate(raw.columns)}
    faults: list[Fault] = []
    unseen: dict[str, dict[str, int]] = {}
    lost: dict[str, int] = {}
    numbers = np.empty((len(raw), len(contract.columns)), order="F")
    for i, column in enumerate(contract.columns):
        values = raw.iloc[:, position[column.name]]
        numbers[:, i] = as_numbers(values, column)
        strange = np.isnan(numbers[:, i]) & values.notna().to_numpy()
        if not strange.any():
            continue
        if column.kind == "category":
            unseen[column.name] = _counts(values[strange])
        else:
            wrong = _wrong_type(values, strange, column)
            if wrong.any():
                faults.append(_mistyped(values, wrong, column, first_row, advise(column)))
            else:
                lost[column.name] = int(strange.sum())
    if contract.unseen == "fail":
        faults += [_unseen(name, counts) for name, counts in unseen.items()]
    if faults:
        raise InputError(*faults)
    return Encoded(pd.DataFrame(numbers, index=raw.index, columns=contract.names), unseen, lost)


def require(present: Iterable[object], contract: Contract) -> None:
    """Raise InputError naming every column of the contract that is missing or stands twice."""
    times = Counter(str(name) for name in present)
    missing = [name for name in contract.names if name not in times]
    faults = [_missing(name, list(times)) for name in missing[:MOST_FAULTS]]
    if len(missing) > MOST_FAULTS:
        faults.append(Fault(f"{len(missing) - MOST_FAULTS:,} more columns are missing"))
    twice = [name for name in contract.names if times[name] > 1]
    faults += [
        Fault(f"there are {times[n]} columns {n!r}", hint="rename all but one") for n in twice
    ]
    if faults:
        raise InputError(*faults)


def as_numbers(values: pd.Series[Any], column: Column) -> Numbers:
    """Turn one column into float64; nan where it is missing or cannot be read as its kind.

    A column of text gives what the same column gives as numbers, dates or truth values.
    """
    match column.kind:
        case "category":
            return _codes(values, column.levels)
        case "date":
            return seconds(values)
        case "boolean":
            return _truths(values)
    return finite(_plain_numbers(values))


def texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as text, missing ones as missing."""
    if isinstance(values.dtype, pd.StringDtype):
        return values
    return values.astype("str").where(values.notna())


def seconds(values: pd.Series[Any]) -> Numbers:
    """Dates (or texts in ISO 8601) as seconds since 1970, in UTC where they carry a zone."""
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = texts(values)
    moments = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True)
    stamps = moments.dt.tz_localize(None).to_numpy("datetime64[us]")
    found: Numbers = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)
    return found


def _truths(values: pd.Series[Any]) -> Numbers:
    if values.dtype == bool:
        return values.to_numpy(dtype=np.float64)
    return _mapped(texts(values).str.strip().str.lower(), TRUTH)


def _codes(values: pd.Series[Any], levels: Sequence[str]) -> Numbers:
    """Positions in the levels; a number or truth value finds the level that is written otherwise.

    A file's categories ``01`` and ``1.0`` are texts, but a part of it may well be read as numbers.
    """
    found = _mapped(texts(values), {level: float(i) for i, level in enumerate(levels)})
    if pd.api.types.is_numeric_dtype(values.dtype):
        meant = {_meaning(level): float(i) for i, level in reversed(list(enumerate(levels)))}
        otherwise = _mapped(texts(values).map(_meaning, na_action="ignore"), meant)
        found = np.where(np.isnan(found), otherwise, found)
    return found


def _meaning(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError:
        return text.lower()


def _mapped(values: pd.Series[Any], codes: Mapping[str, float]) -> Numbers:
    position = pd.Index(list(codes), dtype=str).get_indexer(values)  # type: ignore[arg-type]  # stubs
    table = np.array([*codes.values(), np.nan])
    found: Numbers = table[position]
    return found


def finite(numbers: Numbers) -> Numbers:
    """Numbers with nan for those that single precision, which trees compute in, cannot hold."""
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def _plain_numbers(values: pd.Series[Any]) -> Numbers:
    """Numbers, infinite ones as they are; truth values and dates are none."""
    if not is_number(values.dtype):
        values = pd.to_numeric(texts(values), errors="coerce")
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def is_number(dtype: Any) -> bool:
    """Whether a column of this type holds real numbers; pandas counts truth values among them."""
    kinds = pd.api.types
    real = kinds.is_numeric_dtype(dtype) and not kinds.is_complex_dtype(dtype)
    return real and not kinds.is_bool_dtype(dtype)


def _counts(values: pd.Series[Any]) -> dict[str, int]:
    return {str(value): int(count) for value, count in texts(values).value_counts().items()}


def _missing(name: str, known: list[str]) -> Fault:
    guess = near(name, known)
    hint = f"is it called {guess!r} there?" if guess else f"it has: {', '.join(known[:12])}"
    return Fault(f"the column {name!r} is missing", hint=hint)


def _wrong_type(
    values: pd.Series[Any], strange: NDArray[np.bool_], column: Column
) -> NDArray[np.bool_]:
    """Mark values that are none of their kind; an infinite number counts as missing."""
    return strange & np.isnan(_plain_numbers(values)) if column.kind == "number" else strange


def _mistyped(
    values: pd.Series[Any], wrong: NDArray[np.bool_], column: Column, first_row: int, hint: str
) -> Fault:
    """Name the first value that is none of its kind."""
    rows = np.flatnonzero(wrong)
    more = f" (and {len(rows) - 1:,} more)" if len(rows) > 1 else ""
    found = shorten(values.iloc[rows[0]])
    message = (
        f"the column {column.name!r} must hold a {column.kind}, but row "
        f"{first_row + int(rows[0]) + 1:,} holds {found}{more}"
    )
    return Fault(message, hint=hint)


def _unseen(name: str, counts: Mapping[str, int]) -> Fault:
    examples = ", ".join(shorten(value) for value in list(counts)[:EXAMPLES])
    more = f" and {len(counts) - EXAMPLES:,} others" if len(counts) > EXAMPLES else ""
    return Fault(
        f"the column {name!r} holds categories that training never saw: {examples}{more}",
        hint="set data.unseen: warn in the recipe to take them as missing",
    )


def shorten(value: object, width: int = 40) -> str:
    """A value as a message may quote it."""
    text = repr(str(value))
    return text if len(text) <= width else f"{text[: width - 3]}..."
