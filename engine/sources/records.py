"""Python values become columns of one type each: first all are looked at, then built.

A column's type holds all of its values: whole numbers are int64, or float64 where some are missing;
other numbers float64; truth values bool, or text where some are missing; moments timestamps (in UTC
where they have a time zone). Numbers too long to be kept exactly, and values of several kinds, are
text. Missing values alone are float64.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa

from engine.sources import typed

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]
Kinds = dict[str, set[str]]
EXACT = 2**53  # beyond it a float64 skips whole numbers
_WHOLE = 2**63
_BLOCK = 10_000
_OF_TYPE = {
    type(None): "null", bool: "bool", float: "float", Decimal: "float", timedelta: "float",
    str: "text", UUID: "text", time: "text", bytes: "text", memoryview: "text",
    date: "date", datetime: "date",
}  # fmt: skip


def holds(value: Any) -> bool:
    """Whether a column can hold a value: no list, no mapping.

    >>> holds(1.5), holds([1])
    (True, False)
    """
    return isinstance(value, int) or type(value) in _OF_TYPE


def kinds_of(values: Sequence[Any]) -> set[str]:
    """Return what kinds of values there are; other objects count as text.

    >>> sorted(kinds_of([1, None, "a", 2**60, 2**70, True]))
    ['bool', 'int', 'large', 'long', 'null', 'text']
    """
    types = set(map(type, values))
    found = {_OF_TYPE.get(kind, "text") for kind in types if kind is not int}
    if int in types:
        sizes = [abs(value) for value in values if type(value) is int]
        found |= {_whole(min(sizes)), _whole(max(sizes))}
        if {_whole(max(sizes)), _whole(min(sizes))} == {"int", "long"}:
            found.add("large")
    if float in types and any(value != value for value in values if type(value) is float):
        found.add("null")
    return found


def _whole(size: int) -> str:
    return "int" if size <= EXACT else "large" if size < _WHOLE else "long"


def survey(records: Iterable[Record]) -> tuple[Kinds, int]:
    """Return the kinds of each column's values, and how many records there are."""
    kinds: Kinds = {}
    rows, left = 0, iter(records)
    while held := list(islice(left, _BLOCK)):
        for name in dict.fromkeys(name for record in held for name in record):
            new = set() if name in kinds or not rows else {"null"}
            kinds.setdefault(name, new).update(kinds_of([r.get(name) for r in held]))
        for name in kinds:
            if all(name not in record for record in held):
                kinds[name].add("null")
        rows += len(held)
    return kinds, rows


def chunks(records: Iterable[Record], kinds: Kinds, rows: int) -> Iterator[pd.DataFrame]:
    """Yield frames of at most ``rows`` records, each with all columns."""
    left = iter(records)
    while held := list(islice(left, rows)):
        yield frame(held, kinds)


def frame(records: Sequence[Record], kinds: Kinds) -> pd.DataFrame:
    """Return a frame of the records."""
    columns = {n: column([record.get(n) for record in records], k) for n, k in kinds.items()}
    made: pd.DataFrame = pa.table(columns).to_pandas()
    return made


def column(values: Sequence[Any], kinds: set[str]) -> pa.Array:
    """Return values as the type for these kinds, which may be more than these values have."""
    known, holes = kinds - {"null"}, "null" in kinds
    if known and known <= {"int", "large"} and not holes:
        return pa.array(values, pa.int64())
    if known <= {"int", "float"}:
        return pa.array([_number(value) for value in values], pa.float64())
    if known == {"bool"} and not holes:
        return pa.array(values, pa.bool_())
    if known == {"date"}:
        return pa.array([_moment(value) for value in values], pa.timestamp("us"))
    return pa.array([_text(value) for value in values], typed.TEXT)


def _number(value: Any) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    number = None if value is None else float(value)
    return None if number is None or math.isnan(number) else number


def _moment(value: Any) -> datetime | None:
    """Return a moment without its time zone, which a column's type would have to name."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
