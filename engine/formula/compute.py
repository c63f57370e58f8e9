"""What each function and operator computes, on whole columns.

Numbers, truth values (0 and 1) and dates (seconds since 1970, in UTC) are float64 with nan for what
is missing: an array of shape (rows,), or a single value that was written out. Texts are Arrow's
strings with nulls, in the same two forms. Computing over a null gives a null in Arrow, and over a
nan a nan in numpy; what has no value comes out as nan or infinite, which
:mod:`engine.formula.evaluate` makes missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY = 86_400.0
FIRST, LAST = -62_135_596_800.0, 253_402_300_800.0
"""Seconds of the years 1 to 9999."""
TEXT = pa.large_string()
LONGEST_TEXT = 10_000
"""Letters of a text that a formula makes of others."""


def is_text(value: Any) -> bool:
    """Whether a value on the stack is a text or a column of texts."""
    return isinstance(value, pa.Array | pa.Scalar)


def floats(values: Any) -> Floats:
    """Arrow's numbers or truth values as float64, nulls as nan."""
    numbers = pc.cast(values, pa.float64())
    if isinstance(numbers, pa.Scalar):
        return np.float64(np.nan if not numbers.is_valid else numbers.as_py())  # type: ignore[return-value]  # a single one
    return numbers.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def text(value: Any) -> Any:
    """A text; what is missing and of no known kind is nan until it stands beside a text."""
    return value if is_text(value) else pa.scalar(None, TEXT)


def _missing(value: Any) -> Any:
    return floats(pc.is_null(value)) if is_text(value) else np.isnan(value).astype(np.float64)


def _where_known(found: Any, *arguments: Any) -> Any:
    """Truth values as numbers, missing where an argument is."""
    return np.where(reduce(np.logical_or, map(np.isnan, arguments)), np.nan, found)


def _compare(on_numbers: Any, on_texts: Any = None) -> Callable[..., Any]:
    def compare(a: Any, b: Any) -> Any:
        if is_text(a) or is_text(b):
            return floats(on_texts(a, b))
        return _where_known(on_numbers(a, b), a, b)

    return compare


def _in(value: Any, *known: Any) -> Any:
    if is_text(value):
        found = floats(pc.is_in(value, pa.array([k.as_py() for k in known], TEXT)))
        return np.where(floats(pc.is_null(value)) == 1, np.nan, found)
    return _where_known(np.isin(value, [float(k) for k in known]), value)


def _and(a: Any, b: Any) -> Any:
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _or(a: Any, b: Any) -> Any:
    return np.where((a == 1) | (b == 1), 1.0, a + b)


def _where(condition: Any, a: Any, b: Any) -> Any:
    if not (is_text(a) or is_text(b)):
        return np.where(np.isnan(condition), np.nan, np.where(condition == 1, a, b))
    if not np.ndim(condition):
        return pa.scalar(None, TEXT) if np.isnan(condition) else a if condition == 1 else b
    return pc.if_else(pa.array(condition == 1, mask=np.isnan(condition)), a, b)


def _coalesce(*values: Any) -> Any:
    if any(is_text(value) for value in values):
        return pc.coalesce(*values)
    return reduce(lambda a, b: np.where(np.isnan(a), b, a), values)


def _missing_if(value: Any, other: Any) -> Any:
    if is_text(value) or is_text(other):
        same = pc.fill_null(pc.equal(value, other), False)
        return pc.if_else(same, pa.scalar(None, TEXT), value)
    return np.where(value == other, np.nan, value)


def _number(value: Any) -> Any:
    if not is_text(value):
        return value
    return _by_text(value, lambda texts: pd.to_numeric(texts, errors="coerce"))


def _by_text(value: Any, read: Callable[[pd.Series[Any]], Any]) -> Any:
    """Read each different text once."""
    rows = pa.array([value.as_py()], TEXT) if isinstance(value, pa.Scalar) else value
    encoded = rows.dictionary_encode()
    texts = encoded.dictionary.to_pandas().astype("str")
    known = np.append(np.asarray(read(texts), dtype=np.float64), np.nan)
    place = pc.fill_null(encoded.indices, len(texts)).to_numpy(zero_copy_only=False)
    return known[place[0]] if isinstance(value, pa.Scalar) else known[place]


def _round(value: Any, digits: Any = 0) -> Any:
    found = np.round(value, int(digits))
    return np.where(np.isfinite(found), found, value)  # too large to have digits after the point


def _bin(value: Any, *edges: Any) -> Any:
    found = np.searchsorted(np.sort([float(edge) for edge in edges]), value, side="right")
    return _where_known(found, value)


def _date(value: Any) -> Any:
    return _by_text(value, _moments)


def _moments(texts: pd.Series[Any]) -> Floats:
    moments = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
    return seconds(moments.dt.tz_localize(None))


def seconds(moments: pd.Series[Any]) -> Floats:
    """A column of moments as seconds since 1970; nan outside the years 1 to 9999."""
    stamps = moments.to_numpy("datetime64[us]")
    found = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)
    kept: Floats = within_years(found)
    return kept


def within_years(moments: Any) -> Any:
    """Dates, missing outside the years 1 to 9999."""
    return np.where((moments >= FIRST) & (moments < LAST), moments, np.nan)


