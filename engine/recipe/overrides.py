"""Overrides of a recipe on the command line: Hydra's, checked before Hydra sees them.

In a single run a range is quoted, so that it is searched; a key that the schema knows may be set
without ``+``, whether the recipe holds it or not; a name that is not known is refused with the
nearest that is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override as Parsed
from hydra.core.override_parser.types import OverrideType, Sweep, ValueType
from hydra.errors import HydraException

from engine import catalogue
from engine.errors import Fault
from engine.recipe import fields, ranges, refused, secrets
from engine.recipe.groups import SIDE_BY_SIDE, Groups
from engine.recipe.references import Key


@dataclass(frozen=True)
class Override:
    """One override, as Hydra is given it.

    Attributes
    ----------
    text : str
        For Hydra.
    where : str
        For messages: ``command line: key=value``.
    key : tuple of str
        What it sets; empty where it selects options of a group, or sets Hydra itself.
    value : Any
        What it is set to; ranges as text.
    laid : tuple
        The values that Hydra lays there; several where a sweep means jobs.
    """

    text: str
    where: str
    key: Key = ()
    value: Any = None
    laid: tuple[Any, ...] = ()


def read(
    texts: Sequence[str], groups: Groups, multirun: bool = False
) -> tuple[list[Override], list[Fault]]:
    """Read overrides; those with a fault are left out.

    Parameters
    ----------
    texts : sequence of str
        As typed.
    groups : Groups
        The groups there are.
    multirun : bool
        Whether a sweep means jobs (with ``-m``) rather than a range to search.
    """
    read_ones: list[Override] = []
    faults: list[Fault] = []
    for text in texts:
        where = f"command line: {_shown(text)}"
        try:
            read_ones.append(_read(text, where, groups, multirun))
        except _RefusedError as refusal:
            faults += [Fault(f.message, where, f.hint) for f in refusal.faults]
    return read_ones, faults


class _RefusedError(Exception):
    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def _shown(text: str) -> str:
    """Write an override for a message, without secrets."""
    key, sign, value = text.partition("=")
    literal = sign and value and secrets.is_secret(key) and "${" not in value
    return f"{key}={secrets.MASK}" if literal else secrets.masked(text)


def _read(text: str, where: str, groups: Groups, multirun: bool) -> Override:
    parsed = _parsed(text)
    if parsed.is_hydra_override():
        return Override(text, where)
    name = parsed.key_or_group
    if name == "recipe":
        raise _RefusedError(
            Fault("the recipe is named first, not set", hint="engine VERB RECIPE ...")
        )
    whole = name in groups.options and not isinstance(parsed.value(), dict)
    return (
        _selection(parsed, text, where, groups, multirun)
        if whole
        else (_setting(parsed, text, where, groups, multirun))
    )


def _parsed(text: str) -> Parsed:
    try:
        return OverridesParser.create().parse_override(text)
    except HydraException:
        pass
    key, sign, value = text.partition("=")
    if text.startswith("-"):
        raise _RefusedError(Fault("this is no flag", hint="engine VERB --help lists the flags"))
    if not sign:
        hint = f"{text}=VALUE" if text else "leave it out"
        raise _RefusedError(Fault("an override is written key=value", hint=hint))
    if "[" in key:
        hint = f"give the whole list: {key.partition('[')[0]}=[...]"
        raise _RefusedError(Fault("an element of a list cannot be set alone", hint=hint))
    if not re.fullmatch(r"(\+\+|\+|~)?[\w./@:\-$]+", key):
        raise _RefusedError(Fault(f"{key!r} cannot be a key", hint="keys are joined by dots"))
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    raise _RefusedError(
        Fault("Hydra cannot read the value", hint=f"quote it: \"{key}='{quoted}'\"")
    )


def _selection(parsed: Parsed, text: str, where: str, groups: Groups, multirun: bool) -> Override:
    """Check the choice of options of a group."""
    group = parsed.key_or_group
    if parsed.is_delete() and group in SIDE_BY_SIDE:
        raise _RefusedError(
            Fault(f"`{group}` cannot be removed", hint=f"select others: {group}=[...]")
        )
    if parsed.package is not None:
        raise _RefusedError(Fault("an option goes where its group belongs", hint="leave @ out"))
    if parsed.is_delete():
        return Override(text, where)
    options = _options(parsed, groups)
    if parsed.is_sweep_override() and not multirun:
        raise _RefusedError(_jobs(parsed, [ranges.label(option) for option in options]))
    strays = [o for o in _flat(options) if o not in groups.options[group]]
    if strays:
        raise _RefusedError(*(groups.unknown(group, ranges.label(option)) for option in strays))
    if not options:
        raise _RefusedError(groups.unknown(group, "[]"))
    return Override(text, where)


def _options(parsed: Parsed, groups: Groups) -> list[Any]:
    """Return the options that are chosen, in one run or over all jobs."""
    if parsed.value_type == ValueType.GLOB_CHOICE_SWEEP:
        glob: Any = parsed.value()
        return list(glob.filter(sorted(groups.options[parsed.key_or_group])))
    if parsed.is_sweep_override():
        return _swept(parsed)
    value = parsed.value()
    return value if isinstance(value, list) else [value]


def _flat(options: Sequence[Any]) -> list[Any]:
    return [o for option in options for o in (option if isinstance(option, list) else [option])]


def _swept(parsed: Parsed) -> list[Any]:
    if not parsed.is_choice_sweep():
        return [parsed.get_value_string()]
    return [Parsed._convert_value(option) for option in parsed.sweep_iterator()]


def _jobs(parsed: Parsed, values: Sequence[str]) -> Fault:
    """Explain what a list of values without ``-m`` might have meant."""
    key, listed = parsed.get_key_element(), ",".join(values)
    jobs = f"-m {key}={listed} for one run for each"
    if parsed.key_or_group in SIDE_BY_SIDE:
        hint = f"{key}=[{listed}] for one leaderboard over them, or {jobs}"
        return Fault("several options, and no -m", hint=hint)
    return Fault("several values, and no -m", hint=f"give one value, or {jobs}")


def _setting(parsed: Parsed, text: str, where: str, groups: Groups, multirun: bool) -> Override:
    """Check the setting of a key, and quote a range for Hydra."""
    key = tuple(parsed.key_or_group.split("."))
    if fault := _unknown(parsed, key, groups):
        raise _RefusedError(fault)
    if _holds_sweep(parsed._value) and not parsed.is_sweep_override():
        hint = "write it in quotes: 'range(3, 10)'"
        raise _RefusedError(Fault("a range inside of { } or [ ] must be in quotes", hint=hint))
    value = parsed.get_value_string() if parsed.is_sweep_override() else parsed.value()
    if found := refused.value_faults(key, value):
        raise _RefusedError(*found)
    if multirun or not parsed.is_sweep_override():
        laid = _swept(parsed) if parsed.is_choice_sweep() else [value]
        return Override(_forced(parsed, text), where, key, value, tuple(laid))
    if parsed.value_type in (ValueType.SIMPLE_CHOICE_SWEEP, ValueType.GLOB_CHOICE_SWEEP):
        raise _RefusedError(_several(parsed, key))
    quoted = str(value).replace("\\", "\\\\").replace("'", "\\'")
    laid = f"{parsed.get_key_element()}='{quoted}'"
    return Override(_forced(parsed, laid), where, key, value)


def _holds_sweep(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_sweep(child) for child in value.values())
    if isinstance(value, list):
        return any(_holds_sweep(child) for child in value)
    return isinstance(value, Sweep)


def _several(parsed: Parsed, key: Key) -> Fault:
    plain = _jobs(parsed, [parsed.get_value_string()])
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
