"""Faults of model families: classes that are not trusted, parameters that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault
from engine.recipe import allowed, estimators, ranges
from engine.recipe.checks import fields, in_boosters, in_values
from engine.recipe.file.references import Key

_KINDS = ("classifier", "regressor")
_NEEDED = {"binary": "classifier", "multiclass": "classifier", "regression": "regressor"}
_OURS = ("seed", "threads", "categories")
MOST_HINT = 500
_TAKEN = ("monotone",)


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of each family."""
    model, problem = tree.get("model"), tree.get("problem")
    task = problem.get("task") if isinstance(problem, Mapping) else None
    for name, family in model.items() if isinstance(model, Mapping) else ():
        if isinstance(family, Mapping):
            key = ("model", str(name))
            yield from _classes(family, key, task)
            yield from _parameters(family, key)
            yield from _quick(family, key)
            yield from in_boosters.faults(family, key)


def _classes(family: Mapping[str, Any], key: Key, task: Any) -> Iterator[tuple[Key, Fault]]:
    for kind in _KINDS:
        cls = family.get(kind)
        fault = estimators.fault(cls, kind) if isinstance(cls, str) else None
        if fault:
            yield (*key, kind), fault
    needed = _NEEDED.get(task) if isinstance(task, str) else None
    if needed and family.get(needed) is None:
        message = f"the family {key[1]} has no {needed}, which the task {task} needs"
        yield key, Fault(message, hint=f"leave it out, or name one: {'.'.join(key)}.{needed}")
    elif all(family.get(kind) is None for kind in _KINDS):
        message = f"the family {key[1]} names neither a classifier nor a regressor"
        yield key, Fault(message, hint=f"a file conf/model/{key[1]}.yaml says what a family is")


def _parameters(family: Mapping[str, Any], key: Key) -> Iterator[tuple[Key, Fault]]:
    """Check that one of the classes has each parameter."""
    known = _known(family)
    params = family.get("params")
    if known is None or not isinstance(params, Mapping):
        return
    ours = _ours(family, key)
    for name, value in params.items():
        here = (*key, "params", str(name))
        if name not in known:
            yield here, _unknown(str(name), family, known)
        elif name in ours:
            yield here, Fault(f"`{name}` is set by the engine", hint=_instead(ours[name]))
        else:
            yield from _value(value, family, here)
        for child in _children(value):
            if child not in known:
                yield here, _unknown(str(child), family, known)


def _quick(family: Mapping[str, Any], key: Key) -> Iterator[tuple[Key, Fault]]:
    """Check that what is tried first is told of parameters that the family has."""
    quick, params = family.get("quick"), family.get("params")
    if isinstance(quick, Mapping) and isinstance(params, Mapping):
        for name in quick:
            if name not in params:
                yield (*key, "quick", str(name)), catalogue.unknown("parameter", name, params)


def _value(value: Any, family: Mapping[str, Any], key: Key) -> Iterator[tuple[Key, Fault]]:
    """Check a value against what the classes that have the parameter say of it."""
    classes = [family[kind] for kind in _KINDS if isinstance(family.get(kind), str)]
    said = {cls: estimators.values(cls, key[-1]) for cls in classes}
    rows = tuple(row for given in said.values() for row in allowed.of_texts(given or ()))
    if any(row["kind"] != "none" for row in rows):  # else an object, which a builder makes
        cls = next(cls for cls, given in said.items() if given)
        yield from in_values.faults(value, rows, key, cls)


def _ours(family: Mapping[str, Any], key: Key) -> dict[str, str]:
    """Return the parameters that the engine sets, and what each is for."""
    named = [(family.get(role, fields.default((*key, role))), role) for role in _OURS]
    takes = family.get("takes")
    named += [(takes.get(role), role) for role in _TAKEN] if isinstance(takes, Mapping) else []
    return {name: role for name, role in named if isinstance(name, str)}


def _known(family: Mapping[str, Any]) -> set[str] | None:
    """Return the parameters of both classes; None where a class is not known well enough."""
    known: set[str] = set()
    for kind in _KINDS:
        cls = family.get(kind)
        if cls is None:
            continue
        found = estimators.parameters(cls) if isinstance(cls, str) else None
        if found is None or estimators.fault(cls, kind):
            return None
        known |= set(found)
    return known or None


def _children(value: Any) -> Iterator[Any]:
    """Parameters that options of a choice bring along: ``{search: [{rbf: {gamma: ...}}]}``."""
    options = value.get("search") if isinstance(value, Mapping) and ranges.is_range(value) else None
    for option in options if isinstance(options, list) else ():
        if isinstance(option, Mapping) and len(option) == 1:
            children = next(iter(option.values()))
            yield from children if isinstance(children, Mapping) else ()


def _unknown(name: str, family: Mapping[str, Any], known: set[str]) -> Fault:
    named = [family.get(kind) for kind in _KINDS]
    classes = [cls.rpartition(".")[2] for cls in named if isinstance(cls, str)]
    fault = catalogue.unknown("parameter", name, known)
    whose = f"neither {' nor '.join(classes)} has a" if len(classes) > 1 else f"{classes[0]} has no"
    hint = fault.hint if len(fault.hint) <= MOST_HINT else f"{fault.hint[:MOST_HINT]}..."
    return Fault(f"{whose} parameter {name!r}", hint=hint)


def _instead(role: str) -> str:
    instead = {
        "seed": "`seed:` at the top of the recipe", "threads": "`compute.threads`",
        "monotone": "`monotone:` of the family, with the names of columns",
    }  # fmt: skip
    return f"use {instead[role]}" if role in instead else "leave it out"
