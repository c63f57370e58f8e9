"""How much each row counts when a model is fitted: by its column, and by its class.

Weights act in fitting, and in what early stopping watches. Metrics count every row once: a score
then says the same with and without them, and means what the metric's name says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.input import shorten
from engine.catalogue import near
from engine.contracts import Index, Numbers
from engine.errors import DataError, Fault
from engine.recipe.schema import Family, Recipe
from engine.steps.target import Target

KEY = "data.weight"


def read(frame: pd.DataFrame, recipe: Recipe, known: Index) -> Numbers | None:
    """Return the weights of all rows, 0 where a row has no target; None where there are none.

    Raises
    ------
    DataError
        If a row with a target has no weight, or one that is not a number from 0.
    """
    name = recipe.data.weight
    if name is None:
        return None
    column = frame[name].iloc[known]
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        raise DataError(_wrong(column, wrong))
    if not values.any():
        hint = "leave out data.weight, or mend the column"
        raise DataError(Fault(f"all weights in the column {name!r} are 0", KEY, hint))
    weights = np.zeros(len(frame))
    weights[known] = values
    return weights


def _wrong(column: pd.Series[Any], wrong: NDArray[np.bool_]) -> Fault:
    first = int(np.argmax(wrong))
    found = shorten(column.iloc[first]) if pd.notna(column.iloc[first]) else "nothing"
    row = int(column.index[first]) + 1
    message = f"the column {column.name!r} must hold numbers from 0 to weigh rows by, but"
    count = int(wrong.sum())
    hint = f"mend or leave out {'this row' if count == 1 else f'these {count:,} rows'}"
    return Fault(f"{message} row {row:,} holds {found}", KEY, hint)


def of(family: Family, weights: Numbers | None, target: Target, rows: Index) -> Numbers | None:
    """Return the weights that a family is fitted with on some rows; None where all count alike.

    With ``balanced``, each class weighs the same in all, by the rows' own weights. Their mean is
    1: what they are to each other matters, and not their unit, which would act on penalties.
    """
    found = None if weights is None else weights[rows]
    if family.class_weight is not None and target.classes:
        codes = target.values[rows].astype(np.intp)
        start: Numbers = np.ones(len(rows)) if found is None else found
        found = start * _by_class(family, codes, start, target)[codes]
    if found is None:
        return None
    mean = float(found.mean())
    return found / mean if mean > 0 else found


def _by_class(family: Family, codes: Index, start: Numbers, target: Target) -> Numbers:
    if not isinstance(family.class_weight, dict):  # balanced
        sums = np.bincount(codes, start, minlength=len(target.classes))
        there = sums > 0
        return np.where(there, sums.sum() / (there.sum() * np.where(there, sums, 1)), 0.0)
    return _given(family.class_weight, target)


def _given(given: Mapping[str, float], target: Target) -> Numbers:
    """Return the weight of each class; 1 where the recipe names none."""
    return np.array([float(given.get(text(label), 1.0)) for label in target.classes])


def weighing(family: Family, target: Target) -> int:
    """Return how many classes weigh more than 0."""
    if not isinstance(family.class_weight, dict):
        return len(target.classes)
    return int((_given(family.class_weight, target) > 0).sum())


def text(label: Any) -> str:
    """A label as a recipe's keys have it: truth values in small letters."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def unknown_class(name: str, family: Family, target: Target) -> Fault | None:
    """Say which class of ``class_weight`` the target does not have, if there is one."""
    if not isinstance(family.class_weight, dict):
        return None
    known = [text(label) for label in target.classes]
    for label in family.class_weight:
        if label not in known:
            guess = near(label, known)
            hint = (
                f"did you mean {guess!r}?" if guess else f"the classes are {', '.join(known[:9])}"
            )
            where = f"model.{name}.class_weight.{label}"
            return Fault(f"no row has the class {label!r}", where, hint)
    return None
