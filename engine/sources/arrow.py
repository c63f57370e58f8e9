"""What sources that hold columns with types share (Parquet, Feather, answers of a database).

Types are those of the data, but the same in every chunk and every file: whole numbers with
missing values are float64, booleans with missing values are text (as from CSV), dictionaries are
what they encode, decimals are float64, durations seconds and dates without a time timestamps. An
index that pandas wrote without a name is left out; one with a name is a column. Values that are
made of others stay so: whoever picks columns refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import DataError, Fault
from engine.sources import files

if TYPE_CHECKING:
    import pandas as pd

_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_INDEX = "__index_level_"


class Opened(Protocol):
    """An open file of columns."""

    schema: pa.Schema
    rows: int

    def table(self, names: list[str]) -> pa.Table:
        """Read columns whole."""

    def batches(self, names: list[str], rows: int) -> Iterable[pa.RecordBatch]:
        """Read columns, at most so many rows at a time."""


Open = Callable[[Path], AbstractContextManager[Opened]]


def read(paths: Sequence[Path], opened: Open) -> pd.DataFrame:
    """Return all rows of some files of the same columns."""
    both = united({str(path): schema(path, opened) for path in paths})
    tables = []
    for path in paths:
        with opened(path) as file:
            tables.append(file.table(both.names).select(both.names))
    joined = pa.concat_tables([_cast(table, both) for table in tables])
    return frame(joined, {name for name in both.names if joined[name].null_count})


def chunks(paths: Sequence[Path], opened: Open, rows: int) -> Iterator[pd.DataFrame]:
    """Yield the rows of some files of the same columns, in bounded memory."""
    both = united({str(path): schema(path, opened) for path in paths})
    holes = _holes(paths, opened, both)
    for path in paths:
        with opened(path) as file:
            for batch in file.batches(both.names, rows):
                table = pa.Table.from_batches([batch]).select(both.names)
                yield frame(_cast(table, both), holes)


def united(schemas: Mapping[str, pa.Schema]) -> pa.Schema:
    """Return the types that hold the values of all files.

    Raises
    ------
    engine.errors.DataError
        Naming the file whose columns, or whose types, are others.
    """
    files.alike({file: schema.names for file, schema in schemas.items()})
    (first, schema), *others = schemas.items()
    kinds = {field.name: _plain(field.type) for field in schema}
    for file, other in others:
        for field in other:
            both = _common(kinds[field.name], _plain(field.type))
            if both is None:
                found = f"the column {field.name!r} is {field.type}, and {kinds[field.name]} in"
                raise DataError(Fault(f"{found} {first}", file, "write both with one type"))
            kinds[field.name] = both
    return pa.schema(list(kinds.items()))


def frame(table: pa.Table, holes: set[str]) -> pd.DataFrame:
    """Return a frame; whole numbers beyond 2**53 lose digits where some are missing."""
    types = [(field.name, _type(field.type, field.name in holes)) for field in table.schema]
    typed: pd.DataFrame = _cast(table, pa.schema(types)).to_pandas()
    return typed


def _cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    for at, field in enumerate(table.schema):
        if pa.types.is_duration(field.type):
            table = table.set_column(at, field.name, _seconds(table[field.name]))
    return table.cast(schema, safe=False)  # without the index that pandas noted


def _seconds(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.divide(
        pc.cast(pc.cast(values, pa.int64()), pa.float64()), PER_SECOND[values.type.unit]
    )


def schema(path: Path, opened: Open) -> pa.Schema:
    """Return the columns to read."""
    with opened(path) as file:
        if not file.rows:
            hint = "write rows to it"
            raise DataError(Fault("the file has columns but no rows", str(path), hint))
        fields = [field for field in file.schema if not field.name.startswith(_INDEX)]
    if not fields:
        hint = "write columns to it"
        raise DataError(Fault("the file has rows but no columns", str(path), hint))
    files.unique([field.name for field in fields], str(path))
    return pa.schema(fields)


def _holes(paths: Sequence[Path], opened: Open, schema: pa.Schema) -> set[str]:
    """Name the columns with missing values, of those whose type depends on it.

    They are read for it: the counts in a Parquet file's own statistics may be absent, and looking
    at them in a damaged file ends the process (pyarrow 26).
    """
    names = doubtful(schema)
    found: set[str] = set()
    for path in paths if names else ():
        with opened(path) as file:
            for batch in file.batches(names, 1 << 16):
                found |= {name for name in names if batch.column(name).null_count}
    return found


def doubtful(schema: pa.Schema) -> list[str]:
    """Name the columns whose type depends on whether values are missing."""
    return [field.name for field in schema if _type(field.type, True) != _type(field.type)]


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_duration(kind):
        return pa.float64()
    return _plain(kind.value_type) if pa.types.is_dictionary(kind) else kind


def _type(kind: pa.DataType, holes: bool = False) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _type(kind.value_type, holes)
    if pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return pa.float64()
    if pa.types.is_integer(kind) and holes:
        return pa.float64()
    if pa.types.is_boolean(kind) and holes:
        return pa.string()
    if pa.types.is_time(kind):
        return pa.string()
    return pa.timestamp("ms") if pa.types.is_date(kind) else kind


def _common(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Return the type that holds the values of both; None where there is none."""
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if all(any(test(kind) for test in _TEXT) for kind in (one, other)):
        return pa.large_string()
    if pa.types.is_integer(one) and pa.types.is_integer(other):
        return pa.int64()
    if all(_is_number(kind) for kind in (one, other)):
        return pa.float64()
    if all(pa.types.is_timestamp(k) or pa.types.is_date(k) for k in (one, other)):
        zones = {getattr(kind, "tz", None) for kind in (one, other)}
        return pa.timestamp("us", tz=zones.pop()) if len(zones) == 1 else None
    return None


def _is_number(kind: pa.DataType) -> bool:
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return any(test(kind) for test in tests)
