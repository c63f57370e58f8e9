"""Values of a metric's parameters: read from a recipe, and written into the metric's name.

What is written is read back to the very same value, so that a metric is found again by the name
that a file holds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.catalogue import near

Row = Mapping[str, Any]
SHORT = ("number", "whole", "share", "word")
"""Kinds that may stand behind an underscore in the name: ``f_beta_2``, ``precision_at_10%``."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*|0|-?[1-9][0-9]{0,15}")
_NOT_PLAIN = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}


def read(value: Any, row: Row) -> Any:
    """Return the value of the parameter that ``row`` describes.

    Raises
    ------
    ValueError
        Saying what was expected.
    """
    match row["kind"]:
        case "word":
            return _word(value, row)
        case "labels":
            return _labels(value)
        case "matrix":
            return _matrix(value)
    found = number(value)
    if found is None or not _inside(found, row) or (row["kind"] == "whole" and found % 1):
        raise ValueError(_expected(row))
    return int(found) if row["kind"] == "whole" else found


def write(value: Any, row: Row) -> str:
    """Write a value as it stands in a name."""
    if row["kind"] == "share":
        return f"{_positional(Decimal(repr(value)) * 100)}%"
    return plain(value)


def number(value: Any) -> float | None:
    """Return a finite number, also of a text such as ``0.1`` or ``10%``; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    try:
        exact = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        found = float(exact)
    except (InvalidOperation, OverflowError):
        return None
    return found if math.isfinite(found) else None


def plain(value: Any) -> str:
    """Write numbers, texts, lists and mappings so that YAML reads them back.

    >>> plain({"no": {"a b": 2.0}, "x": [1e-7]})
    '{"no": {"a b": 2}, x: [0.0000001]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{plain(k)}: {plain(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain(v) for v in value) + "]"
    if isinstance(value, str):
        return _text(value)
    return _positional(Decimal(repr(value)))


def label(value: Any) -> str:
    """Return what a class reads, in a recipe and in the data: 1 and 1.0 alike.

    >>> label(1.0), label(True), label("yes")
    ('1', 'true', 'yes')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def _positional(exact: Decimal) -> str:
    """Without an exponent, whose sign would read as one of a sum's."""
    return f"{exact.normalize():f}" if exact else "0"


def _inside(found: float, row: Row) -> bool:
    low = found > row.get("above", -math.inf) and found >= row.get("least", -math.inf)
    high = found < row.get("below", math.inf) and found <= row.get("most", math.inf)
    return bool(low and high)


def _expected(row: Row) -> str:
    what = {"whole": "a whole number", "share": "a share such as 10%"}.get(row["kind"], "a number")
    words = {"above": "above", "least": "from", "below": "below", "most": "up to"}
    bounds = [f"{word} {plain(row[key])}" for key, word in words.items() if key in row]
    return f"{what} {' and '.join(bounds)}".strip()


def _word(value: Any, row: Row) -> str:
    if value in row["options"]:
        return str(value)
    guess = near(str(value), row["options"])
    raise ValueError(" or ".join(row["options"]) + (f" (did you mean {guess}?)" if guess else ""))


def _labels(value: Any) -> tuple[str, ...]:
    listed = isinstance(value, Sequence) and not isinstance(value, str)
    found = tuple(label(one) for one in value) if listed and all(map(_scalar, value)) else ()
    if len(found) < 2 or len(set(found)) < len(found):
        raise ValueError("a list of the classes, each once")
    return found


def _matrix(value: Any) -> dict[str, dict[str, float]]:
    """Return costs by the true and the predicted class, in the order of the alphabet."""
    expected = "a mapping of each true class to what each predicted class costs"
    if not isinstance(value, Mapping) or not value:
        raise ValueError(expected)
    matrix: dict[str, dict[str, float]] = {}
    for true, costs in value.items():
        if not isinstance(costs, Mapping) or not costs:
            raise ValueError(f"{expected}, such as {label(true)}: {{CLASS: 5}}")
        found = {label(name): number(cost) for name, cost in costs.items()}
        strange = [name for name, cost in found.items() if cost is None]
        if strange:
            raise ValueError(f"a number for the cost of {label(true)} taken for {strange[0]}")
        matrix[label(true)] = {name: found[name] or 0.0 for name in sorted(found)}
    return {true: matrix[true] for true in sorted(matrix)}


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)
