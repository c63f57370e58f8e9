"""Faults of features: steps and options that do not exist, parameters that nothing takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault, RangeError
from engine.recipe import estimators, ranges
from engine.recipe.file.references import Key

OFF = ("none", None, False)
"""Values of a step that leave it out."""


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of the recipe's features, and of families that have their own."""
    yield from _blocks(tree.get("features"), ("features",))
    model = tree.get("model")
    for name, family in model.items() if isinstance(model, Mapping) else ():
        if isinstance(family, Mapping):
            yield from _blocks(family.get("features"), ("model", str(name), "features"))


def _blocks(features: Any, key: Key) -> Iterator[tuple[Key, Fault]]:
    blocks = features.get("blocks") if isinstance(features, Mapping) else None
    for name, block in blocks.items() if isinstance(blocks, Mapping) else ():
        steps = block.get("steps") if isinstance(block, Mapping) else None
        if isinstance(steps, Mapping):
            yield from _steps(steps, (*key, "blocks", str(name), "steps"))


def _steps(steps: Mapping[str, Any], key: Key) -> Iterator[tuple[Key, Fault]]:
    rows = catalogue.rows("transforms")
    chosen = {str(option): step for step in steps if step in rows for option in _named(steps[step])}
    for name, value in steps.items():
        here = (*key, str(name))
        if name in rows:
            yield from _options(str(name), value, rows[name], here)
        elif name in chosen:
            yield from _children(value, rows[chosen[name]]["options"].get(name), here)
        else:
            options = [option for row in rows.values() for option in row["options"]]
            yield here, _unknown_step(str(name), rows, options)


def _unknown_step(name: str, rows: Mapping[str, Any], options: list[str]) -> Fault:
    fault = catalogue.unknown("step", name, rows)
    owner = [step for step, row in rows.items() if name in row["options"]]
    if owner:
        message = f"{name!r} is an option of the step `{owner[0]}`, which does not choose it here"
        return Fault(message, hint=f"write {owner[0]}: {name}")
    guess = "" if catalogue.near(name, rows) else catalogue.near(name, options)
    return Fault(fault.message, hint=f"did you mean {guess!r}?") if guess else fault


def _options(
    step: str, value: Any, row: Mapping[str, Any], key: Key
) -> Iterator[tuple[Key, Fault]]:
    """Check the options that a step names, fixed or in a choice, and their parameters."""
    if isinstance(value, list):
        message = f"the step `{step}` takes one option, not a list"
        yield key, Fault(message, hint=_choice(step, value, row))
        return
    if isinstance(value, Mapping) and not ranges.is_range(value) and len(value) != 1:
        yield key, Fault(f"the step `{step}` takes one option", hint=_example(step, row))
        return
    for option in _listed(value):
        name = ranges.name(option)
        if option in OFF or option is True:
            continue
        if name not in row["options"]:
            fault = catalogue.unknown("option", name, row["options"])
            yield key, Fault(f"the step `{step}` has no option {name!r}", hint=fault.hint)
        elif isinstance(option, Mapping):
            yield from _children(option[name], row["options"][name], (*key, name))


def _children(
    value: Any, option: Mapping[str, Any] | None, key: Key
) -> Iterator[tuple[Key, Fault]]:
    """Check the parameters given to an option, in the recipe's words or in the class's."""
    if value is None or option is None:
        return
    known = estimators.parameters(option["class"])
    words = {*option.get("names", {}), *(known or [])}
    if not isinstance(value, Mapping) or ranges.is_range(value):
        first = next(iter(option.get("names", {})), "PARAMETER")
        hint = f"write {{{first}: {ranges.label(value)}}}"
        yield key, Fault("an option's parameters are written by their names", hint=hint)
        return
    for name in value:
        if known is not None and name not in words:
            fault = catalogue.unknown("parameter", str(name), words)
            cls = option["class"].rpartition(".")[2]
            yield (*key, str(name)), Fault(f"{cls} has no parameter {name!r}", hint=fault.hint)


def _listed(value: Any) -> list[Any]:
    """Return the options that a value may come to."""
    if not ranges.is_range(value):
        return [value]
    try:
        found = ranges.read(value).range
    except RangeError:
        return []
    return list(found.options) if isinstance(found, ranges.Choice) else []


def _named(value: Any) -> list[str]:
    return [ranges.name(option) for option in _listed(value)]


def _choice(step: str, value: list[Any], row: Mapping[str, Any]) -> str:
    """How to write what a list was meant for; the quotes keep its comma, whatever the style."""
    if not value or not all(isinstance(option, str) for option in value):
        return _example(step, row)
    return f'to have each tried, write {step}: "choice({", ".join(value)})"'


def _example(step: str, row: Mapping[str, Any]) -> str:
    return f"write {step}: {row['default']}, or {step}: {{{row['default']}: {{...}}}}"
