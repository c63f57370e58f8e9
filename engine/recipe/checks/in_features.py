"""Faults of features: steps and options that do not exist, parameters that nothing takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault, RangeError
from engine.recipe import allowed, estimators, ranges, selection, steps
from engine.recipe.checks import in_history, in_values
from engine.recipe.file.references import Key
from engine.recipe.steps import Row, Word

OFF = ("none", None, False)
"""Values of a step that leave it out."""


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of the recipe's features, and of families that have their own."""
    yield from _blocks(tree, tree.get("features"), ("features",))
    model = tree.get("model")
    for name, family in model.items() if isinstance(model, Mapping) else ():
        if isinstance(family, Mapping):
            yield from _blocks(tree, family.get("features"), ("model", str(name), "features"))


def _blocks(tree: Mapping[str, Any], features: Any, key: Key) -> Iterator[tuple[Key, Fault]]:
    blocks = features.get("blocks") if isinstance(features, Mapping) else None
    for name, block in blocks.items() if isinstance(blocks, Mapping) else ():
        if not isinstance(block, Mapping):
            continue
        here = (*key, "blocks", str(name))
        for fault in selection.faults(block.get("columns")):
            yield (*here, "columns"), fault
        if isinstance(given := block.get("steps"), Mapping):
            yield from _steps(given, (*here, "steps"))
            yield from in_history.faults(tree, given, (*here, "steps"))


def _steps(given: Mapping[str, Any], key: Key) -> Iterator[tuple[Key, Fault]]:
    for name, value in given.items():
        name, here = str(name), (*key, str(name))
        found = steps.word(name)
        if owner := steps.owner(name, given) or _held(name, found, given):
            yield from _beside(name, value, owner, given, here)
        elif found is None:
            yield here, _unknown_step(name)
        elif found.option is None:
            yield from _options(name, value, found.row, here)
        else:
            yield from _alone(name, value, found, here)


def _held(name: str, found: Word | None, given: Mapping[str, Any]) -> str:
    """Return the step that stands there too, of a word that names one of its options."""
    return (
        found.step if found and found.option and found.step != name and found.step in given else ""
    )


def _beside(
    name: str, value: Any, owner: str, given: Mapping[str, Any], key: Key
) -> Iterator[tuple[Key, Fault]]:
    """Check the parameters of an option that another step chooses."""
    row = catalogue.rows("transforms")[owner]
    if name in row["options"] and name in _names(given[owner]):
        yield from _children(value, row["options"][name], key)
        return
    option = name if name in row["options"] else (steps.word(name) or Word("", "", {})).option
    message = f"{name!r} is an option of the step `{owner}`, which does not choose it here"
    yield key, Fault(message, hint=f"write {owner}: {option}")


def _unknown_step(name: str) -> Fault:
    if "." in name and name.rpartition(".")[2] in steps.classes():
        message = f"a class of scikit-learn is named without its module, not as {name!r}"
        return Fault(message, hint=f"write {name.rpartition('.')[2]}: {{...}}")
    if name in steps.NOT_IN_BLOCKS:
        why, instead = steps.NOT_IN_BLOCKS[name]
        hint = f"use `{instead}`" if instead else "engine list transforms names the steps there are"
        return Fault(f"{name} cannot stand in a block: {why}", hint=hint)
    if name[:1].isupper() and not catalogue.near(name, steps.known()):
        return catalogue.unknown("transformer of scikit-learn", name, steps.classes())
    rows = catalogue.rows("transforms")
    owner = [step for step, row in rows.items() if name in row.get("options", {})]
    if owner:
        message = f"{name!r} is an option of the step `{owner[0]}`, and no step by itself"
        return Fault(message, hint=f"write {owner[0]}: {name}")
    fault = catalogue.unknown("step", name, steps.known())
    options = [option for row in rows.values() for option in row.get("options", {})]
    guess = "" if catalogue.near(name, steps.known()) else catalogue.near(name, options)
    return Fault(fault.message, hint=f"did you mean {guess!r}?") if guess else fault


