"""How differently candidates treat the groups that ``search.most_gap`` names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import catalogue
from engine.bundle.input import texts
from engine.contracts import Index
from engine.errors import DataError, Fault, RecipeError
from engine.recipe.schema import Recipe
from engine.search.aims import Measure, Outcomes
from engine.search.candidate import Trial
from engine.statistics.fairness import GAPS, LEAST
from engine.steps.load import Read
from engine.steps.split import Split

KEY = "search.most_gap"
MOST_GROUPS = 50


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
    for column, limits in recipe.search.most_gap.items():
        groups = _codes(_values(column, dataset).iloc[split.train], column)
        for kind, most in limits.given().items():
            found[f"{kind}({column})"] = most, partial(_gap, kind, groups, split)
    return found


def too_small(recipe: Recipe, split: Split, dataset: Read) -> Iterator[str]:
    """Say which groups have too few rows to be compared."""
    for column in recipe.search.most_gap:
        counts = _values(column, dataset).iloc[split.train].value_counts()
        small = [f"{name} ({rows:,})" for name, rows in counts.items() if 0 < rows < LEAST]
        if small:
            yield f"{KEY}.{column}: too few rows to be compared: {', '.join(small[:5])}"


def _values(column: str, dataset: Read) -> pd.Series[Any]:
    if column in dataset.frame:
        return dataset.frame[column]
    if column not in dataset.facts.given:
        raise DataError(catalogue.unknown("column", column, dataset.facts.given, f"{KEY}.{column}"))
    return dataset.whole([column])[column].loc[dataset.frame.index]


def _codes(values: pd.Series[Any], column: str) -> Index:
    """Number the groups; rows without a value belong to none."""
    codes, names = pd.factorize(texts(values) if values.dtype == object else values)
    large = int((np.bincount(codes[codes >= 0]) >= LEAST).sum())
    key = f"{KEY}.{column}"
    if len(names) > MOST_GROUPS:
        message = f"the column {column!r} has {len(names):,} different values: these are no groups"
        raise RecipeError(Fault(message, key, "name a column of few values"))
    if large < 2:
        message = f"{large} of the groups of {column!r} has {LEAST} rows to learn from, or more"
        raise RecipeError(Fault(message, key, "two at the least are needed to be compared"))
    return np.asarray(codes, dtype=np.intp)


def _gap(kind: str, groups: Index, split: Split, trial: Trial, outcomes: Outcomes) -> float:
    """Compare groups by the predictions of all folds together: those of one have few rows each."""
    y = split.target.values[split.train]
    found = outcomes()
    if not found:
        return float("nan")
    rows = np.concatenate([fold.valid for fold in split.folds])
    said: NDArray[np.bool_] = np.concatenate([outcome.value for outcome in found]) == 1
    return GAPS[kind](y[rows] == 1, said, groups[rows])
