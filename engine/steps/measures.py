"""Which metrics a run records: the first is optimised, the others are looked at."""

from __future__ import annotations

from engine import catalogue
from engine.contracts import Metric
from engine.errors import Fault, RecipeError
from engine.metrics import primary, recorded
from engine.recipe.metric.asked import misfit
from engine.recipe.metric.measured import MEASURED
from engine.recipe.metric.read import read
from engine.recipe.schema import Recipe
from engine.steps.split import Split
from engine.steps.target import Target


def metrics(recipe: Recipe, split: Split) -> list[Metric]:
    """Return a run's metrics, the one that is optimised first.

    Raises
    ------
    RecipeError
        If one of them has no meaning for the task, names classes that the target does not have,
        or looks at more rows than the holdout or a fold has.
    """
    parts = [split.holdout, *(fold.valid for fold in split.folds)]
    return _metrics(recipe, split.target, min(len(part) for part in parts if len(part)))


def metric_name(recipe: Recipe, target: Target) -> str:
    """Return the name of the metric that is optimised for a target."""
    return _metrics(recipe, target)[0].name


def objectives(recipe: Recipe, split: Split) -> list[Metric | str]:
    """Return what candidates are compared by: metrics, and words for what is measured besides."""
    found = {metric.name: metric for metric in metrics(recipe, split)}
    named = names(recipe, split.target)
    return [name if name in MEASURED else found[name] for name in named]


def names(recipe: Recipe, target: Target) -> list[str]:
    """Return the names of the objectives; none twice, whatever ``auto`` stands for."""
    auto = primary(target.task)
    names = [auto if name == "auto" else name for name in recipe.evaluation.objectives]
    return list(dict.fromkeys(names))


def _metrics(recipe: Recipe, target: Target, rows: int | None = None) -> list[Metric]:
    wanted = recipe.evaluation
    others = recorded(target.task) if wanted.metrics == "auto" else wanted.metrics
    first = [name for name in names(recipe, target) if name not in MEASURED]
    named = [("evaluation.metric", name) for name in first]
    named += [("evaluation.metrics", name) for name in others]
    found: dict[str, Metric] = {}
    faults: list[Fault] = []
    for key, name in named:
        try:
            found.setdefault(name, _metric(name, target, rows))
        except RecipeError as error:
            faults += [Fault(fault.message, key, fault.hint) for fault in error.faults]
    if faults:
        raise RecipeError(*dict.fromkeys(faults))
    return list(found.values())


def _metric(name: str, target: Target, rows: int | None) -> Metric:
    asked = read(name)
    if fault := misfit(asked, target.task):
        tasks = " and ".join(asked.tasks)
        text = f"{name} is for {tasks}, and the target makes this {target.task}"
        raise RecipeError(Fault(text, hint=fault.hint))
    if rows is not None and asked.least_rows > rows:
        text = f"{name} looks at {asked.least_rows:,} rows, and a fold or the holdout has {rows:,}"
        raise RecipeError(Fault(text, hint="name a share of the rows, such as 10%"))
    metric: Metric = catalogue.find("metrics", name)
    return metric.bound(target.classes)
