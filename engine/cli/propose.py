"""What ``engine init`` proposes to expect of the rows: what holds for them as they are.

Imported only where a file is examined: pandas takes a second.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.bundle.values import is_number, seconds
from engine.cli.draft import Found
from engine.recipe import ranges
from engine.recipe.expectation import Values
from engine.steps.expected import plain
from engine.steps.expecting import outcomes

MOST_LEVELS = 10
SEEN = 5  # times that each level must be seen on average, to be all that there are
EXACT = 1e15

Expected = dict[str, Any]


def expectations(frame: pd.DataFrame, columns: Sequence[Found], unique: str | None) -> Expected:
    """Return by column what holds for its values as they are, ranges rounded outward.

    Parameters
    ----------
    columns : sequence of Found
        Those to look at, and what each is taken for.
    unique : str, optional
        The column that names rows.
    """
    found: Expected = {}
    for column in columns:
        said = dict(_said(frame[column.name], column.kind))
        if column.name == unique:
            said.pop("in", None)
            said["unique"] = True
        if kept := _holding(frame[column.name], said):
            found[column.name] = kept
    return found


def _said(values: pd.Series[Any], kind: str | None) -> Iterator[tuple[str, Any]]:
    known = values.dropna()
    if kind == "number":
        yield from _numbers(pd.to_numeric(known, errors="coerce").to_numpy(np.float64))
    elif kind == "date":
        yield "type", "date"
        first = np.nanmin(seconds(known))
        yield "min", f"{pd.Timestamp(first, unit='s').year:04d}-01-01"
    elif kind == "boolean":
        yield "type", "boolean"
    elif kind == "category" or not is_number(values.dtype):
        levels = [plain(level) for level in known.unique()[: MOST_LEVELS + 1]]
        few = len(levels) <= MOST_LEVELS and len(levels) * SEEN <= len(known)
        if few and all(map(_expressible, levels)):
            yield "in", sorted(levels, key=_order)
        elif not is_number(values.dtype):
            yield "type", "text"
    if len(known) == len(values):
        yield "missing", 0


def _order(level: Any) -> tuple[bool, Any]:
    return isinstance(level, str), level


def _numbers(numbers: np.ndarray[Any, Any]) -> Iterator[tuple[str, Any]]:
    finite = bool(np.isfinite(numbers).all())
    whole = finite and bool((np.floor(numbers) == numbers).all())
    yield "type", "integer" if whole else "number"
    if finite and np.abs(numbers).max() < EXACT:
        low, high = outward(float(numbers.min()), float(numbers.max()))
        yield "min", low
        yield "max", high


def outward(low: float, high: float) -> tuple[int | float, int | float]:
    """Round the ends of a range outward, to the leading digit of its width.

    >>> outward(18.0, 97.0), outward(0.013, 0.29), outward(-3.2, 1204.0), outward(7.0, 7.0)
    ((10, 100), (0, 0.3), (-1000, 2000), (7, 7))
    """
    width = high - low
    if not width:
        return _short(low), _short(high)
    power = math.floor(math.log10(width))
    step = 10.0**power
    below = round(math.floor(low / step) * step, -power)
    above = round(math.ceil(high / step) * step, -power)
    return _short(min(below, low)), _short(max(above, high))  # where the step is lost in rounding


def _short(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def least_rows(rows: int) -> int:
    """Round a number of rows down to its leading digit.

    >>> least_rows(344), least_rows(60), least_rows(7)
    (300, 60, 7)
    """
    step: int = 10 ** (len(str(rows)) - 1)
    return rows // step * step


def _expressible(value: Any) -> bool:
    """Whether a recipe can hold a value as it is."""
    if not isinstance(value, str):
        return True
    return "${" not in value and value != "???" and not ranges.is_range(value)


def _holding(values: pd.Series[Any], said: Mapping[str, Any]) -> Expected:
    """Leave out what does not hold after all."""
    made = Values.model_validate(dict(said))
    asked = outcomes("", values, made, "warn")
    broken = {found.key.removeprefix(".") for found in asked if found.broken}
    return {name: value for name, value in said.items() if name not in broken}
