"""What says on which side of a split a row stands: columns, times, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import catalogue
from engine.bundle.input import seconds, shorten, texts
from engine.contracts import Fold, Index, Listener, Numbers, Rows, Spacing
from engine.errors import DataError, Fault
from engine.recipe.durations import seconds_of
from engine.recipe.schema import HoldoutColumn, Recipe

TRUE = {"true", "1", "1.0"}
FALSE = {"false", "0", "0.0"}


def named(recipe: Recipe) -> dict[str, str]:
    """Return the columns that only say how rows are split, by their keys."""
    wanted = recipe.evaluation
    marks = wanted.holdout.column if isinstance(wanted.holdout, HoldoutColumn) else None
    found = {"evaluation.fold_column": wanted.fold_column, "evaluation.holdout.column": marks}
    return {key: column for key, column in found.items() if column is not None}


def require_columns(frame: pd.DataFrame, recipe: Recipe) -> None:
    """Refuse a column that is not there."""
    known = [str(name) for name in frame.columns]
    lacking = {key: column for key, column in named(recipe).items() if column not in known}
    faults = [catalogue.unknown("column", name, known, key) for key, name in lacking.items()]
    if faults:
        raise DataError(*(Fault(f.message, f.where, f.hint[:300]) for f in faults))


def read_rows(frame: pd.DataFrame, recipe: Recipe, target: NDArray[Any]) -> Rows:
    """Return what splitters may look at, without the times that the recipe overrules."""
    data, wanted = recipe.data, recipe.evaluation
    groups = _codes(frame[data.group], "data.group") if data.group else None
    time = _time(frame[data.time]) if data.time and wanted.order == "time" else None
    fold = None
    if wanted.fold_column:
        fold = _codes(frame[wanted.fold_column], "evaluation.fold_column", sort=True)
    return Rows(len(frame), target, groups, time, fold)


def _codes(column: pd.Series[Any], key: str, sort: bool = False) -> Index:
    try:
        codes = pd.factorize(column, sort=sort)[0]
    except TypeError:  # numbers and texts: in the order of their texts
        codes = pd.factorize(texts(column), sort=sort)[0]
    _no_hole(codes < 0, column, key)
    return codes


def _time(column: pd.Series[Any]) -> Numbers:
    values: Numbers = (
        column.to_numpy(dtype=np.float64, na_value=np.nan) if _counted(column) else seconds(column)
    )
    _no_hole(~np.isfinite(values), column, "data.time")
    return values


def _counted(column: pd.Series[Any]) -> bool:
    """Whether times are numbers and not dates."""
    return bool(pd.api.types.is_numeric_dtype(column))


def _no_hole(missing: NDArray[np.bool_], column: pd.Series[Any], key: str) -> None:
    if missing.any():
        first = int(np.argmax(missing))
        found = shorten(column.iloc[first]) if pd.notna(column.iloc[first]) else "nothing"
        row = int(column.index[first]) + 1
        message = f"row {row:,} holds {found} in the column {column.name!r}, which every row needs"
        count = int(missing.sum())
        hint = f"mend or leave out {'this row' if count == 1 else f'these {count:,} rows'}"
        raise DataError(Fault(message, key, hint))


def read_spacing(recipe: Recipe, frame: pd.DataFrame) -> Spacing:
    """Return the distances in the units of ``data.time``: its own, or seconds for dates.

    Raises
    ------
    DataError
        If a duration is given where times are numbers, or a number where they are dates.
    """
    data, wanted = recipe.data, recipe.evaluation
    if data.time is None or wanted.order == "random":
        return Spacing()
    counted = _counted(frame[data.time])
    given = {"gap": wanted.gap, "embargo": wanted.embargo, "window": wanted.window}
    found: dict[str, Any] = {}
    for key, value in given.items():
        if value is None or value in ("expanding", "sliding"):
            found |= {key: value} if value else {}
        elif value and isinstance(value, str) == counted:
            raise DataError(_unit(f"evaluation.{key}", value, data.time, counted))
        else:
            found[key] = seconds_of(value) if isinstance(value, str) else float(value)
    return Spacing(**found)


def _unit(key: str, value: str | float, column: str, counted: bool) -> Fault:
    shown = value if isinstance(value, str) else f"{value:g}"
    message = f"it is {shown}, and data.time: {column} holds {'numbers' if counted else 'dates'}"
    example = "a number such as 7" if counted else "a duration such as 7d or 12h"
    return Fault(message, key, f"write {example}")


def marked(frame: pd.DataFrame, held: HoldoutColumn, rows: Rows, spacing: Spacing) -> Fold:
    """Hold out the rows that a column marks; in time, with the spacing between the sides.

    Raises
    ------
    DataError
        If it marks no row, or every one; or if rows that train are not earlier than those held
        out, where time says which are to train.
    """
    aside = texts(frame[held.column]).isin(_written(held.value)).to_numpy(dtype=bool)
    if not aside.any():
        raise DataError(_unmarked(frame[held.column], held))
    train, valid = np.flatnonzero(~aside), np.flatnonzero(aside)
    if rows.time is not None:
        train, valid = _apart(train, valid, rows.time, spacing)
    for index, what in ((train, "to train on"), (valid, "to hold out")):
        if not len(index):
            message = f"the column {held.column!r} leaves no row {what}"
            hint = "name another column or value, or give evaluation.holdout a share"
            raise DataError(Fault(message, "evaluation.holdout", hint))
    return Fold(train, valid)


def _apart(train: Index, valid: Index, time: Numbers, spacing: Spacing) -> tuple[Index, Index]:
    cut = time[valid].min()
    late = int((time[train] >= cut).sum())
    if late:
        message = f"{late:,} rows to train on are not earlier than the first that is held out"
        hint = "mark the latest rows, or overrule time knowingly: evaluation.order=random"
        raise DataError(Fault(message, "evaluation.holdout", hint))
    return train[time[train] + spacing.gap < cut], valid[time[valid] >= cut + spacing.embargo]


def _written(value: str | float | bool) -> list[str]:
    """Return the ways in which a value may be written in a column."""
    text = str(value)
    for same in (TRUE, FALSE):
        if not isinstance(value, str) and text.lower() in same:
            return sorted({*same, *(t.title() for t in same), *(t.upper() for t in same)})
    whole = isinstance(value, int | float) and float(value).is_integer()
    return [text, f"{value:.0f}", f"{value:.1f}"] if whole else [text]


def _unmarked(column: pd.Series[Any], held: HoldoutColumn) -> Fault:
    found = [str(value) for value in texts(column).dropna().unique()]
    listed = ", ".join(shorten(value) for value in found[:5]) + (", ..." if found[5:] else "")
    guess = catalogue.near(str(held.value), found)
    message = f"no row holds {shorten(held.value)} in the column {held.column!r}"
    hint = f"did you mean {shorten(guess)}?" if guess else f"it holds: {listed or 'nothing'}"
    return Fault(message, "evaluation.holdout.value", hint)


def check(
    rows: Rows, outer: Fold, inner: Sequence[Fold], classify: bool, listener: Listener,
    labels: Sequence[Any],
) -> None:  # fmt: skip
    """Refuse folds that let a group stand on both sides, or that leave one class to train on.

    A class that some fold validates and none of its training rows has is told as a notice.
    """
    inside = rows.take(outer.train)
    for number, fold in enumerate(inner, 1):
        _no_group_twice(inside, fold, f"fold {number}")
    _no_group_twice(rows, outer, "the holdout")
    if classify and inside.target is not None:
        _classes(inside.target, inner, listener, labels)


def _no_group_twice(rows: Rows, fold: Fold, which: str) -> None:
    if rows.groups is None:
        return
    both = np.intersect1d(rows.groups[fold.train], rows.groups[fold.valid])
    if len(both):
        message = f"{len(both):,} groups stand on both sides of {which}"
        hint = "let each group have one fold, or leave out data.group"
        raise DataError(Fault(message, "data.group", hint))


def _classes(
    target: NDArray[Any], folds: Sequence[Fold], listener: Listener, labels: Sequence[Any]
) -> None:
    strange: set[int] = set()
    for number, fold in enumerate(folds, 1):
        seen = np.unique(target[fold.train])
        if len(seen) < 2:
            message = f"fold {number} of {len(folds)} trains on the class code {seen[0]} alone"
            hint = "use fewer folds, merge classes, or split by another column"
            raise DataError(Fault(message, "data.target", hint))
        strange |= set(np.setdiff1d(target[fold.valid], seen).tolist())
    if strange:
        listed = ", ".join(shorten(labels[code]) for code in sorted(strange)[:3])
        more = f" and {len(strange) - 3:,} more" if len(strange) > 3 else ""
        classes = f"the class {listed}" if len(strange) == 1 else f"the classes {listed}{more}"
        text = f"a fold validates {classes} and has no such row to train on"
        listener("notice", text=text)


def seeds(seed: int, count: int) -> list[int]:
    """Return a seed for each further repeat, the same whatever their number."""
    return [
        int(np.random.SeedSequence([seed % 2**32, i]).generate_state(1)[0])
        for i in range(1, count + 1)
    ]


def spread(values: NDArray[Any] | None, known: Index, count: int, hole: float) -> Any:
    """Lay the values of known rows out over all rows of the source."""
    if values is None:
        return None
    laid = np.full(count, hole, dtype=values.dtype)
    laid[known] = values
    return laid
