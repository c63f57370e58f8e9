"""The input contract: which columns a pipeline reads, and how raw values become numbers.

A pipeline sees numbers: categories as positions in the column's levels, dates as seconds since
1970, truth values as 0 and 1, and nan for whatever is missing. Free text stands beside them as it
is (see :mod:`engine.bundle.table`). Training and prediction read raw values through :func:`encode`
alike, so that they cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle import told
from engine.bundle.column import Column as Column
from engine.bundle.column import as_numbers as as_numbers
from engine.bundle.derive import NO_FORMULAS, Derive, Failed, extend
from engine.bundle.rules import NO_RULES, Rules, apply
from engine.bundle.table import Table, read_by
from engine.bundle.values import finite as finite
from engine.bundle.values import is_number as is_number
from engine.bundle.values import plain_numbers
from engine.bundle.values import seconds as seconds
from engine.bundle.values import shorten as shorten
from engine.bundle.values import texts as texts
from engine.contracts import Index, Numbers
from engine.errors import Fault, InputError

Unseen = Literal["warn", "fail", "accept"]
MOST_FAULTS = 20
EXPECTED = {
    "number": "a number",
    "date": "a date such as 2024-01-31",
    "boolean": "true, false",
    "category": "a text",
    "text": "a text",
    "key": "a value",
}


@dataclass(frozen=True)
class Contract:
    """All columns that a pipeline reads, in its order, and what is done to raw values before.

    Attributes
    ----------
    unseen : {"warn", "fail", "accept"}
        The policy for categories that training never saw.
    rules : Rules
        Applied to raw values before they become numbers; none where that was done already.
    derive : Derive
        Formulas that then make some of the columns; none where these are there already.
    """

    columns: tuple[Column, ...]
    unseen: Unseen = "warn"
    rules: Rules = NO_RULES
    derive: Derive = NO_FORMULAS

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        """Columns that raw rows must have: all but the derived, and what their formulas read."""
        read = [column.name for column in self.columns if column.role != "unused"]
        given = [name for name in read if name not in self.derive.formulas]
        return list(dict.fromkeys([*given, *self.derive.reads]))

    def to_json(self) -> dict[str, Any]:
        """Return a form that JSON can hold; :meth:`from_json` reads it."""
        columns = [asdict(column) for column in self.columns]
        rules = self.rules.to_json()
        derive = asdict(self.derive)
        return {"unseen": self.unseen, "rules": rules, "derive": derive, "columns": columns}

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Contract:
        columns = (
            Column(c["name"], c["kind"], tuple(c["levels"]), c.get("role", ""))
            for c in tree["columns"]
        )
        rules = Rules.from_json(tree["rules"]) if "rules" in tree else NO_RULES
        return cls(tuple(columns), tree["unseen"], rules, Derive(**tree.get("derive", {})))


@dataclass(frozen=True)
class Encoded:
    """Numbers for a pipeline.

    Attributes
    ----------
    frame : DataFrame of float64, of shape (rows, columns of the contract)
        A text is a number here, the same for the same text.
    unseen : dict
        For each category column with unseen values, their counts by value.
    lost : dict
        For each number column with infinite or too large values, how many; they became missing.
    failed : tuple of Failed
        Rows for which formulas have no value.
    texts : dict of Series
        The columns of free text.
    """

    frame: pd.DataFrame
    unseen: dict[str, dict[str, int]]
    lost: dict[str, int]
    failed: tuple[Failed, ...] = ()
    texts: Mapping[str, pd.Series[Any]] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """What a pipeline reads."""
        return read_by(self.frame, self.texts)


def mend_row(column: Column) -> str:
    """What to do about a value of the wrong type in rows to predict."""
    return f"mend that row: {EXPECTED[column.kind]} or nothing was expected"


def encode(
    raw: pd.DataFrame, contract: Contract, first_row: int = 0,
    advise: Callable[[Column], str] = mend_row, numbers_of: Index | None = None,
) -> Encoded:  # fmt: skip
    """Turn raw values into the numbers that a pipeline reads: apply the rules, then encode.

    Parameters
    ----------
    raw : DataFrame
        Any columns, in any order; those that the contract does not name are ignored.
    first_row : int
        Number of rows before these in the file, for messages.
    advise : callable
        Says what to do about a value of the wrong type in a column.
    numbers_of : ndarray of int, optional
        The rows' numbers in their file, from 0, where some were left out before.

    Raises
    ------
    InputError
        Naming every column that is missing, stands twice or holds a value of the wrong type, and
        every unseen category where the contract's policy is ``fail``.
    """
    require(raw.columns, contract)
    if numbers_of is None:
        numbers_of = np.arange(first_row, first_row + len(raw))
    clean = _cleaned(raw, contract, first_row)
    found = _Found([], {}, {})
    failed: tuple[Failed, ...] = ()
    try:
        clean, failed = with_derived(clean, contract.derive, numbers_of, advise)
    except InputError as error:  # what else is wrong is told with it
        found.faults.extend(error.faults)
        contract = replace(contract, columns=_given(contract))
    numbers = np.empty((len(raw), len(contract.columns)), order="F")
    for i, column in enumerate(contract.columns):
        unused = column.role == "unused"
        numbers[:, i] = (
            np.nan if unused else _read(clean[column.name], column, numbers_of, advise, found)
        )
    if contract.unseen == "fail":
        found.faults.extend(told.unseen(name, counts) for name, counts in found.unseen.items())
    if found.faults:
        raise InputError(*dict.fromkeys(found.faults))
    frame = pd.DataFrame(numbers, index=raw.index, columns=contract.names)
    free = {c.name: texts(clean[c.name]) for c in contract.columns if c.kind == "text"}
    return Encoded(frame, found.unseen, found.lost, failed, free)


@dataclass
class _Found:
    """What is strange about rows: what must be mended, and what was taken as missing."""

    faults: list[Fault]
    unseen: dict[str, dict[str, int]]
    lost: dict[str, int]


def _cleaned(raw: pd.DataFrame, contract: Contract, first_row: int) -> pd.DataFrame:
    """Return the required columns, after the rules for values."""
    position = {str(name): i for i, name in enumerate(raw.columns)}
    read = raw.iloc[:, [position[name] for name in contract.required]]
    return apply(read.set_axis(contract.required, axis=1), contract.rules, first_row).frame


def _read(
    values: pd.Series[Any], column: Column, numbers_of: Index, advise: Callable[[Column], str],
    found: _Found,
) -> Numbers:  # fmt: skip
    """Turn one column into numbers, and note what is strange about it."""
    numbers = as_numbers(values, column)
    strange = np.isnan(numbers) & values.notna().to_numpy()
    if not strange.any():
        return numbers
    if column.kind == "category":
        found.unseen[column.name] = _counts(values[strange])
        return numbers
    wrong = _wrong_type(values, strange, column)
    if wrong.any():
        number = int(numbers_of[np.argmax(wrong)])
        kind = (column.name, column.kind)
        found.faults.append(told.mistyped(values, wrong, kind, number, advise(column)))
    else:
        found.lost[column.name] = int(strange.sum())
    return numbers


def _given(contract: Contract) -> tuple[Column, ...]:
    return tuple(c for c in contract.columns if c.name not in contract.derive.formulas)


def with_derived(
    raw: pd.DataFrame, derive: Derive, numbers_of: Index, advise: Callable[[Column], str] = mend_row
) -> tuple[pd.DataFrame, tuple[Failed, ...]]:
    """Add the columns that formulas make; what these read is read by its kind, as in training.

    Parameters
    ----------
    numbers_of : ndarray of int
        The rows' numbers in their file, from 0.

    Raises
    ------
    InputError
        Naming every column that formulas read and that holds a value of the wrong type.
    """
    if not derive.formulas:
        return raw, ()
    columns = [Column(name, kind) for name, kind in derive.reads.items() if kind != "text"]
    numbers = encode(raw, Contract(tuple(columns)), advise=advise, numbers_of=numbers_of).frame
    return extend(raw, derive, numbers, numbers_of)


def require(present: Iterable[object], contract: Contract) -> None:
    """Raise InputError naming every column of the contract that is missing or stands twice."""
    times = Counter(str(name) for name in present)
    required = contract.required
    missing = [name for name in required if name not in times]
    faults = [told.missing(name, list(times)) for name in missing[:MOST_FAULTS]]
    if len(missing) > MOST_FAULTS:
        faults.append(Fault(f"{len(missing) - MOST_FAULTS:,} more columns are missing"))
    twice = [name for name in required if times[name] > 1]
    faults += [
        Fault(f"there are {times[n]} columns {n!r}", hint="rename all but one") for n in twice
    ]
    if faults:
        raise InputError(*faults)


def _counts(values: pd.Series[Any]) -> dict[str, int]:
    return {str(value): int(count) for value, count in texts(values).value_counts().items()}


def _wrong_type(
    values: pd.Series[Any], strange: NDArray[np.bool_], column: Column
) -> NDArray[np.bool_]:
    """Mark values that are none of their kind; an infinite number counts as missing."""
    return strange & np.isnan(plain_numbers(values)) if column.kind == "number" else strange
