"""Rows put into a few bars: ranges of numbers or of time, or the most frequent values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.contracts import Numbers

MOST_BARS = 40
FEWER_BARS = 16  # where each has to hold enough rows for a mean
MOST_VALUES = 15
OTHERS = "all others"


@dataclass(frozen=True)
class Bins:
    """Where each row falls.

    Attributes
    ----------
    codes : ndarray of int, of shape (rows,)
        The bar of each row; -1 where the value is missing.
    labels : tuple of str
        What each bar stands for.
    ends : pair of str
        What stands below the first and the last bar.
    """

    codes: NDArray[np.intp]
    labels: tuple[str, ...]
    ends: tuple[str, str]

    def counts(self) -> list[int]:
        """Number of rows in each bar."""
        known = self.codes[self.codes >= 0]
        return [int(n) for n in np.bincount(known, minlength=len(self.labels))]


def of_numbers(values: Numbers, dates: bool = False, most: int = MOST_BARS) -> Bins:
    """Cut numbers (or seconds since 1970) into at most so many ranges of equal width.

    The outermost two percent stand in the first and the last bar where they would otherwise
    squeeze all others together.
    """
    known = values[np.isfinite(values)]
    low, high = _bounds(known)
    whole = not dates and np.array_equal(known, np.round(known))
    each = whole and high - low < most  # a bar for each number
    count, margin = (int(high - low) + 1, 0.5) if each else (most, 0.0)
    edges = np.linspace(low - margin, high + margin, count + 1)
    inner = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, count - 1)
    codes = np.where(np.isfinite(values), inner, -1).astype(np.intp)
    names = [moment(edge) if dates else short(edge) for edge in edges]
    if each:
        labels = [short(low + i) for i in range(count)]
        return Bins(codes, tuple(labels), (labels[0], labels[-1]))
    labels = [f"{a} to {b}" for a, b in pairwise(names)]
    return Bins(codes, tuple(labels), (names[0], names[-1]))


def of_texts(values: pd.Series[Any]) -> Bins:
    """Take the most frequent values, and all others together."""
    codes, levels = pd.factorize(values)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    leading = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    labels = [str(levels[code]) for code in leading]
    place = np.full(len(levels) + 1, len(labels), dtype=np.intp)
    place[leading] = np.arange(len(leading))
    place[-1] = -1  # where a code of -1 points
    if len(levels) > len(leading):
        labels.append(f"{OTHERS} ({len(levels) - len(leading):,})")
    return Bins(place[codes], tuple(labels), (labels[0], labels[-1] if len(labels) > 1 else ""))


def _bounds(known: Numbers) -> tuple[float, float]:
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    inner_low, inner_high = (float(x) for x in np.quantile(known, [0.01, 0.99]))
    if inner_high > inner_low and (high - low) > 3 * (inner_high - inner_low):
        return inner_low, inner_high
    return (low, high) if high > low else (low, low + 1.0)


def moment(seconds: float) -> str:
    """A date for people."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return short(seconds)


def short(value: float) -> str:
    """A number in a few letters.

    >>> short(1234567.0), short(0.000123456), short(2024.0)
    ('1,234,567', '0.0001235', '2024')
    """
    if float(value).is_integer() and abs(value) < 1e9:
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.0f}" if 10_000 <= abs(value) < 1e9 else f"{value:.4g}"


def target_means(bins: Bins, target: Numbers) -> list[float]:
    """Mean of the target in each bar; nan where there is none."""
    known = (bins.codes >= 0) & np.isfinite(target)
    counts = np.bincount(bins.codes[known], minlength=len(bins.labels))
    sums = np.bincount(bins.codes[known], weights=target[known], minlength=len(bins.labels))
    with np.errstate(invalid="ignore", divide="ignore"):
        return [float(mean) for mean in sums / counts]


def target_table(bins: Bins, target: NDArray[Any], classes: Sequence[str]) -> Numbers:
    """Rows of each class in each bar, of shape (bars, classes)."""
    known = (bins.codes >= 0) & (target >= 0)
    crossed = bins.codes[known] * len(classes) + target[known].astype(np.intp)
    counts = np.bincount(crossed, minlength=len(bins.labels) * len(classes))
    return counts.reshape(len(bins.labels), len(classes)).astype(np.float64)
