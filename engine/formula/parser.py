"""From words to instructions, by the precedence of operators (after Pratt, 1973)."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.catalogue import unknown
from engine.formula.error import FormulaError
from engine.formula.functions import FUNCTIONS
from engine.formula.scan import Token, scan

DEEPEST = 40
"""How deep parentheses, calls and signs may be nested."""
MOST = 200
"""Instructions of a formula: its names, values, operators and calls."""

_BINDS = {
    "or": 10, "and": 20,
    "==": 40, "!=": 40, "<": 40, "<=": 40, ">": 40, ">=": 40, "in": 40, "not": 40,
    "+": 50, "-": 50, "*": 60, "/": 60, "//": 60, "%": 60, "**": 80,
}  # fmt: skip
_COMPARES, _SIGN, _NOT = 40, 70, 30
_LITERALS = {"true": True, "True": True, "false": False, "False": False, "missing": None}
_OPERATORS = ("and", "or", "not", "in")
_INSTEAD = {
    **dict.fromkeys(("None", "null", "NULL", "nan", "NaN", "NA", "NaT"), "missing"),
    **dict.fromkeys(("AND", "And"), "and"), **dict.fromkeys(("OR", "Or"), "or"),
    **dict.fromkeys(("NOT", "Not"), "not"), **dict.fromkeys(("IN", "In"), "in"),
    **dict.fromkeys(("if", "else", "case", "CASE"), "where(condition, a, b)"),
    **dict.fromkeys(("is", "IS"), "is_missing(a), or a == b"),
    "TRUE": "true", "FALSE": "false",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Op:
    """An instruction for the stack.

    Attributes
    ----------
    name : str
        ``value`` or ``column``, which push; else a function or operator, which takes ``count``
        values from the stack and pushes one.
    value : float, str, bool or None
        The value, or the column's name.
    at : int
        Where it stands in the text.
    """

    name: str
    value: float | str | bool | None
    count: int
    at: int


@dataclass(frozen=True)
class Program:
    """What a formula's text says to do.

    Attributes
    ----------
    text : str
        As written.
    ops : tuple of Op
        One after the other; the last leaves the formula's value.
    """

    text: str
    ops: tuple[Op, ...] = field(repr=False, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, each once, in the order of the text."""
        return tuple(dict.fromkeys(str(op.value) for op in self.ops if op.name == "column"))


def program(text: str) -> Program:
    """Return the instructions of a formula.

    Raises
    ------
    FormulaError
        With the place, and what to write there.
    """
    parser = _Parser(text)
    if not text.strip():
        raise FormulaError("the formula is empty", text)
    parser.expression(0)
    parser.end()
    return Program(text, tuple(parser.ops))


