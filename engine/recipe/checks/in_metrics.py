"""Faults of metrics: names, parameters, and what has no meaning for the task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Fault
from engine.recipe.file.references import Key
from engine.recipe.metric.asked import TASKS, misfit
from engine.recipe.metric.read import RefusedError, read


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of the metric that is optimised, and of those that are recorded."""
    problem, evaluation = tree.get("problem"), tree.get("evaluation")
    task = problem.get("task") if isinstance(problem, Mapping) else None
    for key, value in _named(evaluation if isinstance(evaluation, Mapping) else {}):
        if value == "auto" or not isinstance(value, str | Mapping):
            continue
        try:
            asked = read(value)
        except RefusedError as refusal:
            for inner, fault in refusal.found:
                yield (*key, *(inner if isinstance(value, Mapping) else ())), fault
            continue
        if task in TASKS and (unfit := misfit(asked, str(task))):
            yield key, unfit


def _named(evaluation: Mapping[str, Any]) -> Iterator[tuple[Key, Any]]:
    yield ("evaluation", "metric"), evaluation.get("metric")
    several = evaluation.get("metrics")
    for position, value in enumerate(several if isinstance(several, list) else []):
        yield ("evaluation", "metrics", str(position)), value
