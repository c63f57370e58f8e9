"""Files that take predictions chunk by chunk: CSV, gzipped or not, and Parquet."""

from __future__ import annotations

import gzip
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import EngineError, Fault, InputError


class Sink(Protocol):
    """Takes predictions chunk by chunk."""

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows; the columns are those of the first call."""

    def close(self) -> None:
        """Write what is left."""


@contextmanager
def sink(output: Path) -> Iterator[Sink]:
    """Give a writer for a file, by its ending; the file takes its name if nothing is raised.

    Raises
    ------
    InputError
        If the ending is not known, or the file cannot be written.
    """
    make = _by_ending(output)
    partial = output.with_name(f".{output.name[-100:]}.{uuid.uuid4().hex[:12]}.partial")
    try:
        if output.is_dir():
            raise IsADirectoryError(0, "this is a folder")
        output.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            writer = make(file)
            yield writer
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
    except EngineError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "free some space, or name a file in a folder that you may write to"
        raise InputError(Fault(f"cannot be written: {reason}", str(output), hint)) from error
    finally:
        _remove(partial)


def _remove(partial: Path) -> None:
    try:
        partial.unlink(missing_ok=True)
    except OSError:  # its folder is a file, or cannot be written either
        return


def _by_ending(output: Path) -> type[_Csv] | type[_Packed] | type[_Parquet]:
    for ending, writer in ENDINGS.items():
        if output.name.lower().endswith(ending):
            return writer
    known = ", ".join(ENDINGS)
    raise InputError(Fault(f"{output.name!r} must end in one of {known}", "--output"))


class _Csv:
    """CSV with a header; fields are quoted where they need it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begun = False

    def write(self, frame: pd.DataFrame) -> None:
        frame.to_csv(self._file, index=False, header=not self._begun, lineterminator="\n")
        self._begun = True

    def close(self) -> None:
        self._file.flush()


class _Packed(_Csv):
    """The same, gzipped; equal predictions make equal files."""

    def __init__(self, file: IO[bytes]) -> None:
        packed = gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0)
        super().__init__(cast(IO[bytes], packed))

    def close(self) -> None:
        self._file.close()


class _Parquet:
    """Parquet; all chunks have the types of the first."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._writer: Any = None

    def write(self, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, _widened(table.schema))
        self._writer.write_table(table.cast(self._writer.schema))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _widened(schema: pa.Schema) -> pa.Schema:
    """Take a column that holds nothing yet for text, which anything can become."""
    fields = [pa.field(f.name, pa.string() if pa.types.is_null(f.type) else f.type) for f in schema]
    return pa.schema(fields)


ENDINGS: dict[str, type[_Csv] | type[_Packed] | type[_Parquet]] = {
    ".csv": _Csv,
    ".csv.gz": _Packed,
    ".parquet": _Parquet,
    ".pq": _Parquet,
}
