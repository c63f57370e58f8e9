"""Overrides that set a key: ``search.trials=50``, ``features.rest=drop``."""

from __future__ import annotations

from typing import Any

from hydra.core.override_parser.types import Override as Parsed
from hydra.core.override_parser.types import OverrideType, Sweep, ValueType

from engine import catalogue
from engine.errors import Fault
from engine.recipe import ranges
from engine.recipe.checks import fields
from engine.recipe.command.override import Ground, Override, RefusedError, jobs, swept
from engine.recipe.composition.groups import Groups
from engine.recipe.file import refused
from engine.recipe.file.references import Key


def read(parsed: Parsed, where: str, ground: Ground) -> Override:
    """Check the setting of a key, and quote a range for Hydra.

    Raises
    ------
    RefusedError
        If the key does not exist, or the value cannot be meant.
    """
    text = parsed.input_line or ""
    key = tuple(parsed.key_or_group.split("."))
    if fault := _unknown(parsed, key, ground.groups):
        raise RefusedError(fault)
    if _holds_sweep(parsed._value) and not parsed.is_sweep_override():
        hint = "write it in quotes: 'range(3, 10)'"
        raise RefusedError(Fault("a range inside of { } or [ ] must be in quotes", hint=hint))
    value = parsed.get_value_string() if parsed.is_sweep_override() else parsed.value()
    if found := refused.value_faults(key, value):
        raise RefusedError(*found)
    if ground.multirun or not parsed.is_sweep_override():
        laid = swept(parsed) if parsed.is_choice_sweep() else [value]
        return Override(_forced(parsed, text), where, key, value, tuple(laid))
    if parsed.value_type in (ValueType.SIMPLE_CHOICE_SWEEP, ValueType.GLOB_CHOICE_SWEEP):
        raise RefusedError(_several(parsed, key))
    single = f"{parsed.get_key_element()}={ranges.quoted(str(value))}"
    return Override(_forced(parsed, single), where, key, value, (value,))


def _holds_sweep(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_sweep(child) for child in value.values())
    if isinstance(value, list):
        return any(_holds_sweep(child) for child in value)
    return isinstance(value, Sweep)


def _several(parsed: Parsed, key: Key) -> Fault:
    plain = jobs(parsed, [parsed.get_value_string()])
    if key[0] not in ("model", "features"):
        return plain
    values = parsed.get_value_string()
    name = ".".join(key)
    hint = (
        f"{name}=choice({values}) to search over them, or -m {name}={values} for one run for each"
    )
    return Fault(plain.message, hint=hint)


def _forced(parsed: Parsed, text: str) -> str:
    """Let Hydra set a key that the schema knows though the composed recipe does not hold it."""
    if parsed.type not in (OverrideType.CHANGE, OverrideType.ADD):
        return text
    return f"++{text.removeprefix('+')}"


def _unknown(parsed: Parsed, key: Key, groups: Groups) -> Fault | None:
    if parsed.package is not None or "/" in parsed.key_or_group:
        group = parsed.key_or_group.lstrip("/")
        return catalogue.unknown("config group", group, groups.options)
    if key[0] == "model" and len(key) > 1 and key[1] not in groups.options.get("model", {}):
        return groups.unknown("model", key[1])
    if fields.exists(key):
        return None
    above = fields.parent(key)
    if not above:
        return catalogue.unknown("key", key[0], fields.names(()))
    known = fields.names(above)
    name, missing = ".".join(above), key[len(above)]
    if not known:
        return Fault(f"`{name}` takes a value, and has no key {missing!r} below it")
    guess = catalogue.near(missing, known)
    hint = f"did you mean {name}.{guess}?" if guess else f"known: {', '.join(known)}"
    return Fault(f"there is no key {missing!r} in `{name}`", hint=hint)
