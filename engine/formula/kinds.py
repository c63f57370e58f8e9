"""What kind of value each part of a formula has, and whether the parts go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.formula.error import FormulaError
from engine.formula.functions import ALL, KINDS, ORDERED, Function, Kind
from engine.formula.parser import Op, Program

_OF_VALUES: Mapping[type, Kind] = {float: "number", str: "text", bool: "boolean"}
_PLURALS = {"number": "numbers", "boolean": "true or false", "date": "dates", "text": "texts"}
_ADVICE = {
    ("text", "number"): "number(x) reads a text as a number; concat(a, b) joins texts",
    ("boolean", "number"): "number(x) makes 1 and 0 of true and false",
    ("date", "number"): "days_between(a, b) and year(x) make numbers of dates",
    ("number", "text"): "in quotes it is a text; data.columns can declare a column a category",
    ("text", "date"): "date(x) reads a text as a date",
    ("number", "date"): "make_date(year, month, day) makes a date of numbers",
    ("number", "boolean"): "compare it: x > 0",
    ("text", "boolean"): "compare it: x == 'yes'",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A value on the stack; its kind is None where nothing is known of it."""

    kind: Kind | None
    op: Op

    @property
    def described(self) -> str:
        what = f"the column {self.op.value!r}" if self.op.name == "column" else "this"
        one = "is true or false" if self.kind == "boolean" else f"is a {self.kind}"
        return (
            f"{what} holds {_PLURALS[self.kind or 'text']}" if "column" in what else f"this {one}"
        )


def infer(program: Program, columns: Mapping[str, Kind]) -> list[Kind | None]:
    """Return the kind of what each instruction pushes; the last is the formula's.

    Parameters
    ----------
    columns : mapping
        Kinds of columns, as far as they are known.

    Raises
    ------
    FormulaError
        Where an argument is of a kind that its function or operator does not take.
    """
    stack: list[_Part] = []
    found: list[Kind | None] = []
    for op in program.ops:
        kind: Kind | None
        if op.name == "value":
            kind = _OF_VALUES.get(type(op.value))
        elif op.name == "column":
            kind = columns.get(str(op.value))
        else:
            arguments = stack[-op.count :]
            del stack[-op.count :]
            kind = _called(op, arguments, program.text)
        stack.append(_Part(kind, op))
        found.append(kind)
    return found


def _called(op: Op, arguments: list[_Part], text: str) -> Kind | None:
    row = ALL[op.name]
    shared: _Part | None = None
    for position, part in enumerate(arguments):
        wanted = row.wanted(position)
        if wanted.startswith("="):
            _require_written(part, op, wanted[1:], text)
        wanted = wanted.removeprefix("=")
        if wanted in ("same", "ordered"):
            shared = _share(shared, part, op, text)
            if wanted == "ordered" and part.kind not in (None, *ORDERED):
                raise _clash(part, op, "numbers or dates", "number", text)
        elif wanted != "any" and part.kind not in (None, wanted):
            raise _clash(part, op, _PLURALS[wanted], wanted, text)
    _check_values(op, arguments, text)
    return _given(row, shared)


def _given(row: Function, shared: _Part | None) -> Kind | None:
    if row.gives in ("same", "ordered"):
        return shared.kind if shared else None
    return next(kind for kind in KINDS if kind == row.gives)


def _share(shared: _Part | None, part: _Part, op: Op, text: str) -> _Part:
    """Require that arguments are of one kind."""
    if op.name in ("==", "!=", "in") and part.op.name == "value" and part.op.value is None:
        hint = "write is_missing(x)"
        raise FormulaError("nothing equals what is missing", text, part.op.at, hint)
    if shared is None or shared.kind is None:
        return part
    if part.kind not in (None, shared.kind):
        pairs = ((str(part.kind), shared.kind), (shared.kind, str(part.kind)))
        hint = next((_ADVICE[pair] for pair in pairs if pair in _ADVICE), "")
        if "date" in (part.kind, shared.kind):
            hint = _dated(part) or _dated(shared) or hint
        message = f"`{op.name}` takes values of one kind: {shared.described}, and {part.described}"
        raise FormulaError(message, text, part.op.at, hint)
    return shared


def _dated(part: _Part) -> str:
    """Say how the text of a date is written where a date is wanted."""
    text = part.op.value if part.op.name == "value" else None
    dated = isinstance(text, str) and "-" in text and _is_date(text)
    return f"write date('{text}')" if dated else ""


def _clash(part: _Part, op: Op, takes: str, wanted: str, text: str) -> FormulaError:
    name = "-" if op.name == "negative" else op.name
    hint = _dated(part) or _ADVICE.get((part.kind or "", wanted), "")
    return FormulaError(f"`{name}` takes {takes}, and {part.described}", text, part.op.at, hint)


def _require_written(part: _Part, op: Op, wanted: str, text: str) -> None:
    if part.op.name != "value" or part.op.value is None:
        what = {"same": "a value", "text": "a text", "number": "a number"}[wanted]
        example = ALL[op.name].usage
        message = f"`{op.name}` takes {what} that is written out here"
        raise FormulaError(message, text, part.op.at, f"as in {example}")


def _check_values(op: Op, arguments: list[_Part], text: str) -> None:
    """Check values that are written out, where not all have a meaning."""
    for position, part in enumerate(arguments):
        value = part.op.value
        if part.op.name != "value" or value is None:
            continue
        if op.name in ("substring", "part") and type(value) is float:
            _require_whole(value, 1, 1_000_000, part, op, text)
        if op.name == "round" and position == 1 and type(value) is float:
            _require_whole(value, -15, 15, part, op, text)
        if op.name in ("part", "replace") and position == 1 and value == "":
            raise FormulaError(f"`{op.name}` looks for an empty text", text, part.op.at)
        if op.name == "date" and isinstance(value, str) and not _is_date(value):
            hint = "write it as date('2024-01-31')"
            raise FormulaError(f"{value[:40]!r} is no date", text, part.op.at, hint)


def _require_whole(value: float, low: int, high: int, part: _Part, op: Op, text: str) -> None:
    if not (value.is_integer() and low <= value <= high):
        message = f"`{op.name}` takes a whole number from {low:,} to {high:,} here"
        raise FormulaError(message, text, part.op.at)


def _is_date(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False
