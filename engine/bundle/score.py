"""Score a source of any length into a file, chunk by chunk."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.bundle.load import Bundle
from engine.contracts import Source
from engine.errors import Fault, InputError

CHUNK = 50_000
ENDINGS = (".csv", ".parquet", ".pq")


@dataclass
class Counts:
    """What was scored: rows, and unseen categories by column and value."""

    rows: int = 0
    unseen: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, rows: int, unseen: dict[str, dict[str, int]]) -> None:
        """Take note of one chunk."""
        self.rows += rows
        for column, values in unseen.items():
            self.unseen.setdefault(column, Counter()).update(values)


class Sink(Protocol):
    """Takes predictions chunk by chunk."""

    def write(self, frame: pd.DataFrame) -> None: ...


def score(bundle: Bundle, source: Source, spec: str, output: Path, chunk: int = CHUNK) -> Counts:
    """Predict every row of a source, in order.

    The output takes its name when it is whole.

    Raises
    ------
    InputError
        If the rows do not keep the input contract, or the output's ending is not known.
    """
    counts = Counts()
    with sink(output) as writer:
        for frame in source.chunks(spec, chunk):
            predictions, unseen = bundle.predict(frame, counts.rows)
            writer.write(predictions)
            reported = unseen if bundle.contract.unseen == "warn" else {}
            counts.add(len(frame), reported)
    return counts


@contextmanager
def sink(output: Path) -> Iterator[Sink]:
    """Give a writer for a file, by its ending."""
    if output.suffix.lower() not in ENDINGS:
        raise InputError(
            Fault(f"{output.name!r} must end in one of {', '.join(ENDINGS)}", "--output")
        )
    partial = output.with_name(f".{output.name}.partial")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        writer = _Csv(partial) if output.suffix.lower() == ".csv" else _Parquet(partial)
        with writer:
            yield writer
        partial.replace(output)
    except OSError as error:
        raise InputError(Fault(f"cannot be written: {error.strerror}", str(output))) from None
    finally:
        partial.unlink(missing_ok=True)


class _Csv:
    """CSV with a header; fields are quoted where they need it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._begun = False

    def __enter__(self) -> _Csv:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def write(self, frame: pd.DataFrame) -> None:
        frame.to_csv(self._file, index=False, header=not self._begun, quoting=csv.QUOTE_MINIMAL)
        self._begun = True


class _Parquet:
    """Parquet; all chunks have the types of the first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def __enter__(self) -> _Parquet:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table.cast(self._writer.schema))


