"""SQL over several named sources, carried out by DuckDB.

Parquet and CSV are scanned by DuckDB itself, which reads the columns and rows that the query needs;
what other sources hold is registered in memory. Once the tables are there, nothing else can be
reached. One thread carries the query out: several would return rows, and sums, in changing order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from engine.errors import DataError, Fault
from engine.sources import arrow, sandbox, sql
from engine.sources.asked import Asked

if TYPE_CHECKING:
    import pandas as pd

_NO_COLUMN = (
    pa.types.is_nested, pa.types.is_interval, pa.types.is_binary, pa.types.is_large_binary,
    pa.types.is_duration,
)  # fmt: skip


def fingerprint(spec: str, tables: Mapping[str, Asked], query: str) -> dict[str, str]:
    """Return what the tables' own sources return, each with the table's name.

    The rows depend on nothing else: the query is a key of the recipe, and holds no function that
    gives another value each time.
    """
    return _of_tables({name: asked.fingerprint() for name, asked in tables.items()})


def still(spec: str, tables: Mapping[str, Asked], query: str) -> dict[str, str]:
    """Return the same of what was read."""
    return _of_tables({name: asked.still() for name, asked in tables.items()})


def read(spec: str, tables: Mapping[str, Asked], query: str) -> pd.DataFrame:
    """Return all rows that the query returns.

    Raises
    ------
    engine.errors.DataError
        If a table or the query cannot be read, or there are no rows.
    """
    with sandbox.opened(tables, query) as answer:
        table = answer.reader(1 << 16).read_all()
        schema = _schema(table.schema)
        if not table.num_rows:
            raise DataError(_no_rows())
        holes = {name for name in schema.names if table[name].null_count}
        return arrow.frame(table, holes)


def chunks(spec: str, rows: int, tables: Mapping[str, Asked], query: str) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If a table or the query cannot be read, or there are no rows.
    """
    with sandbox.opened(tables, query) as answer:
        schema = _schema(answer.schema)
        counts = answer.counts(arrow.doubtful(schema))
        count = counts.pop("")
        if not count:
            raise DataError(_no_rows())
        holes = {name for name, known in counts.items() if known < count}
        for batch in answer.reader(rows):
            for start in range(0, batch.num_rows, rows):
                part = pa.Table.from_batches([batch.slice(start, rows)])
                yield arrow.frame(part, holes)


def _of_tables(found: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        f"the table {name} ({file})": digest
        for name, files in found.items()
        for file, digest in files.items()
    }


def _schema(schema: pa.Schema) -> pa.Schema:
    """Refuse columns that nothing can be learnt from as they are."""
    for field in schema:
        if any(test(field.type) for test in _NO_COLUMN):
            hint = "take it apart in the query (x.part, epoch(x), len(x)), or leave it out"
            message = f"the column {field.name!r} of the query is of the type {field.type}"
            raise DataError(Fault(message, sql.WHERE, hint))
    return schema


def _no_rows() -> Fault:
    hint = "look at its WHERE, and at what its joins have in common"
    return Fault("the query returns no rows", sql.WHERE, hint)
