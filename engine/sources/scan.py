"""How DuckDB is shown a table: Parquet and CSV where they lie, all else in memory.

A column of CSV gets the type that all of its values have, by the rule of
:mod:`engine.sources.typed` (codes such as 00501 stay text); but dates are dates, as SQL has much
to say about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from engine import catalogue
from engine.errors import DataError, Fault
from engine.sources import arrow, copies, csv, files, packed, parquet, sql, text, typed
from engine.sources.asked import Asked

_SAMPLE = 2_000
_NATIVE = ("", ".gz", ".zst")  # what DuckDB unpacks by itself
_DAY = r"\d{4}-\d{2}-\d{2}"
_MOMENT = _DAY + r"[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?"
_TRUTHS = "('True', 'TRUE', 'true', 'False', 'FALSE', 'false')"
_BLANKS = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())
_BARE = f"trim({{c}}, '{_BLANKS}')"
_WHOLE = f"regexp_full_match({_BARE}, '[+-]?[0-9]+')"
_LONG = f"regexp_full_match({_BARE}, '[+-]?[0-9]{{{{16,}}}}')"
_CODE = f"regexp_matches({_BARE}, '^[+-]?0[0-9xX]')"
_NUMBER = (
    f"regexp_full_match({_BARE}, '[+-]?(([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
    "|(?i:inf|infinity|nan))')"
)


class _Test(NamedTuple):
    """What each value of a column is, and the column as a whole, to be of a type."""

    value: str
    column: str = "true"
    cast: str = "{c}"


_TESTS = {  # the first that holds gives the type
    "BOOLEAN": _Test("{c} IN " + _TRUTHS, "count({c}) = count(*)"),
    "BIGINT": _Test(
        f"{_WHOLE} AND NOT {_CODE} AND TRY_CAST({_BARE} AS BIGINT) IS NOT NULL",
        f"(count({{c}}) = count(*) OR NOT coalesce(bool_or({_LONG}), false))",
        _BARE,
    ),
    "DOUBLE": _Test(f"{_NUMBER} AND NOT {_CODE}", f"NOT bool_and({_WHOLE})", _BARE),
    "DATE": _Test(
        f"regexp_full_match({{c}}, '{_DAY.replace('{', '{{').replace('}', '}}')}')"
        " AND TRY_CAST({c} AS DATE) IS NOT NULL"
    ),
    "TIMESTAMP": _Test(
        f"regexp_full_match({{c}}, '{_MOMENT.replace('{', '{{').replace('}', '}}')}')"
        " AND TRY_CAST({c} AS TIMESTAMP) IS NOT NULL"
    ),
}


def quoted(name: str) -> str:
    """Return a name as SQL writes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def located(asked: Asked) -> Iterator[Asked]:
    """Give what is asked for as files of this machine, where its source knows how."""
    entry = catalogue.find("sources", asked.kind)
    local = getattr(entry, "local", None)
    if local is None:
        yield asked
        return
    with local(asked.address) as found, located(found) as inner:
        yield inner


def register(connection: duckdb.DuckDBPyConnection, name: str, asked: Asked) -> None:
    """Make a table known under a name, and its files reachable.

    Raises
    ------
    engine.errors.DataError
        If it cannot be read.
    """
    if asked.kind == "csv":
        heads = {_unpacked(path): head for path, head in csv.heads(asked.address).items()}
        _require_apart(name, next(iter(heads.values())).names)
        _allow(connection, list(heads))
        _create(connection, name, _typed(connection, heads))
    elif asked.kind == "parquet" and (columns := _of_parquet(name, asked)):
        paths = files.matched(asked.address)
        _allow(connection, paths)
        scanned = f"read_parquet({_list(paths)}, union_by_name = true)"
        _create(connection, name, f"SELECT {', '.join(columns)} FROM {scanned}")
    else:
        table = pa.Table.from_pandas(asked.read(), preserve_index=False)
        _require_apart(name, table.column_names)
        connection.register(name, table)


def _of_parquet(table: str, asked: Asked) -> list[str]:
    """Return the columns as DuckDB is to take them; none if it cannot: durations of two units."""
    paths = files.matched(asked.address)
    schemas = {str(path): arrow.schema(path, parquet.opened) for path in paths}
    names = arrow.united(schemas).names
    _require_apart(table, names)
    found = []
    for name in names:
        kinds = {schema.field(name).type for schema in schemas.values()}
        spans = [kind.unit for kind in kinds if pa.types.is_duration(kind)]
        if spans and len(kinds) > 1:
            return []
        seconds = (
            f"CAST({{c}} AS DOUBLE) / {arrow.PER_SECOND[spans[0]]} AS {{c}}" if spans else "{c}"
        )
        found.append(seconds.format(c=quoted(name)))
    return found


