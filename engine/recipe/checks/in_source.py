"""What a recipe says of where its rows come from: one source, or tables and a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Fault
from engine.recipe.file.references import Key

_FILES = ("http://", "https://", "s3://")
_QUERY = "query: SELECT ... FROM their names"


def faults(data: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield what contradicts itself, or is lacking."""
    source, tables, query = (data.get(name) for name in ("source", "tables", "query"))
    if source is None and not tables:
        hint = "a file, an URL, sklearn:NAME, package:NAME/path/in/it.csv; or tables and a query"
        yield ("data", "source"), Fault("`data.source` is missing", hint=hint)
    if source and tables:
        message = "`data.source` and `data.tables` both say where the rows come from"
        hint = "take one out: ~data.source on the command line; or make the source one more table"
        yield ("data", "tables"), Fault(message, hint=hint)
    elif tables and not query:
        message = "`data.tables` are there, and no `data.query` that asks for their rows"
        yield ("data", "tables"), Fault(message, hint=_QUERY)
    elif query and isinstance(source, str) and _is_file(source):
        message = "`data.query` asks a database or `data.tables`, and `data.source` is neither"
        hint = "name the source under data.tables: {NAME: SOURCE}, and ask for its rows by NAME"
        yield ("data", "query"), Fault(message, hint=hint)
    if isinstance(tables, Mapping):
        yield from _tables(tables)


def _tables(tables: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    earlier: dict[str, str] = {}
    for name in map(str, tables):
        other = earlier.setdefault(name.casefold(), name)
        if other != name:
            message = f"the tables `{other}` and `{name}` differ in capitals alone"
            yield ("data", "tables", name), Fault(message, hint="SQL takes them for one: rename it")
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            continue
        source, query = table.get("source"), table.get("query")
        if query and isinstance(source, str) and _is_file(source):
            message = f"`data.tables.{name}.query` asks a database, and its source is none"
            hint = "leave it out: data.query may ask for some of its rows and columns"
            yield ("data", "tables", str(name), "query"), Fault(message, hint=hint)


def _is_file(source: str) -> bool:
    """Whether a source is surely no database."""
    return "://" not in source or source.lower().startswith(_FILES)
