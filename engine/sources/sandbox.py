"""DuckDB's gateway: a connection that knows some tables and can reach nothing else."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise

import duckdb
import pyarrow as pa

from engine import catalogue
from engine.errors import DataError, Fault
from engine.sources import scan, sql
from engine.sources.asked import Asked
from engine.sources.scan import quoted

_ANEW = ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"]
_DESCRIBE = "DESCRIBE "  # before a query: names and types of its columns
_UNREACHABLE = "the query may read its own tables and nothing else"
_LOCKED = """
SET threads = 1;
SET TimeZone = 'UTC';
SET enable_external_access = false;
SET lock_configuration = true;
"""
MOST_LETTERS = 200


@dataclass(frozen=True)
class Answer:
    """What a query returns."""

    connection: duckdb.DuckDBPyConnection
    query: str

    @property
    def schema(self) -> pa.Schema:
        """Names and types of its columns."""
        found: pa.Schema = self.connection.sql(self.query).limit(0).to_arrow_reader(1).schema
        return found

    def reader(self, rows: int) -> pa.RecordBatchReader:
        """Carry it out, some rows at a time."""
        return self.connection.sql(self.query).to_arrow_reader(rows)

    def counts(self, names: list[str]) -> dict[str, int]:
        """Return how many values of some columns are known; and the rows, under an empty name."""
        counted = ", ".join(["count(*)", *(f"count({quoted(name)})" for name in names)])
        row = self.connection.execute(f"SELECT {counted} FROM ({self.query}\n)").fetchall()[0]
        return dict(zip(["", *names], row, strict=True))


@contextmanager
def opened(tables: Mapping[str, Asked], query: str) -> Iterator[Answer]:
    """Register the tables, lock all else out, and give the answer of a query that reads.

    Raises
    ------
    engine.errors.DataError
        If a table cannot be read, or the query is not one that reads these tables alone.
    """
    with ExitStack() as stack:
        spare = stack.enter_context(tempfile.TemporaryDirectory(prefix="engine-"))
        connection = stack.enter_context(duckdb.connect(":memory:", config=_settings(spare)))
        found = {name: stack.enter_context(scan.located(asked)) for name, asked in tables.items()}
        for name, asked in found.items():
            with _explained(tables, found):
                scan.register(connection, name, asked)
        connection.execute(_LOCKED)
        with _explained(tables, found):
            yield Answer(connection, _checked(connection, query))


def _settings(spare: str) -> dict[str, str | bool | int | float | list[str]]:
    """Return how a connection is opened; what lies in its own folder, the query could read."""
    return {
        "temp_directory": spare, "python_enable_replacements": False,
        "autoload_known_extensions": False, "autoinstall_known_extensions": False,
        "disabled_optimizers": "type_pushdown",  # makes TRY_CAST over CSV fail (duckdb 2.0)
    }  # fmt: skip


def _checked(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """Return a query that is a single SELECT, with columns of names of their own."""
    text = f"FROM {quoted(query.strip())}" if sql.is_table(query) else sql.reading(query)
    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        message = "only a single statement that reads is carried out"
        raise DataError(Fault(message, sql.WHERE, "write one SELECT"))
    _require_steady(connection, text)
    names = [row[0] for row in connection.execute(_DESCRIBE + text).fetchall()]
    folded = [name.casefold() for name in names]  # to DuckDB, Age and age are one name
    twice = sorted({name for name in names if folded.count(name.casefold()) > 1})
    if twice:
        message = f"the query returns two columns of one name: {', '.join(map(repr, twice[:5]))}"
        raise DataError(Fault(message, sql.WHERE, "give each a name: SELECT a.x AS a_x, ..."))
    return text


def _require_steady(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Refuse what gives other rows each time: the same plan would mean other data."""
    listed = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'"
    changing = {name for (name,) in connection.execute(listed).fetchall()}
    words = [word.lower() for word in sql.words(query)]
    found = [name for name in sql.called(query) if name in changing]
    found += [word for word in words if word in _ANEW]
    if "repeatable" not in words:
        found += [
            word for before, word in pairwise(["", *words])
            if word == "tablesample" or (before, word) == ("using", "sample")
        ]  # fmt: skip
    if found:
        hint = "write the value itself, or compute it into the data"
        message = f"`{found[0]}` gives something else each time the query is carried out"
        raise DataError(Fault(message, sql.WHERE, hint))


@contextmanager
def _explained(tables: Mapping[str, Asked], found: Mapping[str, Asked]) -> Iterator[None]:
    """Say what DuckDB says in one sentence, with the line that it points at."""
    try:
        yield
    except duckdb.PermissionException as error:
        hint = f"name what it needs under data.tables; there: {', '.join(tables)}"
        raise DataError(Fault(_UNREACHABLE, sql.WHERE, hint)) from error
    except duckdb.OutOfMemoryException as error:
        hint = "ask for fewer columns or rows, or aggregate earlier"
        message = "the query needs more memory and disk than there is"
        raise DataError(Fault(message, sql.WHERE, hint)) from error
    except duckdb.Error as error:
        fault = scan.ragged(found.values()) if "CSV Error" in str(error) else None
        raise DataError(fault or _fault(error, tables)) from error


def _fault(error: duckdb.Error, tables: Mapping[str, Asked]) -> Fault:
    said, _, rest = str(error).partition("\n")
    said = said.partition("Error: ")[2] or said
    absent = re.match(r"Table with name (.+?) does not exist", said)
    if absent:
        return catalogue.unknown("table", absent[1], tables, sql.WHERE)
    pointer = re.search(r"^(LINE \d+: )(.*)\n( *\^)", rest, re.MULTILINE)
    hint = _pointed(pointer) if pointer else "correct the query"
    return Fault(f"DuckDB refuses the query: {said[:MOST_LETTERS]}", sql.WHERE, hint)


def _pointed(pointer: re.Match[str]) -> str:
    """Return the line and, below, the sign that points into it; a long line is cut around it."""
    at, text = len(pointer[3]) - 1, pointer[2]
    if text.startswith(_DESCRIBE):
        at, text = at - len(_DESCRIBE), text.removeprefix(_DESCRIBE)
    line = pointer[1] + text
    start = max(0, at - 60)
    return f"{line[start : start + 120]}\n    {' ' * (at - start)}^"
