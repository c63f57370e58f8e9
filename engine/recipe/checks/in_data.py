"""Faults of how rows are picked, typed, cleaned and drawn that can be found without data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Fault
from engine.formula import FormulaError, parse
from engine.recipe.file.references import Key

REST = "*"


def faults(data: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of ``data.columns``, ``data.clean`` and ``data.sample``."""
    columns = data.get("columns")
    if isinstance(columns, Mapping):
        yield from _columns(columns, data.get("target"))
    clean = data.get("clean")
    if isinstance(clean, Mapping) and isinstance(clean.get("where"), str):
        yield from condition(("data", "clean", "where"), clean["where"])
    yield from _sample(data.get("sample"))


def condition(key: Key, text: str) -> Iterator[tuple[Key, Fault]]:
    """Yield what is wrong with a formula that must be true or false."""
    try:
        parse(text).require_condition({})
    except FormulaError as error:
        for fault in error.faults:
            yield key, Fault(f"`{'.'.join(key)}`: {fault.message}", hint=fault.hint)


_CODES = "aAwdbBmyYHIMSfpzZjUWGuV%"  # of strptime, which reads no others


def _columns(columns: Mapping[str, Any], target: Any) -> Iterator[tuple[Key, Fault]]:
    for name, said in columns.items():
        key = ("data", "columns", str(name))
        if said == "drop" and name == target:
            yield key, Fault(f"`data.columns` drops the target {target!r}", hint="leave it out")
        if name == REST and said not in ("keep", "drop"):
            message = "`data.columns.*` can be keep or drop, and types no column"
            yield key, Fault(message, hint="name the columns that are of that type")
        elif isinstance(said, Mapping):
            yield from _typed(key, said)


def _typed(key: Key, said: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    name = ".".join(key)
    given = [word for word in ("format", "unit") if said.get(word) is not None]
    if given and isinstance(said.get("type"), str) and said["type"] != "date":
        message = f"`{name}.{given[0]}` says how dates are written, and its type is {said['type']}"
        yield (*key, given[0]), Fault(message, hint=f"leave it out, or write type: date in {name}")
    elif len(given) > 1:
        message = f"`{name}` has both format and unit: dates are texts or numbers"
        yield (*key, "unit"), Fault(message, hint="leave one of them out")
    form = said.get("format")
    if not isinstance(form, str):
        return
    strange = [code for code in re.findall(r"%.?", form) if code[1:] not in _CODES or code == "%"]
    if strange or "%" not in form:
        what = f"in which {strange[0]} is no code" if strange else "which holds no code"
        message = f"`{name}.format` is {form!r}, {what} of strptime"
        yield (*key, "format"), Fault(message, hint='such as "%d.%m.%Y" for 31.01.2024')


def _sample(sample: Any) -> Iterator[tuple[Key, Fault]]:
    key = ("data", "sample")
    if isinstance(sample, float) and sample >= 1:
        message = f"`data.sample` is {sample}, neither a number of rows nor a share below 1"
        yield key, Fault(message, hint="write 1000 for so many rows, or 0.1 for a tenth")
    if not isinstance(sample, Mapping):
        return
    given = [word for word in ("rows", "share") if sample.get(word) is not None]
    if len(given) != 1:
        both = "both `rows` and `share`" if given else "neither `rows` nor `share`"
        yield key, Fault(f"`data.sample` has {both}", hint="say one of them")