class _Parser:
    """Reads words one by one, and writes down instructions as soon as they are complete."""

    def __init__(self, text: str) -> None:
        self.ops: list[Op] = []
        self._text = text
        self._tokens = scan(text)
        self._next = 0
        self._depth = 0

    def expression(self, binds: int) -> None:
        """Read all that binds more strongly than ``binds``."""
        self._depth += 1
        if self._depth > DEEPEST:
            hint = "build it of several columns"
            raise self._error(f"nested deeper than {DEEPEST}", self._peek(), hint)
        self._operand(self._take())
        while self._binds(self._peek()) > binds:
            self._operator(self._take())
        self._depth -= 1

    def end(self) -> None:
        """Require that nothing is left."""
        token = self._peek()
        if token.sort != "end":
            raise self._unexpected(token)

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _emit(self, name: str, token: Token, value: float | str | None = None, n: int = 0) -> None:
        self.ops.append(Op(name, value, n, token.at))
        if len(self.ops) > MOST:
            hint = "build it of several columns"
            raise self._error(f"longer than {MOST} names, values and operators", token, hint)

    def _error(self, message: str, token: Token, hint: str = "") -> FormulaError:
        return FormulaError(message, self._text, token.at, hint)

    def _unexpected(self, token: Token) -> FormulaError:
        if token.value == ")":
            return self._error("a parenthesis is closed that was not opened", token)
        if token.value == ",":
            return self._error("a comma outside of a function", token)
        hint = f"write {_INSTEAD[token.value]}" if token.value in _INSTEAD else ""
        return self._error(f"an operator was expected before {token.shown}", token, hint)

    @staticmethod
    def _binds(token: Token) -> int:
        return _BINDS.get(token.value, -1) if token.sort in ("sign", "word") else -1

    def _operand(self, token: Token) -> None:
        """Read a value, a column, a call, a parenthesis, or a sign and what follows it."""
        match token.sort, token.value:
            case "number", value:
                self._emit("value", token, float(value))
            case "text", value:
                self._emit("value", token, value)
            case "column", value:
                self._emit("column", token, value)
            case "word", "not":
                self.expression(_NOT)
                self._emit("not", token, n=1)
            case "word", value if value not in _OPERATORS:
                self._word(token)
            case "sign", "(":
                self.expression(0)
                self._close(token)
            case "sign", "-":
                self._negative(token)
            case _:
                raise self._error(f"a value was expected, not {token.shown}", token)

    def _word(self, token: Token) -> None:
        if self._peek().value == "(" and self._peek().sort == "sign":
            self._call(token)
        elif token.value in _LITERALS:
            self._emit("value", token, _LITERALS[token.value])
        elif token.value in _INSTEAD:
            hint = f"write {_INSTEAD[token.value]}; a column of that name stands in backticks"
            raise self._error(f"{token.value!r} has no meaning in a formula", token, hint)
        else:
            self._emit("column", token, token.value)

    def _negative(self, token: Token) -> None:
        """Read what follows a sign; a number that is written out takes it on."""
        start = len(self.ops)
        self.expression(_SIGN)
        only = self.ops[-1]
        if len(self.ops) == start + 1 and only.name == "value" and type(only.value) is float:
            self.ops[-1] = Op("value", -only.value, 0, token.at)
        else:
            self._emit("negative", token, n=1)

    def _call(self, token: Token) -> None:
        row = FUNCTIONS.get(token.value)
        if row is None:
            fault = unknown("function", token.value, FUNCTIONS)
            hint = fault.hint if "mean" in fault.hint else "engine list functions names them all"
            if token.value in _INSTEAD:
                hint = f"write {_INSTEAD[token.value]}"
            raise self._error(fault.message, token, hint)
        count = self._arguments(self._take())
        most = None if row.more else len(row.takes)
        if count < row.least or (most is not None and count > most):
            message = f"{token.value} does not take {count} argument{'' if count == 1 else 's'}"
            raise self._error(message, token, f"write {row.usage}")
        self._emit(token.value, token, n=count)

    def _arguments(self, opened: Token) -> int:
        """Read arguments up to the parenthesis that closes; return how many there were."""
        if self._peek().value == ")" and self._peek().sort == "sign":
            self._take()
            return 0
        count = 1
        self.expression(0)
        while self._peek().value == "," and self._peek().sort == "sign":
            self._take()
            self.expression(0)
            count += 1
        self._close(opened)
        return count

    def _close(self, opened: Token) -> None:
        token = self._peek()
        if token.sort == "end":
            hint = "a formula with commas stands in quotes where YAML's { } hold it"
            raise self._error("a parenthesis is not closed", opened, hint)
        if token.value != ")" or token.sort != "sign":
            raise self._unexpected(token)
        self._take()

    def _operator(self, token: Token) -> None:
        """Read what stands after an operator whose left side has been read."""
        name = token.value
        binds = _BINDS[name]
        if name == "in" or name == "not":
            self._membership(token)
        else:
            self.expression(_SIGN if name == "**" else binds)
            self._emit(name, token, n=2)
        if binds == _COMPARES and self._binds(self._peek()) == _COMPARES:
            hint = "write a < b and b < c"
            raise self._error("comparisons do not follow each other", self._peek(), hint)

    def _membership(self, token: Token) -> None:
        """Read ``in (a, b)`` or ``not in (a, b)``."""
        word = self._take() if token.value == "not" else token
        opened = self._take()
        if word.value != "in" or word.sort != "word":
            raise self._error("`in` was expected after `not`", word, "write a not in (1, 2)")
        if opened.value != "(" or opened.sort != "sign":
            raise self._error("a list in parentheses was expected", opened, "write a in (1, 2)")
        count = self._arguments(opened)
        if not count:
            raise self._error("the list is empty", opened)
        self._emit("in", word, n=count + 1)
        if token.value == "not":
            self._emit("not", token, n=1)
