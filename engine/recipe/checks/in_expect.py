"""Faults of ``data.expect`` that can be found without data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.errors import Fault
from engine.recipe.checks.in_data import condition
from engine.recipe.expectation import Expect
from engine.recipe.file.references import Key

KEY = ("data", "expect")
ENDS = ("min", "max")
OWN = (*Expect.model_fields,)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def faults(expect: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield expectations that expect nothing, that nothing can meet, or that cannot be read."""
    rows = expect.get("rows")
    if isinstance(rows, Mapping):
        yield from _says_something((*KEY, "rows"), rows)
        yield from _in_order((*KEY, "rows"), rows)
    yield from _relations(expect.get("relations"))
    named = expect.get("columns")
    columns = named if isinstance(named, Mapping) else {}
    own = {name: said for name, said in expect.items() if name not in OWN}
    for name in own.keys() & columns.keys():
        message = f"`data.expect` says twice what must hold for {name!r}"
        yield (*KEY, "columns", str(name)), Fault(message, hint="keep one of them")
    for key, found in ((KEY, own), ((*KEY, "columns"), columns)):
        for name, said in found.items():
            if isinstance(said, Mapping):
                yield from _column((*key, str(name)), said)


def _relations(relations: Any) -> Iterator[tuple[Key, Fault]]:
    for name, said in (relations if isinstance(relations, Mapping) else {}).items():
        key: Key = (*KEY, "relations", str(name))
        if isinstance(said, Mapping):
            key, said = (*key, "formula"), said.get("formula")
        if isinstance(said, str):
            yield from condition(key, said)


def _column(key: Key, said: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    yield from _says_something(key, said)
    yield from _bounds(key, said)
    if isinstance(said.get("matches"), str):
        yield from _pattern((*key, "matches"), said["matches"])


def _says_something(key: Key, said: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    if not any(value is not None and name != "severity" for name, value in said.items()):
        name = ".".join(key)
        yield key, Fault(f"`{name}` expects nothing", hint="say what must hold, or leave it out")


def _bounds(key: Key, said: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Bounds are numbers or dates, and fit the type that is expected."""
    kind = said.get("type")
    for end in ENDS:
        value, name = said.get(end), ".".join((*key, end))
        if isinstance(value, str):
            if not _is_date(value):
                message = f"`{name}` is {value!r}, neither a number nor a date such as 2024-01-31"
                yield (*key, end), Fault(message, hint=_unquoted(value))
                return
            is_of = "date"
        elif isinstance(value, int | float) and not isinstance(value, bool):
            is_of = "number"
        else:
            continue
        expected = "number" if kind == "integer" else kind
        if expected in ("number", "date") and expected != is_of:
            message = f"`{name}` is a {is_of}, and `type` expects each value to be a {expected}"
            yield (*key, end), Fault(message, hint=f"write a {expected}, or type: {is_of}")
            return
        if expected in ("text", "boolean"):
            message = f"`{name}` is the end of a range, and values of type {expected} have none"
            yield (*key, end), Fault(message, hint="list the values that there may be: in: [...]")
            return
    yield from _in_order(key, said)


def _in_order(key: Key, said: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    low, high = (said.get(end) for end in ENDS)
    name = ".".join(key)
    if not isinstance(low, int | float | str) or not isinstance(high, int | float | str):
        return
    if isinstance(low, str) != isinstance(high, str):
        message = f"`{name}`: one of min and max is a number, the other a date"
        yield (*key, "max"), Fault(message, hint="write both as numbers or both as dates")
    elif low > high:  # type: ignore[operator]  # of one kind
        message = f"`{name}`: min is {low}, which is more than max, {high}"
        yield (*key, "max"), Fault(message, hint="exchange them")


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE.match(text))


def _unquoted(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return "write a date as year-month-day"
    return f"write {text} without quotes"


def _pattern(key: Key, text: str) -> Iterator[tuple[Key, Fault]]:
    import pyarrow as pa  # noqa: PLC0415 - most recipes have no pattern
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    try:
        pc.match_substring_regex(pa.array([""]), pattern=text)
    except pa.ArrowInvalid as error:
        reason = str(error).partition(": ")[2] or str(error)
        message = f"`{'.'.join(key)}` is no regular expression of RE2: {reason}"
        yield key, Fault(message, hint="look-ahead and back references are not part of it")