def _require_apart(table: str, names: list[str]) -> None:
    """Refuse columns that SQL takes for one, and gives one's values for the other."""
    places: dict[str, list[str]] = {}
    for name in names:
        places.setdefault(name.casefold(), []).append(name)
    alike = next((found for found in places.values() if len(found) > 1), None)
    if alike:
        listed = " and ".join(map(repr, alike))
        message = f"the columns {listed} of the table {table!r} differ in capitals alone"
        raise DataError(Fault(message, sql.WHERE, "SQL takes them for one: rename all but one"))


def ragged(found: Iterable[Asked]) -> Fault | None:
    """Find the row with more or fewer values than its header, in any table of CSV."""
    for asked in found:
        if asked.kind == "csv":
            for path, head in csv.heads(asked.address).items():
                if fault := text.ragged(path, head):
                    return fault
    return None


def _allow(connection: duckdb.DuckDBPyConnection, paths: list[Path]) -> None:
    row = connection.execute("SELECT current_setting('allowed_paths')").fetchall()[0]
    before = list(row[0] or [])
    every = [*before, *(str(path.resolve()) for path in paths)]
    connection.execute(f"SET allowed_paths = [{', '.join(map(_literal, every))}]")


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"CREATE VIEW {quoted(name)} AS {query}")


def _typed(connection: duckdb.DuckDBPyConnection, heads: Mapping[Path, text.Header]) -> str:
    """Return a query that reads files of CSV, each column as its type."""
    names = next(iter(heads.values())).names
    texts = " UNION ALL ".join(_texts(path, head, names) for path, head in heads.items())
    types = _types(connection, texts, names)
    columns = ", ".join(
        f"CAST({_TESTS[types[n]].cast.format(c=quoted(n))} AS {types[n]}) AS {quoted(n)}"
        if n in types
        else quoted(n)
        for n in names
    )
    return f"SELECT {columns} FROM ({texts})"


def _texts(path: Path, head: text.Header, names: list[str]) -> str:
    """Return a query that reads a file of CSV, all values as text."""
    columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in head.parsed)
    listed = ", ".join(map(quoted, names))
    return (
        f"SELECT {listed} FROM read_csv({_list([path])}, auto_detect = false, header = false,"
        f" skip = {head.lines}, columns = {{{columns}}}, delim = {_literal(head.delimiter)},"
        f" quote = '\"', escape = '\"', nullstr = [{', '.join(map(_literal, typed.MISSING))}])"
    )


def _types(connection: duckdb.DuckDBPyConnection, texts: str, names: list[str]) -> dict[str, str]:
    """Return the types of columns that are not text: thought of by some rows, tried on all."""
    some = {name: dict.fromkeys(_TESTS, "true") for name in names}
    likely = _holding(connection, f"SELECT * FROM ({texts}) LIMIT {_SAMPLE}", some)
    tried = {n: {kind: _TESTS[kind].column for kind in kinds} for n, kinds in likely.items()}
    every = _holding(connection, texts, tried)
    return {name: kinds[0] for name, kinds in every.items() if kinds}


def _holding(
    connection: duckdb.DuckDBPyConnection, query: str, tried: Mapping[str, Mapping[str, str]]
) -> dict[str, list[str]]:
    """Return the types that hold all values of each column, of those that are tried on it."""
    tests = [
        f"coalesce(bool_and({_TESTS[kind].value}) FILTER ({{c}} IS NOT NULL), true)"
        f" AND {column}".format(c=quoted(name))
        for name, kinds in tried.items()
        for kind, column in kinds.items()
    ]
    if not tests:
        return {}
    row = connection.execute(f"SELECT {', '.join(tests)} FROM ({query})").fetchall()[0]
    held = iter(row)
    return {name: [kind for kind in kinds if next(held)] for name, kinds in tried.items()}


def _unpacked(path: Path) -> Path:
    """Return a file that DuckDB can read: itself, or a copy that is unpacked."""
    if packed.ending(path.name) in _NATIVE:
        return path
    seen = path.stat()
    key = ("unpacked", str(path.resolve()), str(seen.st_mtime_ns), str(seen.st_size))
    earlier = copies.held(key)
    name = Path(path.name).stem

    def fill(folder: Path) -> tuple[str, None]:
        with files.opened(path) as source, (folder / name).open("wb") as target:
            while block := source.read(1 << 20):
                target.write(block)
        return "", None

    return (earlier or copies.made(key, fill)).folder / name


def _list(paths: list[Path]) -> str:
    return f"[{', '.join(_literal(str(path.resolve())) for path in paths)}]"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
