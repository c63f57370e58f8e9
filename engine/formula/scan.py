"""From the text of a formula to its words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from engine.formula.error import FormulaError

Sort = Literal["number", "text", "column", "word", "sign", "end"]

LONGEST = 1_000
"""Letters of a formula."""
LONGEST_NUMBER = 40

_WORDS = re.compile(
    r"""
    (?P<blank>\s+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
  | (?P<column>`(?:[^`]|``)*`)
  | (?P<word>[^\W\d]\w*)
  | (?P<sign>\*\*|//|==|!=|<=|>=|[-+*/%<>(),])
    """,
    re.VERBOSE,
)
_MEANT = {
    "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "<>": "!=", "=": "==",
    "^": "**", "===": "==", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "÷": "/", "−": "-",
}  # fmt: skip
_NO_ATTRIBUTES = "a column with a dot in its name stands in backticks: `a.b`"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a formula: its sort, what it says, and where it stands."""

    sort: Sort
    value: str
    at: int

    @property
    def shown(self) -> str:
        return "the end" if self.sort == "end" else f"{self.value[:40]!r}"


def scan(text: str) -> list[Token]:
    """Return the words of a formula; the last is of the sort ``end``.

    Raises
    ------
    FormulaError
        If it is too long, or holds what no formula does.
    """
    if len(text) > LONGEST:
        message = f"the formula has {len(text):,} letters, and at most {LONGEST:,} are allowed"
        raise FormulaError(message, text[:LONGEST], LONGEST, "build it of several columns")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _WORDS.match(text, at)
        if match is None or (match.group() == "<" and text[at : at + 2] == "<>"):
            _strange(text, at)
        if match.lastgroup != "blank":
            found.append(_token(match, text))
        at = match.end()
    return [*found, Token("end", "", len(text))]


def _token(match: re.Match[str], text: str) -> Token:
    sort, value, at = match.lastgroup, match.group(), match.start()
    if sort == "number":
        _check_number(value, text, match)
        return Token("number", value, at)
    if sort == "text":
        quote = value[0]
        return Token("text", value[1:-1].replace(quote * 2, quote), at)
    if sort == "column":
        if value == "``":
            raise FormulaError("a name in backticks is empty", text, at)
        return Token("column", value[1:-1].replace("``", "`"), at)
    return Token("word" if sort == "word" else "sign", value, at)


def _check_number(value: str, text: str, match: re.Match[str]) -> None:
    if len(value) > LONGEST_NUMBER or not math.isfinite(float(value)):
        raise FormulaError("the number is too large or too long", text, match.start())
    after = text[match.end() : match.end() + 1]
    if after.isalnum() or after in ("_", "."):
        hint = f"write {value} * ..., or put the name of a column in backticks"
        raise FormulaError(f"{after!r} follows a number", text, match.end(), hint)


def _strange(text: str, at: int) -> NoReturn:
    """Refuse a letter that begins nothing."""
    if text[at] in "'\"`":
        what = "a name in backticks" if text[at] == "`" else "a text"
        hint = f"close it with {text[at]}"
        raise FormulaError(f"{what} is not closed", text, at, hint)
    for length in (3, 2, 1):
        meant = _MEANT.get(text[at : at + length])
        if meant:
            raise FormulaError(f"{text[at : at + length]!r} is no operator", text, at,
                               f"write {meant}")  # fmt: skip
    if text[at] == ".":
        raise FormulaError("a name has no parts", text, at, _NO_ATTRIBUTES)
    if text[at] in "[]{}":
        hint = "columns are named as they are, or in backticks: `total charges`"
        raise FormulaError(f"{text[at]!r} has no meaning in a formula", text, at, hint)
    raise FormulaError(f"{text[at]!r} has no meaning in a formula", text, at)
