"""Faults of what families are told: weights, constraints, objectives; and of what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Fault
from engine.recipe import abilities, estimators, objectives
from engine.recipe.file.references import Key
from engine.recipe.metric.measured import MEASURED, listed
from engine.recipe.metric.read import RefusedError, read

Tree = Mapping[str, Any]

LIST = "engine list models --wide tells which families do"
LEAVE_OUT = f"leave it out; {LIST}"
_KIND = {"binary": "classifier", "multiclass": "classifier", "regression": "regressor"}


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield what a family cannot be told, and packages that it needs and that are not there."""
    task = abilities.part(tree, "problem").get("task")
    rows = abilities.part(tree, "model").items()
    families = {str(name): row for name, row in rows if isinstance(row, Mapping)}
    for name, family in families.items():
        key = ("model", name)
        for cls in abilities.lacking(family)[:1]:
            fault = estimators.not_installed(cls)
            yield key, Fault(f"the family {name}: {fault.message}", hint=fault.hint)
        if family.get("blind") and family.get("features") is not None:
            message = f"the family {name} looks at no column, and has no features"
            yield (*key, "features"), Fault(message, hint="leave it out")
        if family.get("monotone") and not abilities.part(family, "takes").get("monotone"):
            message = f"the family {name} takes no monotone constraints"
            yield (*key, "monotone"), Fault(message, hint=LEAVE_OUT)
        kinds = abilities.classes(family)
        weighed = family.get("class_weight") is not None and "classifier" in kinds
        if weighed and not abilities.takes_weights(family, "classifier"):
            message = f"the family {name} takes no weights of classes"
            yield (*key, "class_weight"), Fault(message, hint=_unless_said({name: family}))
        yield from _objective(family, key, task)
    for metric in listed(abilities.part(tree, "evaluation").get("metric")):
        yield from _probabilities(families, metric)
    yield from _weights(families, task, abilities.part(tree, "data").get("weight"))


def without_probabilities(name: str, family: Tree, metric: str) -> Fault | None:
    """Refuse a family that gives no probabilities under a metric that needs them."""
    if not abilities.lacks_probabilities(family):
        return None
    message = f"the family {name} gives no probabilities, which the metric {metric} needs"
    hint = f"have them learnt: model.{name}.builder=calibrated, or choose another metric"
    return Fault(message, hint=hint)


def _probabilities(families: Mapping[str, Tree], metric: Any) -> Iterator[tuple[Key, Fault]]:
    """Check the metric that is named; the one that the target decides is known later."""
    try:
        known = isinstance(metric, str | Mapping) and metric not in ("auto", *MEASURED)
        asked = read(metric) if known else None
    except RefusedError:
        return
    if asked is None or not asked.needs_probabilities:
        return
    for name, family in families.items():
        if fault := without_probabilities(name, family, asked.name):
            yield ("model", name), fault


def _weights(families: Mapping[str, Tree], task: Any, column: Any) -> Iterator[tuple[Key, Fault]]:
    """Refuse weights of rows for families whose classes take none."""
    unable = {name: row for name, row in families.items() if not _takes_rows(row, task)}
    if column is None or not unable:
        return
    listed = ", ".join(unable)
    whose = f"the family {listed} takes" if len(unable) == 1 else f"the families {listed} take"
    hint = _unless_said(unable).replace("it out", "out what takes none")
    yield ("data", "weight"), Fault(f"{whose} no weights of rows", hint=hint)


def _takes_rows(family: Tree, task: Any) -> bool:
    kinds = list(abilities.classes(family))
    wanted = [_KIND[task]] if task in _KIND and _KIND[task] in kinds else kinds
    return not wanted or any(abilities.takes_weights(family, kind) for kind in wanted)


def _unless_said(families: Mapping[str, Tree]) -> str:
    """What to do about families that take no weights, as far as is known."""
    for name, family in families.items():
        kinds = abilities.classes(family).values()
        if any(estimators.takes_weights(cls) is None for cls in kinds):
            return f"where `fit` takes sample_weight, say so: model.{name}.takes.weights=true"
    return LEAVE_OUT


def _objective(family: Tree, key: Key, task: Any) -> Iterator[tuple[Key, Fault]]:
    word, own = family.get("objective"), list(abilities.part(family, "objectives"))
    for wanted, level in objectives.LEVELS.items():
        if level in family and word != wanted:
            message = f"`{level}` has a meaning with `objective: {wanted}` alone"
            yield (*key, level), Fault(message, hint=f"set {'.'.join(key)}.objective={wanted}")
    if not isinstance(word, str):
        return
    if word in (*objectives.LEVELS, *objectives.COUNTS) and word not in own:
        message = f"the family {key[1]} has no objective {word}"
        hint = f"it has {', '.join(own)}; {LIST}" if own else LEAVE_OUT
        yield (*key, "objective"), Fault(message, hint=hint)
    elif task in ("binary", "multiclass"):
        message = f"the objective {word} is for numbers, and problem.task is {task}"
        yield (*key, "objective"), Fault(message, hint="leave it out")
