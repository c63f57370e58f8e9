"""What a plain word of YAML means, without the surprises of YAML 1.1.

``1e-5`` is a number, as OmegaConf reads it; a date stays a text; ``yes``, ``010`` and ``1:30``,
which YAML 1.1 turns into true, 8 and 90, are refused: no reader can tell what was meant.
"""

from __future__ import annotations

import re
from typing import Any

EXPONENT = re.compile(r"[-+]?(\d[\d_]*)(\.[\d_]*)?[eE][-+]?\d+|[-+]?\.\d[\d_]*[eE][-+]?\d+")
DIGITS_AT_MOST = 400
_SPECIAL = {"inf": "inf", "nan": "nan"}


class ScalarError(ValueError):
    """A plain word that YAML 1.1 would turn into something else; says what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read(text: str, tag: str, plain: bool) -> Any:
    """Return the value of a scalar.

    Parameters
    ----------
    text : str
        As it stands in the file, without quotes.
    tag : str
        The last part of the tag that YAML resolved it to: ``str``, ``int``, ``bool``, ...
    plain : bool
        Whether it stands there without quotes.

    Raises
    ------
    ScalarError
        If it means something else than it seems to.
    """
    match tag:
        case "null":
            return None
        case "bool":
            return _boolean(text)
        case "int":
            return _whole(text)
        case "float":
            return _real(text)
    return float(text.replace("_", "")) if plain and EXPONENT.fullmatch(text) else text


def _boolean(text: str) -> bool:
    word = text.lower()
    if word not in ("true", "false"):
        meant = "true" if word in ("yes", "on", "y") else "false"
        raise ScalarError(
            f"the unquoted word {text} means {meant} in YAML",
            f'write "{text}" in quotes for the text, or {meant}',
        )
    return word == "true"


def _whole(text: str) -> int:
    digits = text.replace("_", "").lstrip("+-")
    if len(digits) > DIGITS_AT_MOST:
        raise ScalarError(f"a number of {len(digits)} digits is too long", "put it in quotes")
    if ":" in digits:
        raise ScalarError(
            f"{text} means a number to base 60 in YAML",
            f'write "{text}" in quotes for the text; a duration is written as 90s or 1h30m',
        )
    if len(digits) > 1 and digits.startswith("0") and digits[1].isdigit():
        raise ScalarError(
            f"{text} means the number {int(digits, 8)} in YAML (octal)",
            f'write "{text}" in quotes for the text, or {digits.lstrip("0")} for the number',
        )
    sign = -1 if text.startswith("-") else 1
    return sign * int(digits, 0)


def _real(text: str) -> float:
    if ":" in text:
        raise ScalarError(f"{text} means a number to base 60 in YAML", f'write "{text}" in quotes')
    word = text.replace("_", "").lower()
    bare = word.lstrip("+-").lstrip(".")
    return (
        float(("-" if word.startswith("-") else "") + _SPECIAL[bare])
        if bare in _SPECIAL
        else (float(word))
    )
