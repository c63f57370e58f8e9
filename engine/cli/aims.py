"""What drawn jobs are compared by: the recipe's metric, or the first of those that it records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.cli import console
from engine.errors import Fault, RecipeError
from engine.recipe.composition.sweep import Sweep
from engine.recipe.metric.measured import maximizes
from engine.recipe.schema import Recipe

DIRECTION = "hydra.sweeper.direction"
METRIC = "evaluation.metric"
METRICS = "evaluation.metrics"


def metrics(found: Sweep, recipe: Recipe, metric: str) -> list[str]:
    """Return the metrics that jobs are compared by, as many as directions are given.

    Parameters
    ----------
    metric : str
        What the recipe's own metric is.

    Raises
    ------
    RecipeError
        If there are fewer metrics, or a direction is not that of its metric.
    """
    given = found.sweeper.get("direction") if found.sets(DIRECTION) else None
    listed, own = recipe.evaluation.metrics, [metric, *recipe.evaluation.objectives[1:]]
    known = list(dict.fromkeys([*own, *(listed if isinstance(listed, list) else [])]))
    directions = given if isinstance(given, list) else [given]
    if given is None:
        directions = [direction(name) for name in dict.fromkeys(own)]
    if len(directions) > len(known):
        raise RecipeError(_lacking(len(directions), known))
    if len(directions) > 1 and METRICS in found.ranges():
        raise RecipeError(Fault("jobs are compared by them, so all have the same", METRICS))
    asked = known[: len(directions)]
    if faults := _contrary(directions, asked):
        raise RecipeError(*faults)
    return asked


def direction(metric: str) -> str:
    """Say what is better."""
    return "maximize" if maximizes(metric) else "minimize"


def written(asked: Sequence[str]) -> str:
    """Write the directions of metrics as Hydra takes them."""
    texts = [direction(metric) for metric in asked]
    return texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"


def _lacking(wanted: int, known: Sequence[str]) -> Fault:
    there = f"{console.plural(len(known), 'metric')} ({', '.join(known)})"
    hint = f"name the others in the recipe, in the order of the directions: {METRICS}: [NAME, ...]"
    return Fault(f"there are {wanted} directions, and {there}", DIRECTION, hint)


def _contrary(directions: Sequence[Any], asked: Sequence[str]) -> list[Fault]:
    return [
        Fault(
            f"{metric} has the direction {direction(metric)}, not {given}", DIRECTION, _hint(asked)
        )
        for metric, given in zip(asked, directions, strict=True)
        if str(given) != direction(metric)
    ]


def _hint(asked: Sequence[str]) -> str:
    if len(asked) == 1:
        return "leave it out: the metric knows what is better"
    return f"{DIRECTION}={written(asked)}"