def _options(step: str, value: Any, row: Row, key: Key) -> Iterator[tuple[Key, Fault]]:
    """Check the options that a step names, fixed or in a choice, and their parameters."""
    if isinstance(value, list):
        message = f"the step `{step}` takes one option, not a list"
        yield key, Fault(message, hint=_choice(step, value, row))
        return
    if isinstance(value, Mapping) and not ranges.is_range(value) and len(value) != 1:
        yield key, Fault(f"the step `{step}` takes one option", hint=_example(step, row))
        return
    default = row["options"][row["default"]]
    for option in _listed(value) or [value]:
        name = ranges.name(option)
        if _is_plain(option):
            continue
        if "main" in default and _is_number(option):
            yield from _value(option, default, default["main"], key)
        elif name not in row["options"]:
            fault = catalogue.unknown("option", name, row["options"])
            yield key, Fault(f"the step `{step}` has no option {name!r}", hint=fault.hint)
        elif isinstance(option, Mapping):
            yield from _children(option[name], row["options"][name], (*key, name))


def _is_plain(value: Any) -> bool:
    """Whether a value leaves a step out, or takes it as it is; 0 is neither."""
    return value is True or value is False or value in (None, "none")


def _is_number(value: Any) -> bool:
    """Whether a value is a number, or a range of numbers."""
    if not ranges.is_range(value):
        return isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return not isinstance(ranges.read(value).range, ranges.Choice)
    except RangeError:
        return False


def _alone(name: str, value: Any, found: Word, key: Key) -> Iterator[tuple[Key, Fault]]:
    """Check a word that needs no option: true, none, its parameters, or its main one's value."""
    if value is None:
        message = f"nothing stands behind `{name}`"
        yield key, Fault(message, hint=f"write {name}: true, or {name}: none to leave it out")
        return
    whole = "default" not in value if isinstance(value, Mapping) else True
    listed = _listed(value) if whole or ranges.is_range(value) else []
    for option in listed or [value]:
        if _is_plain(option):
            continue
        yield from _children(option, found.entry, key)


def _children(value: Any, option: Row, key: Key) -> Iterator[tuple[Key, Fault]]:
    """Check the parameters given to an option, in the recipe's words or in the class's."""
    if value is None:
        return
    known = estimators.parameters(option["class"])
    words = {*option.get("names", {}), *(known or [])}
    if not isinstance(value, Mapping) or ranges.is_range(value):
        if "main" in option and _is_main(value, option):
            yield from _value(value, option, option["main"], key)
            return
        first = next(iter(option.get("names", {})), option.get("main", "PARAMETER"))
        hint = f"write {{{first}: {ranges.label(value)}}}"
        yield key, Fault("an option's parameters are written by their names", hint=hint)
        return
    for name, given in value.items():
        if known is not None and name not in words:
            fault = catalogue.unknown("parameter", str(name), words)
            cls = option["class"].rpartition(".")[2]
            hint = fault.hint if words else f"it has none: write {key[-1]}: true"
            yield (*key, str(name)), Fault(f"{cls} has no parameter {name!r}", hint=hint)
        else:
            yield from _value(given, option, str(name), (*key, str(name)))


def _is_main(value: Any, option: Row) -> bool:
    """Whether a value may stand for the main parameter: any number, and words that it takes."""
    if isinstance(value, str) and not ranges.is_range(value):
        rows = steps.allowed(option, option["main"])
        return bool(rows) and not allowed.strange(value, rows or ())
    return not isinstance(value, bool)


def _value(value: Any, option: Row, name: str, key: Key) -> Iterator[tuple[Key, Fault]]:
    """Check the value of a parameter; of a range its ends, or its options."""
    rows = steps.allowed(option, name)
    if rows is not None:
        yield from in_values.faults(value, rows, key, option["class"])


def _listed(value: Any) -> list[Any]:
    """Return the options that a value may come to."""
    if not ranges.is_range(value):
        return [value]
    try:
        found = ranges.read(value).range
    except RangeError:
        return []
    return list(found.options) if isinstance(found, ranges.Choice) else []


def _names(value: Any) -> list[str]:
    return [ranges.name(option) for option in _listed(value)]


def _choice(step: str, value: list[Any], row: Row) -> str:
    """How to write what a list was meant for; the quotes keep its comma, whatever the style."""
    if not value or not all(isinstance(option, str) for option in value):
        return _example(step, row)
    return f'to have each tried, write {step}: "choice({", ".join(value)})"'


def _example(step: str, row: Row) -> str:
    return f"write {step}: {row['default']}, or {step}: {{{row['default']}: {{...}}}}"
