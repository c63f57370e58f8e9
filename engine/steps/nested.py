"""Values that are made of others, as Parquet and Feather may hold them: no column of a model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def told(values: pd.Series[Any]) -> str:
    """Say that a column holds such values; empty where it holds none.

    >>> told(pd.Series([None, [1], [2]])), told(pd.Series(["a", 1]))
    ('holds lists, which no column can hold', '')
    """
    if values.dtype != object:
        return ""
    what = next((found for value in values if (found := _what(value))), "")
    return f"holds {what}, which no column can hold" if what else ""


def _what(value: Any) -> str:
    if isinstance(value, bytes):
        return "bytes"
    if isinstance(value, dict):
        return "objects"
    return "lists" if isinstance(value, list | tuple | set | np.ndarray) else ""
