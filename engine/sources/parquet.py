"""Apache Parquet files.

Types are those of the file, but the same in every chunk: whole numbers with missing values are
float64, booleans with missing values are text (as from CSV), dictionaries are what they encode,
decimals are float64 and dates without a time are timestamps. An index that pandas wrote without a
name is left out; one with a name is a column.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import DataError, Fault
from engine.sources import files

if TYPE_CHECKING:
    import pandas as pd


def fingerprint(spec: str) -> dict[str, str]:
    """Return a hash of the file's bytes."""
    return files.fingerprint(spec)


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If the file is damaged, or holds no rows.
    """
    with _opened(spec) as file:
        names = _names(file, spec)
        table = file.read(columns=names)
        return _frame(table, {name for name in names if table[name].null_count})


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If the file is damaged, or holds no rows.
    """
    with _opened(spec) as file:
        names = _names(file, spec)
        holes = _holes(file, names)
        for batch in file.iter_batches(batch_size=rows, columns=names):
            yield _frame(pa.Table.from_batches([batch]), holes)


@contextmanager
def _opened(spec: str) -> Iterator[pq.ParquetFile]:
    path = files.found(spec)
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        hint = "write it anew; a CSV file ends in .csv"
        raise DataError(Fault(f"this is not a whole Parquet file: {reason}", spec, hint)) from error


def _names(file: pq.ParquetFile, spec: str) -> list[str]:
    """Return the names of the columns to read."""
    if not file.metadata.num_rows:
        raise DataError(Fault("the file has columns but no rows", spec, "write rows to it"))
    names = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
    if not names:
        raise DataError(Fault("the file has rows but no columns", spec, "write columns to it"))
    files.unique(names, spec)
    return names


def _holes(file: pq.ParquetFile, names: list[str]) -> set[str]:
    """Name the columns with missing values, of those whose type depends on it.

    They are read for it: the counts in the file's own statistics may be absent, and looking at
    them in a damaged file ends the process (pyarrow 26).
    """
    fields = [file.schema_arrow.field(name) for name in names]
    doubtful = [field.name for field in fields if _type(field.type, True) != _type(field.type)]
    if not doubtful:
        return set()
    batches = file.iter_batches(columns=doubtful)
    return {name for batch in batches for name in doubtful if batch[name].null_count}


def _type(kind: pa.DataType, holes: bool = False) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _type(kind.value_type, holes)
    if pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return pa.float64()
    if pa.types.is_integer(kind) and holes:
        return pa.float64()
    if pa.types.is_boolean(kind) and holes:
        return pa.string()
    return pa.timestamp("ms") if pa.types.is_date(kind) else kind


def _frame(table: pa.Table, holes: set[str]) -> pd.DataFrame:
    """Cast, in a frame; whole numbers beyond 2**53 lose digits where some are missing."""
    types = [(field.name, _type(field.type, field.name in holes)) for field in table.schema]
    typed = table.cast(pa.schema(types), safe=False)
    frame: pd.DataFrame = typed.to_pandas()  # the cast took the index off that pandas noted
    return frame
