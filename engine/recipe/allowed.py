"""What a parameter of a step may be: read from a catalogue or the table of classes, and said.

A parameter has one or more alternatives, each a mapping with the words of the catalogue of
metrics: ``kind`` (whole, number, share, truth, text, list, mapping, value, word, none), the bounds
``above``, ``least``, ``below`` and ``most``, and ``options``. One with ``list`` may be several at
once; where ``list`` is a number, just so many, with ``rising`` in order.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine import catalogue
from engine.errors import RangeError
from engine.recipe import ranges

Row = Mapping[str, Any]
Rows = tuple[Row, ...]
BOUNDS = {"above": "above", "from": "least", "below": "below", "to": "most"}
HOLDS = {"above": operator.gt, "least": operator.ge, "below": operator.lt, "most": operator.le}
SAID = {
    "whole": "a whole number", "number": "a number", "share": "a share", "truth": "true or false",
    "text": "a text", "list": "a list", "mapping": "a mapping", "value": "a number or a text",
    "none": "none", "labels": "a list of the classes", "matrix": "a mapping of mappings",
}  # fmt: skip
TYPES: Mapping[str, Any] = {
    "number": (int, float), "share": float, "whole": int, "text": str, "list": (list, tuple),
    "mapping": Mapping, "value": (int, float, str, bool), "truth": bool,
}  # fmt: skip


def of_row(row: Row) -> Rows:
    """Read the row of a catalogue; it may have ``options`` and ``none`` beside its kind."""
    found = [row] if row["kind"] != "word" else []
    found += [{**row, "kind": "word"}] if "options" in row else []
    return (*found, {"kind": "none"}) if row.get("none") else tuple(found)


def of_texts(given: Sequence[Any]) -> Rows:
    """Read alternatives as the table of classes has them.

    >>> of_texts(["whole from 1", ["mle"]])
    ({'kind': 'whole', 'least': 1}, {'kind': 'word', 'options': ['mle']})
    """
    return tuple(_of_text(one) for one in given)


def _of_text(given: Any) -> Row:
    if isinstance(given, list):
        return {"kind": "word", "options": given}
    kind, *rest = given.split()
    bounds = zip(rest[::2], rest[1::2], strict=True)
    return {"kind": kind, **{BOUNDS[word]: _number(text) for word, text in bounds}}


def _number(text: str) -> float:
    found = float(text)
    return int(found) if found.is_integer() else found


def strange(value: Any, rows: Rows) -> list[Any]:
    """Return what of a value, or of the ends and options of its ranges, may not be."""
    return [shown for one in _samples(value) for shown in _strange(one, rows)][:1]


def is_none(value: Any, rows: Rows) -> bool:
    """Whether the word ``none`` stands for nothing, as where a step is left out."""
    named = any(value in row.get("options", ()) for row in rows if isinstance(value, str))
    return value == "none" and not named and any(row["kind"] == "none" for row in rows)


def expected(rows: Rows) -> str:
    """Say what a parameter may be.

    >>> expected(of_texts(["whole from 1", ["mle"], "none"]))
    'a whole number from 1, mle or none'
    """
    parts = list(dict.fromkeys(part for row in rows for part in _said(row)))
    return " or ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def near(value: Any, rows: Rows) -> str:
    """Return the option most like a value; empty where none is."""
    options = [str(option) for row in rows for option in row.get("options", ())]
    return catalogue.near(str(value), options) if isinstance(value, str) else ""


def _samples(value: Any) -> Iterator[Any]:
    """Yield a value; of ranges the ends and options, one after another in a list."""
    if ranges.is_range(value):
        yield from _of_range(value)
    elif isinstance(value, list | tuple):
        parts = [list(_samples(part)) for part in value]
        firsts = [part[0] if part else None for part in parts]
        yield firsts
        for place, part in enumerate(parts):
            yield from ([*firsts[:place], one, *firsts[place + 1 :]] for one in part[1:])
    else:
        yield value


def _of_range(value: Any) -> Iterator[Any]:
    try:
        found = ranges.read(value).range
    except RangeError:
        return
    if isinstance(found, ranges.Choice):
        for option in found.options:
            yield from _samples(option)
    else:
        yield from (found.low, found.high)


def _strange(value: Any, rows: Rows) -> list[Any]:
    """Return the value, or the element of a list, that no alternative takes."""
    if is_none(value, rows) or any(_holds(value, row) for row in rows):
        return []
    several = [row for row in rows if row.get("list")]
    if isinstance(value, list | tuple) and several and several[0]["list"] is True:
        return [one for one in value if not any(_is(one, row) for row in several)] or [value]
    return [value]


def _holds(value: Any, row: Row) -> bool:
    count = row.get("list")
    if not count or not isinstance(value, list | tuple):
        return count in (None, True) and _is(value, row)
    enough = len(value) == count if count is not True else bool(value)
    if not enough or not all(_is(one, row) for one in value):
        return False
    return not row.get("rising") or list(value) == sorted(set(value))


def _is(value: Any, row: Row) -> bool:
    kind = row["kind"]
    if kind == "none":
        return value is None
    if kind == "word":
        return any(value == one and type(value) is type(one) for one in row["options"])
    if isinstance(value, bool) and kind not in ("truth", "value"):
        return False
    return isinstance(value, TYPES[kind]) and _inside(value, row)


def _inside(value: Any, row: Row) -> bool:
    if not isinstance(value, int | float):
        return True
    return all(compare(value, row[key]) for key, compare in HOLDS.items() if key in row)


def _said(row: Row) -> list[str]:
    count = row.get("list")
    if row["kind"] == "word":
        options = [ranges.label(option) for option in row["options"]]
        return [*options, "a list of these"] if count else options
    if count and count is not True:
        order = "in rising order" if row.get("rising") else ""
        return [f"a list of {count} numbers {_bounds(row)} {order}".strip()]
    one = f"{SAID[row['kind']]} {_bounds(row)}".strip()
    return [one, "a list of such"] if count else [one]


def _bounds(row: Row) -> str:
    if "least" in row and "most" in row:
        return f"from {row['least']:g} to {row['most']:g}"
    words = {"above": "above", "least": "from", "below": "below", "most": "up to"}
    return " and ".join(f"{word} {row[key]:g}" for key, word in words.items() if key in row)
