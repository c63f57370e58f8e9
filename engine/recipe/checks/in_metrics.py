"""Faults of metrics: names, parameters, and what has no meaning for the task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault
from engine.recipe.file.references import Key
from engine.recipe.metric.asked import TASKS, misfit
from engine.recipe.metric.measured import MEASURED
from engine.recipe.metric.read import RefusedError, read


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of the metric that is optimised, and of those that are recorded."""
    problem, evaluation = tree.get("problem"), tree.get("evaluation")
    task = problem.get("task") if isinstance(problem, Mapping) else None
    evaluation = evaluation if isinstance(evaluation, Mapping) else {}
    yield from _of_several(evaluation.get("metric"))
    for key, value in _named(evaluation):
        if value == "auto" or not isinstance(value, str | Mapping):
            continue
        try:
            asked = read(value)
        except RefusedError as refusal:
            for inner, fault in refusal.found:
                told = _meant(value, fault) if key[1] == "metric" else fault
                yield (*key, *(inner if isinstance(value, Mapping) else ())), told
            continue
        if task in TASKS and (unfit := misfit(asked, str(task))):
            yield key, unfit


def _named(evaluation: Mapping[str, Any]) -> Iterator[tuple[Key, Any]]:
    for name in ("metric", "metrics"):
        found = evaluation.get(name)
        if not isinstance(found, list):
            if name == "metrics" or found not in list(MEASURED):
                yield ("evaluation", name), found
            continue
        for position, value in enumerate(found):
            if name == "metrics" or value not in list(MEASURED):
                yield ("evaluation", name, str(position)), value


def _of_several(metric: Any) -> Iterator[tuple[Key, Fault]]:
    """Yield what is wrong with a list of objectives, though each may be well."""
    key = ("evaluation", "metric")
    if metric in list(MEASURED):
        message = f"{metric} says what a model costs, not how good it is"
        yield key, Fault(message, hint=f"put a metric first: [auto, {metric}]")
    if not isinstance(metric, list):
        return
    if not metric:
        yield key, Fault("the list of metrics is empty", hint="write auto, or name one")
    elif metric[0] in list(MEASURED):
        message = f"{metric[0]} says what a model costs, not how good it is"
        yield (*key, "0"), Fault(message, hint=f"put a metric first: [auto, {metric[0]}]")
    for position, value in enumerate(metric):
        if value in metric[:position]:
            yield (*key, str(position)), Fault(f"{value} stands there twice")


def _meant(value: Any, fault: Fault) -> Fault:
    """Guess at what is measured, where a name is more like that than like any metric."""
    known = [*MEASURED, *catalogue.rows("metrics")]
    guess = catalogue.near(value, known) if isinstance(value, str) else ""
    if guess not in list(MEASURED):
        return fault
    return Fault(fault.message, fault.where, f"did you mean {guess!r}?")
