"""Faults of what families are told: weights, constraints, objectives; and of what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Fault
from engine.recipe import abilities, estimators, objectives
from engine.recipe.file.references import Key

LIST = "engine list models --wide tells which families do"
LEAVE_OUT = f"leave it out; {LIST}"
_KIND = {"binary": "classifier", "multiclass": "classifier", "regression": "regressor"}


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield what a family cannot be told, and packages that it needs and that are not there."""
    task = abilities.part(tree, "problem").get("task")
    weight = abilities.part(tree, "data").get("weight")
    for name, family in abilities.part(tree, "model").items():
        if not isinstance(family, Mapping):
            continue
        key = ("model", str(name))
        for cls in abilities.lacking(family)[:1]:
            fault = estimators.not_installed(cls)
            yield key, Fault(f"the family {name}: {fault.message}", hint=fault.hint)
        if family.get("monotone") and not abilities.part(family, "takes").get("monotone"):
            message = f"the family {name} takes no monotone constraints"
            yield (*key, "monotone"), Fault(message, hint=LEAVE_OUT)
        yield from _weights(family, key, task, weight)
        yield from _objective(family, key, task)


def _weights(
    family: Mapping[str, Any], key: Key, task: Any, column: Any
) -> Iterator[tuple[Key, Fault]]:
    """Refuse weights of rows or classes for a family whose classes take none."""
    unless = f"where its `fit` takes sample_weight, say so: {'.'.join(key)}.takes.weights=true"
    kinds = abilities.classes(family)
    wanted = [_KIND[task]] if task in _KIND and _KIND[task] in kinds else list(kinds)
    able = [kind for kind in wanted if abilities.takes_weights(family, kind)]
    hint = LEAVE_OUT if all(map(_is_known, kinds.values())) else unless
    weighed = family.get("class_weight") is not None and "classifier" in kinds
    if weighed and not abilities.takes_weights(family, "classifier"):
        message = f"the family {key[1]} takes no weights of classes"
        yield (*key, "class_weight"), Fault(message, hint=hint)
    if column is not None and wanted and not able:
        message = f"the family {key[1]} takes no weights of rows, and data.weight is {column!r}"
        hint = hint.replace("leave it out", "leave the family out")
        yield key, Fault(message, hint=hint)


def _is_known(cls: str) -> bool:
    return estimators.takes_weights(cls) is not None


def _objective(family: Mapping[str, Any], key: Key, task: Any) -> Iterator[tuple[Key, Fault]]:
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
