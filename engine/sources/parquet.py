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
        schema = _schema(file, spec)
        return _frame(file.read(columns=schema.names), schema)


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If the file is damaged, or holds no rows.
    """
    with _opened(spec) as file:
        schema = _schema(file, spec)
        for batch in file.iter_batches(batch_size=rows, columns=schema.names):
            yield _frame(pa.Table.from_batches([batch]), schema)


@contextmanager
def _opened(spec: str) -> Iterator[pq.ParquetFile]:
    path = files.found(spec)
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        hint = "write it anew; a CSV file ends in .csv"
        raise DataError(Fault(f"this is not a whole Parquet file: {reason}", spec, hint)) from error


def _schema(file: pq.ParquetFile, spec: str) -> pa.Schema:
    """Return names and types of the columns to read."""
    if not file.metadata.num_rows:
        raise DataError(Fault("the file has columns but no rows", spec, "write rows to it"))
    fields = [field for field in file.schema_arrow if not field.name.startswith("__index_level_")]
    files.unique([field.name for field in fields], spec)
    holes = _holes(file)
    return pa.schema([(field.name, _type(field.type, field.name in holes)) for field in fields])


def _type(kind: pa.DataType, holes: bool) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _type(kind.value_type, holes)
    if pa.types.is_decimal(kind) or (pa.types.is_integer(kind) and holes):
        return pa.float64()
    if pa.types.is_boolean(kind) and holes:
        return pa.string()
    return pa.timestamp("ms") if pa.types.is_date(kind) else kind


def _holes(file: pq.ParquetFile) -> set[str]:
    """Name the columns that have missing values, or that the file does not say have none."""
    names: set[str] = set()
    for group in range(file.metadata.num_row_groups):
        row_group = file.metadata.row_group(group)
        for place in range(row_group.num_columns):
            part = row_group.column(place)
            known = part.statistics if part.is_stats_set else None
            if known is None or not known.has_null_count or known.null_count:
                names.add(part.path_in_schema)
    return names


def _frame(table: pa.Table, schema: pa.Schema) -> pd.DataFrame:
    frame: pd.DataFrame = table.cast(schema).to_pandas(ignore_metadata=True, date_as_object=False)
    return frame
