"""The way to a database: SQLAlchemy's gateway, and its errors in one clear sentence each."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine import extras
from engine.errors import DataError, Fault
from engine.recipe.file.secrets import MASK, masked, parts
from engine.sources import files, sql

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

_YIELD = 10_000
_SECONDS = 10
_POSTGRES = ("psycopg", "psycopg2")
_CURSOR = re.compile(  # what the driver put before the query; its beginning may be cut off
    r"(?<=: )(?:\.\.\.)? ?(?:[DECLAR]*E )?(?:\S*\")? ?(?:NO )?(?:SCROLL )?"
    r"(?:[CURSO]*R )?(?:WITH HOLD )?FOR (?=\S)"
)
_DRIVERS = {  # what brings a module of another name
    "psycopg": "'recipe-engine[postgres]'",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
}


def shown(spec: str) -> str:
    """Return an URL without what follows its name's question mark, and without a password.

    >>> shown("postgresql://ann:hunter2@host/db?sslmode=require")
    'postgresql://ann:***@host/db'
    """
    return masked(spec).partition("?")[0]


@contextmanager
def answer(spec: str, query: str) -> Iterator[tuple[list[str], Iterator[Any]]]:
    """Carry a query out that reads; give the names of its columns, and its rows.

    Raises
    ------
    engine.errors.DataError
        If the database cannot be reached, or refuses the query, or two columns have one name.
    """
    url = _url(spec)
    engine = _engine(url, spec)
    came = _Came()
    try:
        with _explained(url, spec, came), engine.connect() as connected:
            came.connected = True
            yield from _answer(connected, query, spec, came)
    finally:
        engine.dispose()


@dataclass
class _Came:
    """How far it came: an error means another thing each time."""

    connected: bool = False
    rows: int = 0

    def counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            self.rows += 1
            yield tuple(row)


def _answer(connected: Connection, query: str, spec: str, came: _Came) -> Iterator[Any]:
    options: dict[str, Any] = {"stream_results": True, "yield_per": _YIELD, "no_parameters": True}
    if connected.dialect.name == "postgresql":
        connected = connected.execution_options(postgresql_readonly=True)
    with connected.begin() as transaction:
        found = connected.exec_driver_sql(_statement(connected, query), execution_options=options)
        names = [str(name) for name in found.keys()]  # noqa: SIM118 - not a mapping
        _require_names(names, spec)
        yield names, came.counted(found)
        found.close()
        transaction.rollback()


def _statement(connected: Connection, query: str) -> str:
    if not sql.is_table(query):
        return sql.reading(query)
    quoted = connected.dialect.identifier_preparer.quote
    return f"SELECT * FROM {'.'.join(quoted(part) for part in query.strip().split('.'))}"


def _require_names(names: list[str], spec: str) -> None:
    twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if twice:
        listed = ", ".join(map(repr, twice[:5]))
        message = f"the query returns two columns of one name: {listed}"
        raise DataError(Fault(message, shown(spec), "give each a name: SELECT a.x AS a_x, ..."))
    if unnamed := [at for at, name in enumerate(names, 1) if not name.strip()]:
        message = f"column {unnamed[0]} of the query has no name"
        raise DataError(Fault(message, shown(spec), "give it one: SELECT count(*) AS orders"))


def _url(spec: str) -> URL:
    sqlalchemy = extras.imported("sqlalchemy", "sql", DataError, "databases")
    try:
        url: URL = sqlalchemy.make_url(spec)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        hint = "write it like postgresql+psycopg://user:${oc.env:PASSWORD}@host/database"
        fault = Fault(f"{shown(spec)!r} is no address of a database", "data.source", hint)
        raise DataError(fault) from None
    if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
        return url.set(drivername="postgresql+psycopg")  # the driver of the extra
    return url


def _engine(url: URL, spec: str) -> Engine:
    sqlalchemy = extras.imported("sqlalchemy", "sql", DataError, "databases")
    options: dict[str, Any] = {"poolclass": sqlalchemy.pool.NullPool}
    if url.get_backend_name() == "sqlite":
        options["creator"] = _sqlite(url, spec)
    try:
        if url.get_driver_name() in _POSTGRES:
            options["connect_args"] = {"connect_timeout": _SECONDS}
        engine: Engine = sqlalchemy.create_engine(url, hide_parameters=True, **options)
    except sqlalchemy.exc.NoSuchModuleError as error:
        hint = "install the package that brings it to SQLAlchemy, or correct the name"
        message = f"no database is called {url.drivername!r}"
        raise DataError(Fault(message, shown(spec), hint)) from error
    except ModuleNotFoundError as error:
        raise DataError(_no_driver(error.name or "", spec)) from error
    return engine


def _no_driver(name: str, spec: str) -> Fault:
    hint = f"pip install {_DRIVERS.get(name, name)}"
    return Fault(f"the driver {name!r} is not installed", shown(spec), hint)


def _sqlite(url: URL, spec: str) -> Any:
    """Return what opens a file of SQLite that exists, to read it."""
    if not url.database or url.database == ":memory:":
        hint = "name a file: sqlite:///path/in/here.db"
        raise DataError(Fault("a database in memory is empty", shown(spec), hint))
    path = files.found(url.database)
    address = f"file:{quote(str(path))}?mode=ro"
    return lambda: sqlite3.connect(address, uri=True, check_same_thread=False)


@contextmanager
def _explained(url: URL, spec: str, came: _Came) -> Iterator[None]:
    """Say what the database says, without a password."""
    sqlalchemy = extras.imported("sqlalchemy", "sql", DataError, "databases")
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        raise DataError(_fault(error, url, spec, came)) from None  # its text may hold a secret
    except sqlalchemy.exc.SQLAlchemyError as error:
        reason = _scrubbed(str(error).partition("\n")[0], url, spec)
        fault = Fault(f"the database cannot be asked: {reason}", shown(spec), "look at the query")
        raise DataError(fault) from None


def _fault(error: Any, url: URL, spec: str, came: _Came) -> Fault:
    """Tell the way from the query by how far it came."""
    said = _scrubbed(_one_line(str(error.orig)), url, spec)
    if came.rows:
        rows = "row" if came.rows == 1 else "rows"
        message = f"the query fails after {came.rows:,} {rows}: {said}"
        return Fault(message, sql.WHERE, "correct the query, or leave that row out")
    if not came.connected:
        hint = "start it, or correct host, port, user, password or database"
        return Fault(f"the database cannot be reached: {said}", shown(spec), hint)
    return Fault(f"the database refuses the query: {said}", sql.WHERE, "correct the query")


def _one_line(text: str) -> str:
    """Return what is wrong, and the place that is pointed at."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pointed = next((line for line in lines[1:] if line.startswith("LINE ")), "")
    pointed = _CURSOR.sub("", pointed)
    hinted = next((line for line in lines[1:] if line.startswith("HINT:")), "")
    return " ".join(part for part in (lines[0] if lines else "no reason is given", pointed, hinted)
                    if part)  # fmt: skip


def _scrubbed(text: str, url: URL, spec: str) -> str:
    password = str(url.password or "")
    secrets = {password, quote(password, safe=""), *parts(spec)} - {""}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
