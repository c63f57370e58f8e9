"""Which metrics a run records: the first is optimised, the others are looked at."""

from __future__ import annotations

from engine import catalogue
from engine.catalogue import near
from engine.contracts import Task
from engine.errors import Fault, RecipeError
from engine.metrics import fitting, primary
from engine.recipe.schema import Recipe


def metric_names(recipe: Recipe, task: Task) -> list[str]:
    """Return the names of a run's metrics, the one that is optimised first.

    Raises
    ------
    RecipeError
        If one of them has no meaning for the task.
    """
    wanted = recipe.evaluation
    first = primary(task) if wanted.metric == "auto" else wanted.metric
    others = fitting(task) if wanted.metrics == "auto" else wanted.metrics
    named = [("evaluation.metric", first), *(("evaluation.metrics", name) for name in others)]
    fit = fitting(task)
    faults = [_misfit(key, name, task, fit) for key, name in named if name not in fit]
    if faults:
        raise RecipeError(*dict.fromkeys(faults))
    return list(dict.fromkeys([first, *others]))


def metric_name(recipe: Recipe, task: Task) -> str:
    """Return the metric that is optimised."""
    return metric_names(recipe, task)[0]


def _misfit(key: str, name: str, task: Task, fit: list[str]) -> Fault:
    if name not in catalogue.rows("metrics"):
        return catalogue.unknown("metric", name, catalogue.rows("metrics"), key)
    guess = near(name, fit)
    tasks = " and ".join(catalogue.rows("metrics")[name]["tasks"])
    hint = f"did you mean {guess!r}?" if guess else f"use one of {', '.join(fit)}"
    return Fault(f"{name} is for {tasks}, and the target makes this {task}", key, hint)
