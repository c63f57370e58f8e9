"""How raw values are looked at, whatever type their column has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from engine.contracts import Numbers

LARGEST = float(np.finfo(np.float32).max)


def texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as text, missing ones as missing."""
    if isinstance(values.dtype, pd.StringDtype):
        return values
    return values.astype("str").where(values.notna())


def seconds(values: pd.Series[Any]) -> Numbers:
    """Dates (or texts in ISO 8601) as seconds since 1970, in UTC where they carry a zone."""
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = texts(values)
    moments = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True)
    stamps = moments.dt.tz_localize(None).to_numpy("datetime64[us]")
    found: Numbers = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)
    return found


def is_number(dtype: Any) -> bool:
    """Whether a column of this type holds real numbers; pandas counts truth values among them."""
    kinds = pd.api.types
    real = kinds.is_numeric_dtype(dtype) and not kinds.is_complex_dtype(dtype)
    return real and not kinds.is_bool_dtype(dtype)


def shorten(value: object, width: int = 40) -> str:
    """A value as a message may quote it."""
    text = repr(str(value))
    return text if len(text) <= width else f"{text[: width - 3]}..."


def mapped(values: pd.Series[Any], codes: Mapping[str, float]) -> Numbers:
    """The code of each text; nan where it has none."""
    position = pd.Index(list(codes), dtype=str).get_indexer(values)  # type: ignore[arg-type]  # stubs
    table = np.array([*codes.values(), np.nan])
    found: Numbers = table[position]
    return found


def finite(numbers: Numbers) -> Numbers:
    """Numbers with nan for those that single precision, which trees compute in, cannot hold."""
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def plain_numbers(values: pd.Series[Any]) -> Numbers:
    """Numbers, infinite ones as they are; truth values and dates are none."""
    if not is_number(values.dtype):
        values = pd.to_numeric(texts(values), errors="coerce")
    return values.to_numpy(dtype=np.float64, na_value=np.nan)
