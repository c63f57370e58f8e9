"""Expectations about the values of one column, each a question to all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.bundle.alike import canonical, positions, written
from engine.bundle.declared import Declared, DeclaredKind, converted
from engine.bundle.values import is_number, seconds, shorten, texts
from engine.contracts import Numbers
from engine.errors import DataError
from engine.recipe.expectation import Bound, Missing, Severity, Values
from engine.steps.columns import kind_of
from engine.steps.expected import Asked, Mask, Outcome

MOST_LISTED = 5
DAY = 86_400.0
KINDS = {
    "number": ("is no number", "are no numbers"),
    "integer": ("is no whole number", "are no whole numbers"),
    "date": ("is no date such as 2024-01-31", "are no dates such as 2024-01-31"),
    "boolean": ("is neither true nor false", "are neither true nor false"),
    "text": ("is no text", "are no texts"),
}
_DATED = r"\s*\d{4}-\d{2}"


def outcomes(
    key: str, values: pd.Series[Any], said: Values, otherwise: Severity
) -> Iterator[Outcome]:
    """Yield what comes of each expectation about a column.

    Parameters
    ----------
    key : str
        Where these stand below ``data.expect``.
    values : Series
        Under the rows' numbers in the source, from 0.
    otherwise : {"warn", "fail"}
        The severity of those that do not say so themselves.
    """
    severity = said.severity or otherwise
    column = _Column(values)
    for name, ask in _QUESTIONS.items():
        value = getattr(said, name)
        if value is not None and value is not False:
            asked = Asked(f"{key}.{NAMES.get(name, name)}", severity)
            yield ask(asked, column, said)


class _Column:
    """A column's values, read as numbers and dates once."""

    def __init__(self, values: pd.Series[Any]) -> None:
        self.values = values
        self.present: Mask = values.notna().to_numpy(dtype=bool)
        self.known = int(self.present.sum())
        self.shown = values.to_frame()
        self._numbers: Numbers | None = None
        self._moments: Numbers | None = None

    @property
    def numbers(self) -> Numbers:
        if self._numbers is None:
            found, _ = converted(self.values, Declared("number"))
            self._numbers = found.to_numpy(dtype=np.float64, na_value=np.nan)
        return self._numbers

    @property
    def moments(self) -> Numbers:
        if self._moments is None:
            self._moments = moments(self.values)
        return self._moments

    def broken(self, asked: Asked, broken: Mask, one: str, several: str) -> Outcome:
        what = ("values", one, several)
        return asked.of_rows(broken & self.present, self.known, what, self.shown)


def moments(values: pd.Series[Any]) -> Numbers:
    """Dates as seconds since 1970; a number is none, nor is a text that is not in ISO 8601."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return seconds(values)
    if is_number(values.dtype):
        return np.full(len(values), np.nan)
    codes, uniques = pd.factorize(texts(values))
    distinct = pd.Series(uniques, dtype="str")
    found = np.full(len(distinct), np.nan)
    if (dated := distinct.str.match(_DATED).to_numpy(dtype=bool)).any():
        found[dated] = seconds(distinct[dated].str.strip())
    return np.append(found, np.nan)[codes]


def _type(asked: Asked, column: _Column, said: Values) -> Outcome:
    kind = cast(str, said.type)
    match kind:
        case "number" | "integer":
            wrong = np.isnan(column.numbers)
            if kind == "integer":
                whole = np.isfinite(column.numbers) & (np.floor(column.numbers) == column.numbers)
                wrong = ~whole
        case "date":
            wrong = np.isnan(column.moments)
        case "boolean":
            _, wrong = converted(column.values, Declared(cast(DeclaredKind, kind)))
        case _:
            wrong = np.full(len(column.present), _is_no_text(column.values))
    return column.broken(asked, wrong, *KINDS[kind])


def _is_no_text(values: pd.Series[Any]) -> bool:
    """Whether all values are numbers, dates or truth values."""
    try:
        return bool(values.notna().any()) and kind_of(str(values.name), values) != "category"
    except DataError:  # numbers with texts among them
        return False


def _min(asked: Asked, column: _Column, said: Values) -> Outcome:
    low = cast(Bound, said.min)
    if isinstance(low, str):
        wrong = ~(column.moments >= _moment(low))
        return _beyond(asked, column, wrong, f"earlier than {low}", "date")
    return _beyond(asked, column, ~(column.numbers >= low), f"less than {written(low)}", "number")


def _max(asked: Asked, column: _Column, said: Values) -> Outcome:
    high = cast(Bound, said.max)
    if isinstance(high, str):
        end = _moment(high)
        is_day = len(high.strip()) == len("2024-01-31")
        late = column.moments < end + DAY if is_day else column.moments <= end
        return _beyond(asked, column, ~late, f"later than {high}", "date")
    return _beyond(asked, column, ~(column.numbers <= high), f"more than {written(high)}", "number")


def _beyond(asked: Asked, column: _Column, wrong: Mask, what: str, kind: str) -> Outcome:
    read = column.moments if kind == "date" else column.numbers
    if (np.isnan(read) & column.present).any():
        what = f"{what}, or no {kind}"
    return column.broken(asked, wrong, f"is {what}", f"are {what}")


def _moment(text: str) -> float:
    return float(seconds(pd.Series([text], dtype="str"))[0])


def _one_of(asked: Asked, column: _Column, said: Values) -> Outcome:
    allowed = cast(list[Any], said.one_of)
    wrong = positions(column.values, allowed) < 0
    listed = ", ".join(shorten(value) for value in allowed[:MOST_LISTED])
    more = f" and {len(allowed) - MOST_LISTED:,} more" if len(allowed) > MOST_LISTED else ""
    what = f"none of {listed}{more}"
    return column.broken(asked, wrong, f"is {what}", f"are {what}")


def _matches(asked: Asked, column: _Column, said: Values) -> Outcome:
    codes, uniques = pd.factorize(_as_written(column.values))
    pattern = rf"\A(?:{said.matches})\z"
    distinct = pa.array(uniques, type=pa.large_string(), from_pandas=True)
    found = pc.match_substring_regex(distinct, pattern=pattern).to_numpy(zero_copy_only=False)
    wrong = ~np.append(found.astype(bool), False)[codes]
    what = f"not match {said.matches}"
    return column.broken(asked, wrong, f"does {what}", f"do {what}")


def _unique(asked: Asked, column: _Column, said: Values) -> Outcome:
    again = _as_written(column.values).duplicated().to_numpy(dtype=bool)
    what = "in an earlier row too"
    return column.broken(asked, again, f"stands {what}", f"stand {what}")


def _as_written(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as text; a whole number without the point that it got where some are missing."""
    return canonical(values) if is_number(values.dtype) else texts(values)


def _missing(asked: Asked, column: _Column, said: Values) -> Outcome:
    most = said.missing.max if isinstance(said.missing, Missing) else cast(float, said.missing)
    rows = len(column.present)
    gone = ~column.present
    if gone.sum() <= most * rows:
        return Outcome(asked.key, asked.severity, 0, rows)
    allowed = "none may be" if not most else f"at most {100 * most:.4g}% may be"
    what = f"missing, and {allowed}"
    shown = column.shown[[]]
    return asked.of_rows(gone, rows, ("values", f"is {what}", f"are {what}"), shown)


NAMES = {"one_of": "in"}
_QUESTIONS = {
    "type": _type, "min": _min, "max": _max, "one_of": _one_of, "matches": _matches,
    "unique": _unique, "missing": _missing,
}  # fmt: skip
