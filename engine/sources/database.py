"""Any database that SQLAlchemy reaches, by URL, and a query or the name of a table.

The query is carried out once, in a transaction that may only read where the database knows such;
its answer is copied in parts, hashed, and read from the copy. Rows are in the order in which they
came: only a query with ORDER BY has the same rows when it is asked again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import DataError, Fault, RecipeError
from engine.recipe.file.secrets import masked
from engine.sources import connection, copies, records, sql, typed
from engine.sources.connection import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_ROWS = 50_000
_CELLS = 2_000_000
_PART = re.compile(r"part-\d+\.parquet")


def fingerprint(spec: str, query: str = "") -> dict[str, str]:
    """Carry the query out, and return a hash of its answer; the answer is kept to be read.

    Raises
    ------
    engine.errors.DataError
        If the database cannot be reached, or does not answer.
    """
    return _digest(spec, _copied(spec, query))


def still(spec: str, query: str = "") -> dict[str, str]:
    """Return the hash of the answer that is kept."""
    return _digest(spec, _held(spec, query))


def read(spec: str, query: str = "") -> pd.DataFrame:
    """Return all rows of the answer that is kept; without one the query is carried out.

    Raises
    ------
    engine.errors.DataError
        If the database cannot be reached, or does not answer.
    """
    copy = _held(spec, query)
    parts = [_typed(pq.read_table(path), copy.facts) for path in _parts(copy.folder)]
    frame: pd.DataFrame = pa.concat_tables(parts).to_pandas()
    return frame


def chunks(spec: str, rows: int, query: str = "") -> Iterator[pd.DataFrame]:
    """Carry the query out, and yield at most ``rows`` rows at a time, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If the database cannot be reached, or does not answer.
    """
    copy = _copied(spec, query)
    for path in _parts(copy.folder):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=rows):
                yield _typed(pa.Table.from_batches([batch]), copy.facts).to_pandas()


def _digest(spec: str, copy: copies.Copy) -> dict[str, str]:
    return {f"the answer of {shown(spec)}": copy.mark}


def _held(spec: str, query: str) -> copies.Copy:
    return copies.held((spec, query)) or _copied(spec, query)


def _copied(spec: str, query: str) -> copies.Copy:
    """Carry the query out, and keep its answer."""
    _require(spec, query)
    return copies.made((spec, query), lambda folder: _fill(folder, spec, query))


def _require(spec: str, query: str) -> None:
    if not query.strip():
        hint = "query: SELECT ..., or the name of a table; on the command line --query"
        where = f"{masked(spec)}: " if spec else ""
        raise RecipeError(Fault(f"{where}a database needs `data.query`", "data.query", hint))
    if not sql.is_table(query):
        sql.reading(query)


def _fill(folder: Path, spec: str, query: str) -> tuple[str, records.Kinds]:
    """Write the answer in parts, and return its hash and what its columns hold."""
    digest = hashlib.blake2b(digest_size=16)
    kinds: records.Kinds = {}
    with connection.answer(spec, query) as (names, rows):
        for number, part in enumerate(_by_columns(names, rows)):
            found = {name: records.kinds_of(values) for name, values in part.items()}
            made = pa.table({name: records.column(part[name], found[name]) for name in names})
            path = folder / f"part-{number:06d}.parquet"
            pq.write_table(made, path)
            digest.update(path.read_bytes())
            for name in names:
                kinds.setdefault(name, set()).update(found[name])
    if not kinds:
        hint = "ask for rows that are there: look at its WHERE"
        raise DataError(Fault("the query returns no rows", shown(spec), hint))
    return digest.hexdigest(), kinds


def _by_columns(names: list[str], rows: Iterator[Any]) -> Iterator[dict[str, Sequence[Any]]]:
    """Yield rows by columns, as many at a time as memory is good for."""
    most = max(1, min(_ROWS, _CELLS // len(names)))
    for first in rows:
        held = [first, *(row for _, row in zip(range(most - 1), rows, strict=False))]
        columns = list(zip(*held, strict=True))
        for name, values in zip(names, columns, strict=True):
            _require_plain(name, values)
        yield dict(zip(names, columns, strict=True))


def _require_plain(name: str, values: Sequence[Any]) -> None:
    strange = next((v for v in values if isinstance(v, list | dict | tuple | set)), None)
    if strange is not None:
        what = "objects" if isinstance(strange, dict) else "lists"
        hint = "take it apart in the query, or leave it out"
        message = f"the column {name!r} holds {what}, which no column can hold"
        raise DataError(Fault(message, sql.WHERE, hint))


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _PART.fullmatch(path.name))


def _typed(part: pa.Table, kinds: records.Kinds) -> pa.Table:
    """Give a part the types that hold the values of all parts."""
    target = pa.schema([(n, records.column([], found).type) for n, found in kinds.items()])
    columns = [
        _retyped(part[field.name], field.type, kinds[field.name]) for field in target
    ]  # fmt: skip
    return pa.table(columns, schema=target)


def _retyped(values: pa.ChunkedArray, kind: pa.DataType, kinds: set[str]) -> Any:
    if values.type == kind:
        return values
    if kind == typed.TEXT:  # as Python writes them, which other sources do too
        return records.column(list(chain(values.to_pylist())), kinds)
    return values.cast(kind)
