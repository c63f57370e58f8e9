"""Apache Parquet files; :mod:`engine.sources.arrow` says what becomes of their types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import DataError, Fault
from engine.sources import arrow, files

if TYPE_CHECKING:
    import pandas as pd


fingerprint = files.fingerprint


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If a file is damaged, or holds no rows.
    """
    return arrow.read(files.matched(spec), opened)


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If a file is damaged, or holds no rows.
    """
    yield from arrow.chunks(files.matched(spec), opened, rows)


def cells(spec: str) -> int:
    """Return how many values there are, rows times columns, by what the files say of themselves.

    Raises
    ------
    engine.errors.DataError
        If a file is damaged.
    """
    count = 0
    for path in files.matched(spec):
        with opened(path) as file:
            count += file.rows * len(file.schema)
    return count


class _Opened:
    """An open Parquet file."""

    def __init__(self, file: pq.ParquetFile) -> None:
        self.file = file
        self.schema: pa.Schema = file.schema_arrow
        self.rows: int = file.metadata.num_rows

    def table(self, names: list[str]) -> pa.Table:
        return self.file.read(columns=names)

    def batches(self, names: list[str], rows: int) -> Iterable[pa.RecordBatch]:
        return self.file.iter_batches(batch_size=rows, columns=names)  # type: ignore[no-any-return] # pyarrow has no types


@contextmanager
def opened(path: Path) -> Iterator[_Opened]:
    """Open a file; what is wrong with it while it is open is said.

    Raises
    ------
    engine.errors.DataError
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:  # else batches keep all they have read
            yield _Opened(file)
    except MemoryError as error:  # Arrow's own is one, too: nothing is wrong with the file
        message = "there is not enough memory to read it"
        hint = "leave its rows on disk: compute.rows=disk"
        raise DataError(Fault(message, str(path), hint)) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        hint = "write it anew; a CSV file ends in .csv"
        message = f"this is not a whole Parquet file: {reason}"
        raise DataError(Fault(message, str(path), hint)) from error
