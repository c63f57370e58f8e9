"""Feather files (Arrow's own format, version 2); types as :mod:`engine.sources.arrow` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

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
    return arrow.read(files.matched(spec), _opened)


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If a file is damaged, or holds no rows.
    """
    yield from arrow.chunks(files.matched(spec), _opened, rows)


class _Opened:
    """An open Feather file."""

    def __init__(self, file: pa.ipc.RecordBatchFileReader) -> None:
        self.file = file
        self.schema: pa.Schema = file.schema
        self.rows: int = sum(len(self._batch(at)) for at in range(file.num_record_batches))

    def table(self, names: list[str]) -> pa.Table:
        return self.file.read_all().select(names)

    def batches(self, names: list[str], rows: int) -> Iterable[pa.RecordBatch]:
        for at in range(self.file.num_record_batches):
            batch = self._batch(at).select(names)
            for start in range(0, len(batch), rows):
                yield batch.slice(start, rows)

    def _batch(self, at: int) -> pa.RecordBatch:
        batch = self.file.get_batch(at)
        batch.validate()
        return batch


@contextmanager
def _opened(path: Path) -> Iterator[_Opened]:
    try:
        with pa.OSFile(str(path)) as bytes_, pa.ipc.open_file(bytes_) as file:
            yield _Opened(file)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        hint = "write it anew, in version 2 of the format"
        message = f"this is not a whole Feather file: {reason}"
        raise DataError(Fault(message, str(path), hint)) from error