def _make_date(year: Any, month: Any, day: Any) -> Any:
    good = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    good &= (np.floor(year) == year) & (np.floor(month) == month) & (np.floor(day) == day)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(good, day - 1, 0).astype("timedelta64[D]")
    good &= days.astype("datetime64[M]") == months  # no 30th of February
    return np.where(good, days.astype(np.int64) * DAY, np.nan)


def _calendar(part: Callable[[Any, Any, Any], Any]) -> Callable[[Any], Any]:
    """A part of days, months and years since 1970, missing where the date is."""

    def compute(moment: Any) -> Any:
        whole = np.floor(np.nan_to_num(moment)).astype("datetime64[s]")
        days, months, years = (whole.astype(f"datetime64[{unit}]") for unit in "DMY")
        return _where_known(part(days, months, years), moment)

    return compute


def _clock(unit: float, around: float) -> Callable[[Any], Any]:
    return lambda moment: np.floor(moment % around / unit)


def _substring(value: Any, first: Any, letters: Any = None) -> Any:
    start = int(first) - 1
    stop = None if letters is None else start + int(letters)
    return pc.utf8_slice_codeunits(value, start=start, stop=stop)


def _part(value: Any, separator: Any, number: Any) -> Any:
    place = int(number)
    rows = pa.array([value.as_py()], TEXT) if isinstance(value, pa.Scalar) else value
    parts = pc.split_pattern(rows, pattern=separator.as_py(), max_splits=place)
    there = pc.fill_null(pc.greater_equal(pc.list_value_length(parts), place), False)
    enough = there.to_numpy(zero_copy_only=False)
    found = pc.list_element(parts.filter(there), place - 1)
    found = found.take(pa.array(np.cumsum(enough) - 1, mask=~enough))
    return found[0] if isinstance(value, pa.Scalar) else found


def _pattern(function: Any) -> Callable[[Any, Any], Any]:
    return lambda value, part: floats(function(value, pattern=part.as_py()))


def _replace(value: Any, old: Any, new: Any) -> Any:
    old, new = old.as_py(), new.as_py()
    if len(new) > len(old):
        times = floats(pc.count_substring(value, pattern=old))
        _refuse_long(floats(pc.utf8_length(value)) + times * (len(new) - len(old)))
    return pc.replace_substring(value, pattern=old, replacement=new)


def _concat(*values: Any) -> Any:
    _refuse_long(sum(floats(pc.utf8_length(value)) for value in values))
    return pc.binary_join_element_wise(*values, pa.scalar("", TEXT))


class TooLongError(Exception):
    """A text would be too long; ``row`` is the first such."""

    def __init__(self, row: int, letters: int) -> None:
        self.row, self.letters = row, letters


def _refuse_long(letters: Any) -> None:
    """Refuse, before it is made, a text of more than ``LONGEST_TEXT`` letters."""
    long = np.atleast_1d(letters) > LONGEST_TEXT
    if long.any():
        row = int(np.argmax(long))
        raise TooLongError(row, int(np.atleast_1d(letters)[row]))


COMPUTE: Mapping[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "//": np.floor_divide,
    "%": np.mod, "**": np.power, "negative": np.negative,
    "==": _compare(np.equal, pc.equal), "!=": _compare(np.not_equal, pc.not_equal),
    "<": _compare(np.less), "<=": _compare(np.less_equal),
    ">": _compare(np.greater), ">=": _compare(np.greater_equal),
    "in": _in, "and": _and, "or": _or, "not": lambda a: 1.0 - a,
    "abs": np.abs, "sign": np.sign, "sqrt": np.sqrt, "exp": np.exp, "log": np.log,
    "log10": np.log10, "log1p": np.log1p, "sin": np.sin, "cos": np.cos, "floor": np.floor,
    "ceil": np.ceil, "round": _round,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high), "bin": _bin,
    "number": _number,
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "where": _where, "coalesce": _coalesce, "is_missing": _missing, "missing_if": _missing_if,
    "date": _date, "make_date": _make_date,
    "year": _calendar(lambda days, months, years: years.astype(np.int64) + 1970),
    "quarter": _calendar(lambda days, months, years: months.astype(np.int64) % 12 // 3 + 1),
    "month": _calendar(lambda days, months, years: months.astype(np.int64) % 12 + 1),
    "day": _calendar(lambda days, months, years: (days - months).astype(np.int64) + 1),
    "day_of_year": _calendar(lambda days, months, years: (days - years).astype(np.int64) + 1),
    "weekday": _calendar(lambda days, months, years: (days.astype(np.int64) + 3) % 7),
    "hour": _clock(3600.0, DAY), "minute": _clock(60.0, 3600.0),
    "second": lambda moment: moment % 60.0,
    "days_between": lambda a, b: (b - a) / DAY, "hours_between": lambda a, b: (b - a) / 3600.0,
    "seconds_between": lambda a, b: b - a,
    "add_days": lambda moment, days: within_years(moment + days * DAY),
    "lower": pc.utf8_lower, "upper": pc.utf8_upper, "trim": pc.utf8_trim_whitespace,
    "length": lambda value: floats(pc.utf8_length(value)),
    "contains": _pattern(pc.match_substring), "starts_with": _pattern(pc.starts_with),
    "ends_with": _pattern(pc.ends_with), "substring": _substring, "part": _part,
    "replace": _replace,
    "concat": _concat,
}  # fmt: skip
