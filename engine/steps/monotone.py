"""Columns with which predictions may only rise, or only fall: by name in a recipe, by place here.

A constraint is on a column of the source. It reaches the model where each step on the way gives
one column for one and keeps the order of values; the transforms' rows say which do (``ordered``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine import catalogue
from engine.bundle.input import Column
from engine.errors import Fault, RecipeError
from engine.recipe.schema import Family
from engine.steps.features import Step, Treatment

SIGNS = {"increasing": 1, "decreasing": -1}
ADDS_COLUMNS = "add_indicator"


def constrain(
    found: Sequence[Treatment], columns: Sequence[Column], name: str, family: Family
) -> tuple[list[Treatment], tuple[int, ...]]:
    """Put constrained columns where their places are known: right behind the categories.

    Returns
    -------
    treatments : list of Treatment
        Those that held constrained columns are parted in two.
    signs : tuple of int
        Of the first columns that the model gets: 1 rises, -1 falls, 0 is free.

    Raises
    ------
    RecipeError
        If a column is not there, is a category, or does not come through as one column.
    """
    if not family.monotone:
        return list(found), ()
    faults = [*_faults(found, columns, name, family)]
    if faults:
        raise RecipeError(*faults)
    native = [treatment for treatment in found if treatment.native]
    others = [treatment for treatment in found if not treatment.native]
    ordered = [part for t in others if (part := _part(t, family.monotone, True)).columns]
    free = [part for t in others if (part := _part(t, family.monotone, False)).columns]
    signs = [0 for treatment in native for _ in treatment.columns]
    signs += [SIGNS[family.monotone[c.name]] for t in ordered for c in t.columns]
    return [*native, *ordered, *free], tuple(signs)


def _part(treatment: Treatment, wanted: Mapping[str, str], constrained: bool) -> Treatment:
    columns = tuple(c for c in treatment.columns if (c.name in wanted) == constrained)
    if not constrained:
        return replace(treatment, columns=columns)
    steps = tuple(
        (step, option, {**params, ADDS_COLUMNS: False} if ADDS_COLUMNS in params else params)
        for step, option, params in treatment.steps
    )
    words = ", ".join(dict.fromkeys(wanted[column.name] for column in columns))
    why = f"{treatment.why}; predictions {words}"
    return replace(treatment, columns=columns, steps=steps, why=why)


def _faults(
    found: Sequence[Treatment], columns: Sequence[Column], name: str, family: Family
) -> list[Fault]:
    known = [column.name for column in columns]
    where = {column.name: treatment for treatment in found for column in treatment.columns}
    faults = []
    for wanted in family.monotone:
        key = f"model.{name}.monotone.{wanted}"
        if wanted not in known:
            fault = catalogue.unknown("column", wanted, known)
            faults.append(Fault(f"{fault.message} to learn from", key, fault.hint[:300]))
        elif wanted not in where:
            hint = "let a block take it, or leave the constraint out"
            faults.append(Fault(f"the column {wanted!r} reaches no model", key, hint))
        elif why := _lost(where[wanted]):
            hint = "let a block bring it there as it is, or leave the constraint out"
            what = f"the column {wanted!r} does not reach {name} as one column in order"
            faults.append(Fault(f"{what}: {why}", key, hint))
    return faults


def _lost(treatment: Treatment) -> str:
    """Say where on the way the order of a column is lost; empty where it is kept."""
    if treatment.native or any(c.kind in ("category", "text") for c in treatment.columns):
        return "categories and texts have no order"
    lost = [step for step in treatment.steps if not _keeps_order(step)]
    return f"`{lost[0][0]}: {lost[0][1]}` stands between" if lost else ""


def _keeps_order(step: Step) -> bool:
    name, option, _ = step
    row = catalogue.rows("transforms").get(name, {})
    return bool(row.get("options", {"": row}).get(option, {}).get("ordered", False))
