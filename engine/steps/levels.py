"""The constant that fills a category: one of its levels, or a level of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.bundle.column import Column
from engine.errors import DataError, Fault
from engine.recipe import ranges
from engine.steps.treatment import Step, Treatment

WIDENS = ("lags", "rolling", "missing_indicator")
"""Steps that give more columns than they get."""
MISSING = "missing"
"""The level that is made where a recipe names none."""


def coded(treatment: Treatment) -> Treatment:
    """Turn the constants of a block into numbers, where need be one for each column.

    Raises
    ------
    DataError
        If a column of numbers would be filled with a text.
    """
    return replace(treatment, steps=tuple(_of_step(s, treatment) for s in treatment.steps))


def _of_step(step: Step, treatment: Treatment) -> Step:
    if step[:2] != ("impute", "constant"):
        return step
    place = f"features.blocks.{treatment.block}.steps.impute"
    value = next(iter(step[2].values()), None)
    new = max((len(column.levels) for column in treatment.columns), default=0)
    values = [_code(value, column, new, place) for column in treatment.columns]
    if len(set(values)) == 1:
        return (*step[:2], {"value": values[0]})
    if wide := [name for name, *_ in treatment.steps if name in WIDENS]:
        message = f"{value!r} is another level in each column, and `{wide[0]}` adds columns"
        raise DataError(Fault(message, place, "give each column a block of its own"))
    return (*step[:2], {"value": values})


def _code(value: Any, column: Column, new: int, place: str) -> float:
    if column.kind == "category":
        level = MISSING if value is None else ranges.label(value)
        return float(column.levels.index(level) if level in column.levels else new)
    if isinstance(value, str):
        message = f"{column.name!r} is a {column.kind}, and cannot be filled with {value!r}"
        hint = "give categories a block of their own, or fill with a number"
        raise DataError(Fault(message, place, hint))
    return float(value or 0)
