"""Blocks that look at earlier rows: what they go by, and what a family needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from engine import catalogue
from engine.bundle.column import Column
from engine.contracts import Index, Numbers
from engine.errors import DataError, Fault
from engine.recipe import steps
from engine.recipe.checks.in_features import OFF
from engine.recipe.checks.in_history import FORWARD
from engine.recipe.schema import Family, Features, Recipe
from engine.steps.treatment import Step, Treatment

MEDIAN: Step = ("impute", "median", {})


def looking_back(treatment: Treatment, columns: Sequence[Column], family: Family) -> Treatment:
    """Give a block that looks back the time and the group of its rows; others stay as they are.

    The first rows of a group see nothing: the median stands in for that before the first step that
    takes no missing values, or the family if it takes none.

    Raises
    ------
    DataError
        If the column of ``data.time``, or that of ``by``, is not there to go by.
    """
    back = [step for step in treatment.steps if looks_back(step)]
    if not back:
        return treatment
    rest = tuple(step for step in treatment.steps if not looks_back(step))
    rest = _filled(rest, family.native.missing)
    time = _time(treatment, columns)
    by = _by(treatment, back, columns)
    merged = _merged(back, grouped=by is not None)
    beside = (time,) if by is None else (time, by)
    of = f"of the same {by.name}" if by else "of all"
    named = " and ".join(step[0] for step in back)
    why = f"a block; {named} of earlier rows {of}, in the order of {time.name}"
    return replace(treatment, steps=(*merged, *rest), beside=beside, why=why)


def require_forward(found: Sequence[Treatment], how: str) -> None:
    """Raise DataError if rows are shuffled that a block looks back from."""
    for treatment in found:
        if treatment.beside and how not in FORWARD:
            message = (
                f"looks at earlier rows, which needs folds that go forward, and these are {how}"
            )
            place = f"features.blocks.{treatment.block}"
            raise DataError(Fault(message, place, "leave evaluation.split and order as they are"))


def ties(
    found: Iterable[Treatment], columns: Sequence[Column], numbers: Numbers, rows: Index
) -> list[str]:
    """Say of each block that looks back how many rows share a moment; it may be that ``by`` does
    not tell apart what it should.
    """  # noqa: D205 - one sentence
    position = {column.name: i for i, column in enumerate(columns)}
    texts = []
    for treatment in found:
        places = [position[column.name] for column in treatment.beside]
        count = _shared(numbers[rows][:, places]) if places else 0
        if count:
            time, *by = (column.name for column in treatment.beside)
            of = f"of another of the same {by[0]}" if by else "of another"
            text = f"{count:,} rows have the {time} {of}; they do not see each other, and later"
            block = f"features.blocks.{treatment.block}"
            texts.append(f"{block}: {text} rows see them in the order of the file")
    return list(dict.fromkeys(texts))


def _shared(moments: Numbers) -> int:
    """Return how many rows are equal to another; none that lacks a value is."""
    known = pd.DataFrame(moments).dropna()
    return int(known.duplicated(keep=False).sum())


def advised(fault: Fault, recipe: Recipe) -> Fault:
    """Where groups cannot be kept apart in time, say how a step goes by them without that."""
    group = recipe.data.group
    found = next(looking(recipe), None)
    if fault.where != "data.group" or not (recipe.data.time and found):
        return fault
    place, word, by = found
    step = f"the step `{word}` of {place}"
    hint = f"leave out data.group, and write by: {group} under {step}"
    if by == group:
        hint = f"leave out data.group: {step} goes by {group} without it"
    return replace(fault, hint=hint)


def looking(recipe: Recipe) -> Iterator[tuple[str, str, str | None]]:
    """Yield the block, word and ``by`` of each step that looks back."""
    features = {"features": recipe.features}
    own = {f"model.{name}.features": family.features for name, family in recipe.model.items()}
    for key, part in {**features, **own}.items():
        for name, block in part.blocks.items() if isinstance(part, Features) else ():
            for word, given in block.steps.items():
                if looks_back((word, "", {})) and given not in OFF:
                    by = given.get("by") if isinstance(given, Mapping) else None
                    yield f"{key}.blocks.{name}", word, by


def looks_back(step: Step) -> bool:
    """Whether a step looks at earlier rows."""
    row: Mapping[str, Any] = catalogue.rows("transforms").get(step[0], {})
    return bool(row.get("back"))


def _filled(rest: tuple[Step, ...], native: bool) -> tuple[Step, ...]:
    place = steps.reached_by_missing(rest)
    if place is None or (place == len(rest) and native):
        return rest
    return (*rest[:place], MEDIAN, *rest[place:])


def _merged(back: Sequence[Step], grouped: bool) -> tuple[Step, ...]:
    """Let all look at the block's own columns at once."""
    params: dict[str, Any] = {"lags": (), "windows": ()}
    for name, _, given in back:
        own: Mapping[str, Any] = catalogue.rows("transforms")[name]["params"]
        params |= {**own, **{key: value for key, value in given.items() if key != "by"}}
    return ((back[0][0], "", {**params, "grouped": grouped}),)


def _time(treatment: Treatment, columns: Sequence[Column]) -> Column:
    found = next((column for column in columns if column.role == "time"), None)
    if found is None:
        message = "looks at earlier rows, and the column of data.time is not among those read"
        hint = "name it in data.time, and leave it out of data.drop"
        raise DataError(Fault(message, f"features.blocks.{treatment.block}", hint))
    return found


def _by(treatment: Treatment, back: Sequence[Step], columns: Sequence[Column]) -> Column | None:
    asked = {params["by"]: word for word, _, params in reversed(back) if params.get("by")}
    if not asked:
        return next((column for column in columns if column.role == "group"), None)
    (name, word), *others = asked.items()
    place = f"features.blocks.{treatment.block}.steps.{word}.by"
    if others:
        raise DataError(Fault("lags and windows of one block go by one column", place))
    known = {column.name: column for column in columns}
    if name not in known:
        fault = catalogue.unknown("column", str(name), known)
        raise DataError(Fault(fault.message, place, fault.hint[:300]))
    if known[name].kind == "text":
        message = f"{name!r} is free text, by which no rows are told apart"
        hint = f"name another column, or declare it: data.columns: {{{name}: category}}"
        raise DataError(Fault(message, place, hint))
    return known[name]
