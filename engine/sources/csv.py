"""Comma-separated text in UTF-8, packed or not.

The first line that is not blank is the header. What stands between values is told by it: the
first of comma, semicolon, tab and bar that it holds, of several one by which the first rows have
as many values; a tab where the name ends in ``.tsv``. Values may stand in double quotes and then
hold anything. ``read`` types each column by all its values (:mod:`engine.sources.typed`);
``chunks`` leave all values text, so that no two disagree, and the caller, who knows what a column
ought to be, makes numbers of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import csv

from engine.errors import DataError, Fault
from engine.sources import files, packed, text, typed

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 2 << 20  # the longest row; Arrow reads some dozens of blocks ahead
_HELD = 64 << 20


fingerprint = files.fingerprint


def read(spec: str) -> pd.DataFrame:
    """Return all rows, one type for each column.

    Raises
    ------
    engine.errors.DataError
        If a file cannot be read as columns and rows; names the line.
    """
    found = heads(spec)
    names = next(iter(found.values())).names
    tables = []
    for path, head in found.items():
        with _explained(path, head), _stream(path) as stream:
            tables.append(csv.read_csv(stream, **_options(head)))
    return typed.frame(pa.concat_tables([table.select(names) for table in tables]))


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, all values as text, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If a file cannot be read as columns and rows; names the line.
    """
    found = heads(spec)
    names = next(iter(found.values())).names
    for path, head in found.items():
        with _explained(path, head), _stream(path) as stream:
            for table in _gathered(csv.open_csv(stream, **_options(head)), rows):
                for start in range(0, table.num_rows, rows):
                    yield table.slice(start, rows).select(names).to_pandas()


def heads(spec: str) -> dict[Path, text.Header]:
    """Look at each file that is meant, and refuse them if their columns differ.

    Raises
    ------
    engine.errors.DataError
        If one is not text with columns and rows.
    """
    found = {path: text.header(path) for path in files.matched(spec)}
    files.alike({str(path): head.names for path, head in found.items()})
    return found


def _gathered(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Join batches to tables of ``rows`` rows or a few megabytes: many columns make small ones."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(len(b) for b in held) >= rows or sum(b.nbytes for b in held) >= _HELD:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


@contextmanager
def _stream(path: Path) -> Iterator[Any]:
    """Open the text; what is packed was read once already, so that it is known to be whole."""
    how = packed.ending(path.name)
    if how in ("", ".gz"):  # Arrow unpacks these itself, quicker
        with pa.input_stream(str(path), compression="gzip" if how else None) as stream:
            yield stream
        return
    with files.opened(path) as file, pa.PythonFile(file, "r") as stream:
        yield stream


def _options(head: text.Header) -> dict[str, Any]:
    return {
        "read_options": csv.ReadOptions(
            column_names=head.parsed, skip_rows=head.lines, block_size=_BLOCK
        ),
        "parse_options": csv.ParseOptions(delimiter=head.delimiter, newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            column_types=dict.fromkeys(head.parsed, typed.TEXT),
            null_values=list(typed.MISSING),
            strings_can_be_null=True,
        ),
    }


@contextmanager
def _explained(path: Path, head: text.Header) -> Iterator[None]:
    """Make an error of Arrow's parser name the line and what to change."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        hint = "look for a double quote that is not closed, or a row longer than 2 MB"
        fault = Fault(f"the rows cannot be parsed: {error}", str(path), hint)
        raise DataError(text.ragged(path, head) or fault) from error
