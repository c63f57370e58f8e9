"""Sizes in bytes, as a recipe writes them: ``2GB``."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_FORM = r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?"


def bytes_of(text: str) -> int:
    """Return the bytes of a size; ``GB`` is a thousand million of them, ``GiB`` 2 to the 30th.

    Raises
    ------
    ValueError
        If the text is none.

    Examples
    --------
    >>> bytes_of("1.5GB"), bytes_of("2 GiB")
    (1500000000, 2147483648)
    """
    parts = re.fullmatch(_FORM, text.strip().lower())
    if not parts:
        raise ValueError(f"{text!r} is no size")
    number, unit, binary = parts.groups()
    base = 1024 if binary else 1000
    return round(float(number) * float(base ** _UNITS[unit]))


def _size(value: Any) -> Any:
    try:
        return bytes_of(value) if isinstance(value, str) else value
    except ValueError:
        raise PydanticCustomError("size", "write a size such as 500MB or 2GB") from None


Size = Annotated[
    int,
    BeforeValidator(_size),
    Field(gt=0),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "examples": ["2GB"]}]}),
]
"""Bytes, written as a number or as a size."""
