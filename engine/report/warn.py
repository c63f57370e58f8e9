"""What somebody should look at before learning from a data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.bundle.input import is_number, shorten
from engine.contracts import Numbers
from engine.report.describe import Column, Goal

MOSTLY_MISSING = 0.5
NEARLY_ALL = 0.99
GIVES_AWAY = 0.98
RARE = 0.01
ALIKE = 0.95
FAR = 10  # so many times the middle half's width beyond it
STANDS_FOR_MISSING = ("?", "-", "--", "unknown", "missing", "none", "null", "na", "n/a", "nan", "")
NUMBERS_FOR_MISSING = (-1.0, -9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99999.0)

Warned = tuple[str, str]  # the column (empty: all of it) and what was found


def of_columns(frame: pd.DataFrame, columns: Sequence[Column], goal: Goal | None) -> list[Warned]:
    """Return what was found in single columns, in their order."""
    found: list[Warned] = []
    for position, column in enumerate(columns):
        values = frame.iloc[:, position]
        texts = [*_emptiness(column, len(frame)), *_values(column, values)]
        if goal and column.strength >= GIVES_AWAY:
            texts.append(
                f"gives the target away: {column.measure} {column.strength:.3f}; would it be "
                "known when a prediction is wanted?"
            )
        found += [(column.name, text) for text in texts]
    return found


def of_rows(frame: pd.DataFrame) -> list[Warned]:
    """Return what was found in rows as a whole."""
    repeated = int(frame.duplicated().sum())
    if not repeated:
        return []
    share = repeated / len(frame)
    return [("", f"{repeated:,} rows ({share:.1%}) repeat an earlier one in every column")]


def of_target(goal: Goal) -> Iterator[Warned]:
    """Yield what was found in the target."""
    if not goal.classes:
        lacking = int(np.isnan(goal.values.astype(np.float64)).sum())
    else:
        lacking = int((goal.values < 0).sum())
        counts = np.bincount(goal.values[goal.values >= 0].astype(np.intp))
        shares = counts / max(1, counts.sum())
        for label, share in zip(goal.classes, shares, strict=False):
            if share < RARE:
                yield goal.name, f"the class {shorten(label)} has only {share:.2%} of the rows"
    if lacking:
        yield goal.name, f"{lacking:,} rows have no target"


def of_pairs(names: Sequence[str], matrix: Numbers) -> list[Warned]:
    """Return the pairs of numbers that say nearly the same."""
    rows, columns = np.where(np.triu(np.abs(matrix) >= ALIKE, k=1))
    return [
        (names[i], f"says nearly the same as {names[j]!r}: rank correlation {matrix[i, j]:.3f}")
        for i, j in zip(rows, columns, strict=True)
    ]


def _emptiness(column: Column, rows: int) -> Iterator[str]:
    if column.missing == rows:
        yield "holds no value at all"
    elif column.missing >= MOSTLY_MISSING * rows:
        yield f"is missing in {column.missing / rows:.1%} of the rows"
    if column.distinct == 1 and column.missing < rows:
        yield "always holds the same value"
    elif not column.kind and column.distinct > 1:
        yield f"cannot be learnt from as it is: {column.reason}"


def _values(column: Column, values: pd.Series[Any]) -> Iterator[str]:
    if is_number(values.dtype):
        infinite = int(np.isinf(values.to_numpy(dtype=np.float64, na_value=np.nan)).sum())
        if infinite:
            yield f"holds {infinite:,} infinite values"
    elif column.kind == "number":
        yield "numbers stored as text"
    if column.numbers is not None:
        yield from _odd_numbers(column, column.numbers) if column.kind == "number" else ()
    elif column.distinct > 1:
        yield from _odd_texts(values)


def _odd_numbers(column: Column, numbers: Numbers) -> Iterator[str]:
    known = numbers[np.isfinite(numbers)]
    if not known.size or column.distinct < 2:
        return
    quarter, three = np.quantile(known, [0.25, 0.75])
    for code in NUMBERS_FOR_MISSING:
        count = int((known == code).sum())
        alone = count > 1 and code in (known.min(), known.max())
        others = known[known != code]
        if alone and others.size and abs(code - np.median(others)) > 3 * (np.ptp(others) or 1):
            yield f"{count:,} values are {code:g}, which may stand for a missing one"
            known = others
    most = float((known == np.median(known)).mean())  # what nearly all are is the median
    if most >= NEARLY_ALL:
        yield f"{most:.1%} of its values are the same"
    far = int((np.abs(known - np.median(known)) > FAR * (three - quarter)).sum())
    if three > quarter and far:
        lie = "value lies" if far == 1 else "values lie"
        yield f"{far:,} {lie} more than {FAR} times the middle half's width from the median"


def _odd_texts(values: pd.Series[Any]) -> Iterator[str]:
    counts = values.dropna().astype("str").value_counts()
    if counts.empty:
        return
    words = counts.index.to_series()
    if counts.iloc[0] >= NEARLY_ALL * counts.sum():
        yield f"{counts.iloc[0] / counts.sum():.1%} of its values are the same"
    for word in words[words.str.strip().str.lower().isin(STANDS_FOR_MISSING)]:
        yield f"{int(counts[word]):,} values are {word!r}, which may stand for a missing one"
    blanks = int(counts[(words != words.str.strip()).to_numpy()].sum())
    if blanks:
        yield f"{blanks:,} values begin or end with a blank"
    folded = words.str.strip().str.lower()
    if folded.nunique() < len(words):
        twice = words[folded.duplicated(keep=False).to_numpy()]
        yield f"values differ only in case or blanks, as {', '.join(map(shorten, twice.iloc[:2]))}"
