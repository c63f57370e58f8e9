"""What there is to say of each column of a data set, and of its rows together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype

from engine.bundle.input import is_number, seconds, shorten, texts
from engine.contracts import Numbers
from engine.report import bins, figure, prose
from engine.report.bins import Bins, short
from engine.statistics.association import correlation_ratio, cramers_v, spearman

MANY_GROUPS = 1000


@dataclass(frozen=True)
class Goal:
    """The column to predict.

    Attributes
    ----------
    classes : tuple of str
        Labels in the order of their codes; empty where the target is a number.
    values : ndarray of shape (rows,)
        Class codes (negative where missing), or values (nan where missing).
    """

    name: str
    task: str
    classes: tuple[str, ...]
    values: NDArray[Any]


@dataclass(frozen=True)
class Kind:
    """What a column is taken for (empty where it is left out, or cannot be used), and why."""

    kind: str
    reason: str


@dataclass(frozen=True)
class Column:
    """A column as the report shows it.

    Attributes
    ----------
    facts : tuple of (label, value)
    strength : float
        How strongly it goes with the target, from 0 to 1; nan where that is not known.
    measure : str
        How the strength was measured.
    counts, against : str
        Figures: how often which values occur, and what the target does over them.
    numbers : ndarray of shape (rows,), optional
        The values of a number or a date.
    over : str
        What the figures go by where it is not the column's own values: the length of free text.
    """

    name: str
    kind: str
    reason: str
    missing: int
    distinct: int
    facts: tuple[tuple[str, str], ...]
    strength: float
    measure: str
    counts: str
    against: str
    numbers: Numbers | None = None
    over: str = ""


def describe(frame: pd.DataFrame, kinds: Mapping[str, Kind], goal: Goal | None) -> list[Column]:
    """Describe every column of a frame.

    Parameters
    ----------
    kinds : mapping
        What each column is taken for, by name.
    goal : Goal, optional
        The target; columns are shown against it.
    """
    return [_column(str(name), values, kinds[str(name)], goal) for name, values in frame.items()]


def _column(name: str, values: pd.Series[Any], kind: Kind, goal: Goal | None) -> Column:
    present = values.notna().to_numpy()
    numbers = _numbers(values, kind)
    plain = values if is_number(values.dtype) else as_written(values)
    distinct = int(plain.nunique())
    drawn, over = prose.lengths(plain) if kind.kind == "text" else (numbers, "")
    facts = (
        prose.facts(plain, drawn, over)
        if drawn is not None and over
        else _facts(numbers, plain, kind)
    )
    shown = 1 < distinct < present.sum() if drawn is None else distinct > 0  # not of names of rows
    against = goal if goal and goal.name != name and shown else None
    strength, measure = _strength(drawn, plain, goal, distinct)
    measure += f" of the {over}" if over and measure else ""
    if goal and goal.name == name:
        strength, measure = float("nan"), "it is the target"
    return Column(
        name, kind.kind, kind.reason, int((~present).sum()), distinct,
        tuple(facts), strength, measure,
        _counts(_bins(drawn, plain, kind, bins.MOST_BARS)) if shown else "",
        _against(_bins(drawn, plain, kind, bins.FEWER_BARS), against) if against else "",
        numbers, over,
    )  # fmt: skip


def as_written(values: pd.Series[Any]) -> pd.Series[Any]:
    """Values as text; true and false as a recipe has them."""
    found = texts(values)
    return found.str.lower() if infer_dtype(values, skipna=True) == "boolean" else found


def _numbers(values: pd.Series[Any], kind: Kind) -> Numbers | None:
    """Return the values of what is a number or a date, also where it is left out."""
    if kind.kind == "date" or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return seconds(values)
    if is_number(values.dtype):
        found: Numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isinf(found), np.nan, found)
    if kind.kind == "number":
        return pd.to_numeric(texts(values), errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return None


def _bins(numbers: Numbers | None, plain: pd.Series[Any], kind: Kind, most: int) -> Bins:
    if numbers is None:
        return bins.of_texts(plain)
    return bins.of_numbers(numbers, kind.kind == "date", most)


def _counts(found: Bins) -> str:
    return figure.bars(found.counts(), found.labels, found.ends)


def _facts(numbers: Numbers | None, plain: pd.Series[Any], kind: Kind) -> list[tuple[str, str]]:
    if numbers is not None:
        known = numbers[np.isfinite(numbers)]
        return _of_numbers(known, kind.kind == "date") if known.size else []
    present = plain.dropna()
    if present.empty:
        return []
    length = present.str.len()
    counts = present.value_counts()
    top = f"{shorten(counts.index[0], 30)} ({counts.iloc[0] / len(present):.1%})"
    found = [("most frequent", top), ("once only", f"{int((counts == 1).sum()):,} values")]
    return [*found, ("letters", f"{int(length.min())} to {int(length.max())}")]


def _of_numbers(known: Numbers, dates: bool) -> list[tuple[str, str]]:
    say = bins.moment if dates else short
    low, quarter, middle, three, high = np.quantile(known, [0, 0.25, 0.5, 0.75, 1])
    found = [("range", f"{say(low)} to {say(high)}"), ("median", say(middle))]
    found.append(("middle half", f"{say(quarter)} to {say(three)}"))
    if dates:
        return found
    zeros, negative = float((known == 0).mean()), float((known < 0).mean())
    with np.errstate(over="ignore"):  # then it is infinite, and said so
        found.append(("mean ± std", f"{short(float(known.mean()))} ± {short(float(known.std()))}"))
    found += [("zeros", f"{zeros:.1%}")] if zeros else []
    return [*found, ("negative", f"{negative:.1%}")] if negative else found


def _strength(
    numbers: Numbers | None, plain: pd.Series[Any], goal: Goal | None, distinct: int
) -> tuple[float, str]:
    """Measure how strongly a column goes with the target."""
    if goal is None or distinct < 2:
        return float("nan"), ""
    if numbers is not None and not goal.classes:
        return spearman(numbers, goal.values.astype(np.float64)), "rank correlation"
    if numbers is not None:
        ranks = np.asarray(pd.Series(numbers).rank(), dtype=np.float64)
        return correlation_ratio(goal.values.astype(np.intp), ranks), "correlation ratio of ranks"
    if distinct > MANY_GROUPS:
        return float("nan"), "too many values to tell"
    codes = pd.factorize(plain)[0].astype(np.intp)
    if goal.classes:
        return cramers_v(codes, goal.values.astype(np.intp)), "Cramér's V"
    return correlation_ratio(codes, goal.values.astype(np.float64)), "correlation ratio"


def _against(found: Bins, goal: Goal) -> str:
    if not goal.classes:
        means = bins.target_means(found, goal.values.astype(np.float64))
        return figure.means(means, found.labels, found.ends)
    table = bins.target_table(found, goal.values, goal.classes)
    return figure.shares(table, found.labels, goal.classes, found.ends)
