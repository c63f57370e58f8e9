"""Read the values of a column as the kind that the recipe declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.alike import canonical
from engine.bundle.values import is_number, seconds, texts
from engine.contracts import Numbers

DeclaredKind = Literal["number", "category", "date", "boolean", "text"]
Unit = Literal["s", "ms", "us", "ns"]
TRUTH = {
    "true": 1.0, "yes": 1.0, "y": 1.0, "t": 1.0, "on": 1.0, "1": 1.0, "1.0": 1.0,
    "false": 0.0, "no": 0.0, "n": 0.0, "f": 0.0, "off": 0.0, "0": 0.0, "0.0": 0.0,
}  # fmt: skip
PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
EXPECTED = {
    "number": "a number",
    "date": "a date such as 2024-01-31",
    "boolean": "true or false",
    "category": "a text",
    "text": "a text",
}
_LAST = 253402300800.0  # the year 10000, in seconds since 1970


@dataclass(frozen=True)
class Declared:
    """What the values of a column are to be read as.

    Attributes
    ----------
    kind : {"number", "category", "date", "boolean", "text"}
    format : str, optional
        How dates are written, in the codes of ``strptime``; ISO 8601 where it is not given.
    unit : {"s", "ms", "us", "ns"}, optional
        Dates are numbers: so many of these since 1970.
    invalid : {"fail", "missing"}
        What becomes of a value that is not of the kind.
    """

    kind: DeclaredKind
    format: str | None = None
    unit: Unit | None = None
    invalid: Literal["fail", "missing"] = "fail"

    @property
    def expected(self) -> str:
        """What a value is to be, in words."""
        if self.format:
            return f"a date written as {self.format}"
        if self.unit:
            return f"a date as a number of {self.unit} since 1970"
        return EXPECTED[self.kind]


def converted(
    values: pd.Series[Any], declared: Declared
) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Return the values as their kind, and which of them are none of it (they are missing then)."""
    found = _READERS[declared.kind](values, declared)
    wrong = found.isna().to_numpy() & values.notna().to_numpy()
    return found, wrong


def _number(values: pd.Series[Any], declared: Declared) -> pd.Series[Any]:
    if is_number(values.dtype):
        return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _series(values, np.full(len(values), np.nan))
    numbers = pd.to_numeric(texts(values), errors="coerce")
    return _series(values, numbers.to_numpy(dtype=np.float64, na_value=np.nan))


def _text(values: pd.Series[Any], declared: Declared) -> pd.Series[Any]:
    return canonical(values)


def _boolean(values: pd.Series[Any], declared: Declared) -> pd.Series[Any]:
    if values.dtype == bool:
        return values
    codes, uniques = pd.factorize(texts(values))
    words = pd.Series(uniques, dtype="str").str.strip().str.lower()
    table = np.array([*(_truth(word) for word in words), None], dtype=object)
    found = pd.Series(table[codes], index=values.index, name=values.name, dtype=object)
    return found if found.isna().any() else found.astype(bool)


def _truth(word: str) -> bool | None:
    return bool(TRUTH[word]) if word in TRUTH else None


def _date(values: pd.Series[Any], declared: Declared) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        found = seconds(values)
    elif declared.unit:
        since = _number(values, declared).to_numpy(dtype=np.float64, na_value=np.nan)
        found = since / PER_SECOND[declared.unit]
    elif declared.format:
        found = _formatted(values, declared.format)
    else:
        found = seconds(canonical(values) if is_number(values.dtype) else texts(values).str.strip())
    with np.errstate(invalid="ignore"):
        known = np.isfinite(found) & (np.abs(found) < _LAST)
    stamps = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    stamps[known] = np.round(found[known] * 1e6).astype(np.int64).astype("datetime64[us]")
    return _series(values, stamps)


def _formatted(values: pd.Series[Any], form: str) -> Numbers:
    """Dates in a format; a number with decimals has lost its zeros when it was read, and is none.

    ``10.20`` is no text any more where a whole column of such was read as numbers.
    """
    text = canonical(values) if is_number(values.dtype) else texts(values).str.strip()
    if is_number(values.dtype):
        text = text.where(~text.str.contains(".", regex=False, na=False))
    codes, uniques = pd.factorize(text)
    try:
        dates = pd.to_datetime(
            pd.Series(uniques, dtype="str"), format=form, errors="coerce", utc=True
        )
    except ValueError:  # of the format, or a zone that differs between values
        return np.full(len(values), np.nan)
    return np.append(seconds(dates), np.nan)[codes]


def _series(values: pd.Series[Any], found: NDArray[Any]) -> pd.Series[Any]:
    return pd.Series(found, index=values.index, name=values.name)


_READERS = {
    "number": _number, "category": _text, "text": _text, "boolean": _boolean, "date": _date,
}  # fmt: skip
