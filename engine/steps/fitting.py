"""What a family cannot learn from: said once, before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.errors import Fault, RecipeError
from engine.recipe import abilities, objectives
from engine.recipe.checks import in_families
from engine.recipe.metric.read import read
from engine.recipe.schema import Family, Recipe
from engine.steps import held, measures, weights
from engine.steps.split import Split

KIND = {True: "classifier", False: "regressor"}


def suited(recipe: Recipe, split: Split) -> tuple[Recipe, list[str]]:
    """Return the recipe without optional families that do not suit, and why they are left out.

    Families that do not suit the target and the number of rows, and are not optional, are refused.

    Raises
    ------
    RecipeError
        Naming every one of them, with the key to change; or if no family is left.
    """
    found = {
        name: list(_faults(name, family, recipe, split)) for name, family in recipe.model.items()
    }
    needed = [
        fault
        for name, faults in found.items()
        for fault in faults
        if not recipe.model[name].optional
    ]
    kept = {name: family for name, family in recipe.model.items() if not found[name]}
    if needed or not kept:
        raise RecipeError(*(needed or [fault for faults in found.values() for fault in faults]))
    told = [f"{name} is left out: {faults[0].message}" for name, faults in found.items() if faults]
    return recipe.model_copy(update={"model": kept}), told


def _faults(name: str, family: Family, recipe: Recipe, split: Split) -> Iterator[Fault]:
    classify, task = bool(split.target.classes), split.target.task
    if (family.classifier if classify else family.regressor) is None:
        message = f"the family {name} has no {KIND[classify]}, and the target makes this {task}"
        yield Fault(message, f"model.{name}", "leave it out")
    if held.on_disk(recipe) and (fault := held.unlearnt(name, family)):
        yield fault
    yield from _weights(name, family, split)
    yield from _probabilities(name, family, recipe, split)
    yield from _objective(name, family, split)
    yield from _constraints(name, family, split)
    yield from _classes(name, family, split)
    rows = len(split.train)
    if family.most_rows is not None and rows > family.most_rows:
        message = f"{name} learns from at most {family.most_rows:,} rows, and there are {rows:,}"
        key = f"model.{name}.most_rows"
        hint = f"leave it out, draw some with data.sample, or give it the time: {key}={rows}"
        yield Fault(message, key, hint)


def _weights(name: str, family: Family, split: Split) -> Iterator[Fault]:
    kind = KIND[bool(split.target.classes)]
    if split.weights is not None and not abilities.takes_weights(family.model_dump(), kind):
        message = f"the {kind} of the family {name} takes no weights of rows"
        yield Fault(message, f"model.{name}", "leave it out, or leave out data.weight")


def _probabilities(name: str, family: Family, recipe: Recipe, split: Split) -> Iterator[Fault]:
    metric = measures.metric_name(recipe, split.target)
    if split.target.classes and read(metric).needs_probabilities:
        fault = in_families.without_probabilities(name, family.model_dump(), metric)
        if fault:
            yield Fault(fault.message, f"model.{name}", fault.hint)


def _objective(name: str, family: Family, split: Split) -> Iterator[Fault]:
    word, key = family.objective, f"model.{name}.objective"
    if word is None:
        return
    if split.target.classes:
        message = f"the objective {word} is for numbers, and the target has classes"
        yield Fault(message, key, "leave it out, or set problem.task: regression")
    elif objectives.counts(family):
        values = split.target.values[split.train]
        if (values < 0).any():
            message = (
                f"the objective {word} needs a target from 0, and {np.nanmin(values):g} is in it"
            )
            yield Fault(message, key, "leave it out, or mend the data")
        elif not values.any():
            yield Fault(f"the objective {word} needs a target above 0", key, "leave it out")


def _constraints(name: str, family: Family, split: Split) -> Iterator[Fault]:
    if family.monotone and split.target.task == "multiclass":
        message = "with more than two classes, predictions have no direction"
        yield Fault(message, f"model.{name}.monotone", "leave it out")


def _classes(name: str, family: Family, split: Split) -> Iterator[Fault]:
    if family.class_weight is None:
        return
    if not split.target.classes:
        message = "the target is a number, and has no classes to weigh"
        hint = "leave it out; rows are weighed by data.weight"
        yield Fault(message, f"model.{name}.class_weight", hint)
    elif fault := weights.unknown_class(name, family, split.target):
        yield fault
    elif (left := weights.weighing(family, split.target)) < 2:
        found = "one class weighs" if left else "no class weighs"
        message = f"{found} more than 0, and a model tells two apart at the least"
        hint = "weigh two classes at the least; those that are not named weigh 1"
        yield Fault(message, f"model.{name}.class_weight", hint)
