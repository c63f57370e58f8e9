"""How differently candidates treat the groups that ``search.most_gap`` names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import catalogue
from engine.bundle.input import texts
from engine.contracts import Index, Predicted
from engine.errors import DataError, Fault, RecipeError
from engine.recipe.schema import Recipe
from engine.search.aims import Measure, Outcomes
from engine.search.candidate import Trial
from engine.statistics.fairness import GAPS, LEAST
from engine.steps.load import Read
from engine.steps.split import Split

KEY = "search.most_gap"
MOST_GROUPS = 50
NEARLY_ALL = 0.97  # of the rows predicted alike, from which on that is told
COMPARED = {
    "demographic_parity": ("rows",),
    "equal_opportunity": ("positive rows",),
    "equalized_odds": ("positive rows", "rows that are not positive"),
}


def measures(recipe: Recipe, split: Split, dataset: Read) -> dict[str, tuple[float, Measure]]:
    """Return by name of a gap the most that is allowed, and what measures it out of fold.

    Raises
    ------
    RecipeError
        If the target has not two classes, or a column no groups that can be compared.
    """
    if recipe.search.most_gap and split.target.task != "binary":
        message = "groups are compared by the shares that are predicted positive, and the target "
        fault = Fault(f"{message}makes this {split.target.task}", KEY, "leave it out")
        raise RecipeError(fault)
    found: dict[str, tuple[float, Measure]] = {}
    columns = _columns(recipe, dataset)
    for column, limits in recipe.search.most_gap.items():
        groups = _codes(columns[column].iloc[split.train], column)
        for kind, most in limits.given().items():
            for what, rows in _compared(kind, split).items():
                _require_two(groups[rows], column, what)
            found[f"{kind}({column})"] = most, partial(_gap, kind, groups, split)
    return found


def too_small(recipe: Recipe, split: Split, dataset: Read) -> Iterator[str]:
    """Say which groups have too few rows to be compared."""
    columns = _columns(recipe, dataset)
    for column, limits in recipe.search.most_gap.items():
        values = columns[column].iloc[split.train]
        parts = {w: r for kind in limits.given() for w, r in _compared(kind, split).items()}
        for what, rows in parts.items():
            counts = values.iloc[rows].value_counts().reindex(values.dropna().unique())
            small = [f"{n} ({c:,})" for n, c in counts.fillna(0).astype(int).items() if c < LEAST]
            if small:
                shown = ", ".join(small[:5])
                yield f"{KEY}.{column}: too few {what} to be compared: {shown}"


def of_one_class(recipe: Recipe, predictions: Sequence[Predicted]) -> list[str]:
    """Say that groups are alike only because nearly all rows are predicted alike."""
    said = np.concatenate([one.value for one in predictions]) == 1
    most = max(said.mean(), 1 - said.mean())
    if not recipe.search.most_gap or most < NEARLY_ALL:
        return []
    word = "positive" if said.mean() > 1 / 2 else "not positive"
    return [f"{KEY}: what comes out predicts {most:.0%} of all rows as {word}: groups are alike "
            "that way, and little is told apart"]  # fmt: skip


def _compared(kind: str, split: Split) -> dict[str, Index]:
    """Return the rows that groups are compared by, each once, by what they are called."""
    rows = np.unique(np.concatenate([fold.valid for fold in split.folds]))
    positive = split.target.values[split.train][rows] == 1
    parts = {
        "rows": rows, "positive rows": rows[positive], "rows that are not positive": rows[~positive]
    }  # fmt: skip
    return {what: parts[what] for what in COMPARED[kind]}


def _columns(recipe: Recipe, dataset: Read) -> dict[str, pd.Series[Any]]:
    """Return the columns of groups; the source is read once for those that are not learnt from."""
    frame, given = dataset.frame, dataset.facts.given
    others = [column for column in recipe.search.most_gap if column not in frame]
    for column in others:
        if column not in given:
            raise DataError(catalogue.unknown("column", column, given, f"{KEY}.{column}"))
    found = dataset.whole(others).loc[frame.index] if others else frame
    return {name: (found if name in others else frame)[name] for name in recipe.search.most_gap}


def _codes(values: pd.Series[Any], column: str) -> Index:
    """Number the groups; rows without a value belong to none."""
    codes, names = pd.factorize(texts(values) if values.dtype == object else values)
    if len(names) > MOST_GROUPS:
        message = f"the column {column!r} has {len(names):,} different values: these are no groups"
        raise RecipeError(Fault(message, f"{KEY}.{column}", "name a column of few values"))
    return np.asarray(codes, dtype=np.intp)


def _require_two(groups: Index, column: str, what: str) -> None:
    """Refuse a limit of which nothing could be known, and which would hold nobody to anything."""
    large = int((np.bincount(groups[groups >= 0]) >= LEAST).sum())
    if large < 2:
        message = f"{large} of the groups of {column!r} has {LEAST} {what} to learn from, or more"
        hint = "two at the least are needed to be compared"
        raise RecipeError(Fault(message, f"{KEY}.{column}", hint))


def _gap(kind: str, groups: Index, split: Split, trial: Trial, outcomes: Outcomes) -> float:
    """Compare groups by the predictions of all folds together: those of one have few rows each."""
    y = split.target.values[split.train]
    found = outcomes()
    if not found:
        return float("nan")
    rows = np.concatenate([fold.valid for fold in split.folds])
    said: NDArray[np.bool_] = np.concatenate([outcome.value for outcome in found]) == 1
    return GAPS[kind](y[rows] == 1, said, groups[rows], LEAST * split.repeats)
