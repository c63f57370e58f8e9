"""What a formula can call: a fixed list, each with what it takes, what it gives, and a sentence.

Operators are functions whose names are signs. What each computes stands under the same name in
:mod:`engine.formula.compute`; here nothing is imported, so that a check is quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "boolean", "date", "text"]
KINDS: tuple[Kind, ...] = ("number", "boolean", "date", "text")
ORDERED: tuple[Kind, ...] = ("number", "date")


@dataclass(frozen=True)
class Function:
    """A function or an operator.

    Attributes
    ----------
    usage : str
        As it is written.
    takes : tuple of str
        For each argument a kind; ``same`` for any kind that all arguments of this mark share,
        ``ordered`` for numbers or dates alike, ``any``. With a leading ``=``, a value that is
        written out: no column.
    gives : str
        A kind, or ``same`` as its arguments.
    about : str
        A sentence.
    least : int
        Arguments needed; those after may be left out.
    more : bool
        Whether the last argument may be repeated.
    loses : str
        Why it may have no value though no argument is missing.
    """

    usage: str
    takes: tuple[str, ...]
    gives: str
    about: str
    least: int
    more: bool
    loses: str

    def wanted(self, position: int) -> str:
        """What the argument at a position has to be."""
        return self.takes[min(position, len(self.takes) - 1)]


def _row(usage: str, takes: str, gives: str, about: str, loses: str = "") -> Function:
    """Read ``number, =text?, same...``: ``?`` may be left out, ``...`` may be repeated."""
    words = takes.split(", ")
    least = sum(not word.endswith("?") for word in words)
    kinds = tuple(word.removesuffix("...").removesuffix("?") for word in words)
    return Function(usage, kinds, gives, about, least, words[-1].endswith("..."), loses)


_LARGE = "a number too large"
_YEARS = "a date outside the years 1 to 9999"

_NUMBERS = (
    _row("abs(x)", "number", "number", "The number without its sign."),
    _row("sign(x)", "number", "number", "-1, 0 or 1."),
    _row("sqrt(x)", "number", "number", "The square root.", "a root of less than zero"),
    _row("exp(x)", "number", "number", "The exponential.", _LARGE),
    _row("log(x)", "number", "number", "The natural logarithm.", "a logarithm of zero or less"),
    _row("log10(x)", "number", "number", "The decimal logarithm.", "a logarithm of zero or less"),
    _row("log1p(x)", "number", "number", "The natural logarithm of 1 + x.",
         "a logarithm of zero or less"),
    _row("sin(x)", "number", "number", "The sine of an angle in radians."),
    _row("cos(x)", "number", "number", "The cosine of an angle in radians."),
    _row("floor(x)", "number", "number", "The whole number at or below."),
    _row("ceil(x)", "number", "number", "The whole number at or above."),
    _row("round(x, digits)", "number, =number?", "number",
         "Rounded, to whole numbers or so many digits; a half goes to the even neighbour."),
    _row("clip(x, low, high)", "number, number, number", "number",
         "At least low and at most high."),
    _row("bin(x, 10, 20, ...)", "number, =number...", "number",
         "How many of the edges are at or below x: 0 below the first."),
    _row("number(x)", "any", "number", "A text read as a number; true as 1 and false as 0.",
         "a text that is no number"),
)  # fmt: skip
_ANY = (
    _row("min(a, b, ...)", "ordered, ordered...", "ordered", "The least number or earliest date."),
    _row("max(a, b, ...)", "ordered, ordered...", "ordered", "The largest number or latest date."),
    _row("where(condition, a, b)", "boolean, same, same", "same",
         "a where the condition is true, b where it is false, missing where it is missing."),
    _row("coalesce(a, b, ...)", "same, same...", "same", "The first that is not missing."),
    _row("is_missing(x)", "any", "boolean", "Whether it is missing: always true or false."),
    _row("missing_if(x, value)", "same, same", "same", "x, but missing where it equals value."),
)  # fmt: skip
_DATES = (
    _row("date(x)", "text", "date", "A text such as 2024-01-31T08:30:00 read as a date.",
         "a text that is no date"),
    _row("make_date(year, month, day)", "number, number, number", "date",
         "The date of a year, month and day.", "a date that does not exist"),
    _row("year(date)", "date", "number", "The year."),
    _row("quarter(date)", "date", "number", "The quarter, 1 to 4."),
    _row("month(date)", "date", "number", "The month, 1 to 12."),
    _row("day(date)", "date", "number", "The day of the month, 1 to 31."),
    _row("day_of_year(date)", "date", "number", "The day of the year, 1 to 366."),
    _row("weekday(date)", "date", "number", "The day of the week: Monday is 0, Sunday 6."),
    _row("hour(date)", "date", "number", "The hour, 0 to 23."),
    _row("minute(date)", "date", "number", "The minute, 0 to 59."),
    _row("second(date)", "date", "number", "The second, with its fraction."),
    _row("days_between(a, b)", "date, date", "number",
         "Days from a to b, with their fraction; negative where b is earlier."),
    _row("hours_between(a, b)", "date, date", "number", "Hours from a to b, with their fraction."),
    _row("seconds_between(a, b)", "date, date", "number", "Seconds from a to b."),
    _row("add_days(date, days)", "date, number", "date", "The date so many days later.", _YEARS),
)  # fmt: skip
_TEXTS = (
    _row("lower(text)", "text", "text", "In small letters."),
    _row("upper(text)", "text", "text", "In capital letters."),
    _row("trim(text)", "text", "text", "Without blanks at both ends."),
    _row("length(text)", "text", "number", "How many letters."),
    _row("contains(text, 'part')", "text, =text", "boolean", "Whether the part stands in it."),
    _row("starts_with(text, 'part')", "text, =text", "boolean", "Whether it begins with the part."),
    _row("ends_with(text, 'part')", "text, =text", "boolean", "Whether it ends with the part."),
    _row("substring(text, first, letters)", "text, =number, =number?", "text",
         "So many letters (all, if not given) from the first on, which is counted from 1."),
    _row("part(text, 'separator', number)", "text, =text, =number", "text",
         "The part of that number, from 1, between separators; missing where there are fewer."),
    _row("replace(text, 'old', 'new')", "text, =text, =text", "text",
         "With each old replaced by new."),
    _row("concat(a, b, ...)", "text, text...", "text", "The texts one after another."),
)  # fmt: skip

FUNCTIONS: Mapping[str, Function] = {
    row.usage.partition("(")[0]: row for row in (*_NUMBERS, *_ANY, *_DATES, *_TEXTS)
}
"""Functions by name, in the order in which they are listed."""

_DIVIDES = "a division by zero"
OPERATORS: Mapping[str, Function] = {
    "+": _row("a + b", "number, number", "number", "The sum.", _LARGE),
    "-": _row("a - b", "number, number", "number", "The difference.", _LARGE),
    "*": _row("a * b", "number, number", "number", "The product.", _LARGE),
    "/": _row("a / b", "number, number", "number", "The quotient.", _DIVIDES),
    "//": _row("a // b", "number, number", "number", "The quotient, rounded down.", _DIVIDES),
    "%": _row("a % b", "number, number", "number", "The rest, of the divisor's sign.", _DIVIDES),
    "**": _row("a ** b", "number, number", "number", "The power.", "a power without a value"),
    "negative": _row("-a", "number", "number", "The number with the other sign."),
    "==": _row("a == b", "same, same", "boolean", "Whether they are equal."),
    "!=": _row("a != b", "same, same", "boolean", "Whether they differ."),
    "<": _row("a < b", "ordered, ordered", "boolean", "Whether a is less, or earlier."),
    "<=": _row("a <= b", "ordered, ordered", "boolean", "Whether a is not more."),
    ">": _row("a > b", "ordered, ordered", "boolean", "Whether a is more, or later."),
    ">=": _row("a >= b", "ordered, ordered", "boolean", "Whether a is not less."),
    "in": _row("a in (1, 2)", "same, =same...", "boolean", "Whether it is one of these."),
    "and": _row("a and b", "boolean, boolean", "boolean", "Whether both are true."),
    "or": _row("a or b", "boolean, boolean", "boolean", "Whether one is true."),
    "not": _row("not a", "boolean", "boolean", "Whether it is false."),
}  # fmt: skip

ALL: Mapping[str, Function] = {**FUNCTIONS, **OPERATORS}


def listed() -> Iterator[dict[str, str]]:
    """Yield what ``engine list functions`` shows of each."""
    for name, row in FUNCTIONS.items():
        yield {"name": name, "about": row.about, "usage": row.usage, "gives": _given(row)}


def _given(row: Function) -> str:
    return {"same": "as given", "ordered": "as given"}.get(row.gives, row.gives)
