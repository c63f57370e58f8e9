"""Times that pass, as a recipe writes them: ``10m``, ``7d``."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORM = r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?"


def seconds_of(text: str) -> float:
    """Return the seconds of a duration.

    Raises
    ------
    ValueError
        If the text is none.

    Examples
    --------
    >>> seconds_of("1h30m")
    5400.0
    """
    parts = re.fullmatch(_FORM, text.strip())
    if not parts or not any(parts.groups()):
        raise ValueError(f"{text!r} is no duration")
    numbers = zip(parts.groups(), "dhms", strict=True)
    return sum((float(n) * _UNITS[unit] for n, unit in numbers if n), 0.0)


def _duration(value: Any) -> Any:
    """Read ``90``, ``10m`` or ``1h30m`` as seconds."""
    try:
        return seconds_of(value) if isinstance(value, str) else value
    except ValueError:
        message = "write a duration such as 90s, 10m or 1h30m"
        raise PydanticCustomError("duration", message) from None


def _span(value: Any) -> Any:
    """Keep ``7d`` and ``7`` apart: the one is for dates, the other for times that are numbers."""
    if isinstance(value, str):
        try:
            seconds_of(value)
        except ValueError:
            raise _no_span() from None
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _no_span()
    if not 0 <= value < float("inf"):
        raise _no_span()
    return float(value)


def _no_span() -> PydanticCustomError:
    return PydanticCustomError("span", "a time such as 7d, or a number where data.time holds some")


def _window(value: Any) -> Any:
    if value in ("expanding", "sliding"):
        return value
    try:
        return _span(value)
    except PydanticCustomError:
        message = "expanding, sliding, or a time such as 90d"
        raise PydanticCustomError("span", message) from None


def _examples(*texts: str) -> WithJsonSchema:
    written = {"type": "string", "examples": list(texts)}
    return WithJsonSchema({"anyOf": [{"type": "number"}, written]})


Duration = Annotated[
    float, BeforeValidator(_duration), Field(gt=0, allow_inf_nan=False), _examples("10m")
]
"""Seconds, written as a number or as a duration."""
Span = Annotated[float | str, BeforeValidator(_span), _examples("7d")]
"""A duration as it is written, or a number."""
Window = Annotated[float | str, BeforeValidator(_window), _examples("expanding", "sliding", "90d")]
"""A span, or one of two words."""
