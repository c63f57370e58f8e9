"""The defaults list of a recipe in Hydra's form, checked before Hydra reads it."""

from __future__ import annotations

from typing import Any

from engine import catalogue
from engine.errors import Fault
from engine.recipe.composition.groups import Groups
from engine.recipe.file.text import File

_OF_HYDRA = (
    "hydra/launcher", "hydra/sweeper", "hydra/sweeper/sampler", "hydra/job_logging",
    "hydra/hydra_logging",
)  # fmt: skip
_EXAMPLE = "write - override /GROUP: OPTION"


def faults(file: File, groups: Groups) -> list[Fault]:
    """Return what is wrong with the defaults list of a recipe, if it has one."""
    entries = file.tree.get("defaults", [])
    if not isinstance(entries, list):
        fault = Fault("`defaults` is Hydra's list of options", file.where(("defaults",)), _EXAMPLE)
        return [fault]
    found: list[Fault] = []
    for position, entry in enumerate(entries):
        where = file.where(("defaults", str(position)))
        found += _entry(entry, where, groups)
    return found


def selected(tree: dict[str, Any]) -> set[str]:
    """Return the groups that a recipe's own defaults list adds or overrides."""
    entries = tree.get("defaults", [])
    keys = (key for entry in entries if isinstance(entry, dict) for key in entry)
    return {str(key).split()[-1].lstrip("/") for key in keys}


def _entry(entry: Any, where: str, groups: Groups) -> list[Fault]:
    if entry == "_self_":
        return []
    if isinstance(entry, str):
        group, _, option = entry.lstrip("/").rpartition("/")
        return _choice(group, [option], where, groups) if group else [_stray(entry, where)]
    if not isinstance(entry, dict) or len(entry) != 1:
        return [_stray(entry, where)]
    key, value = next(iter(entry.items()))
    words = str(key).split()
    if "optional" in words:
        hint = "a misspelt option would be passed over in silence"
        return [Fault("`optional` is not allowed in a defaults list", where, hint)]
    if words[:-1] not in ([], ["override"]) or "@" in words[-1]:
        return [_stray(entry, where)]
    if not words[-1].startswith("/"):
        return [Fault(f"the group {words[-1]!r} is written /{words[-1]}", where, _EXAMPLE)]
    options = value if isinstance(value, list) else [value]
    return _choice(words[-1].lstrip("/"), options, where, groups)


def _stray(entry: Any, where: str) -> Fault:
    shown = entry if isinstance(entry, str) else str(entry)
    return Fault(f"{shown!r} cannot stand in a defaults list", where, _EXAMPLE)


def _choice(group: str, options: list[Any], where: str, groups: Groups) -> list[Fault]:
    if group in _OF_HYDRA:
        return []
    if group not in groups.options:
        return [catalogue.unknown("config group", group, groups.options, where)]
    known = groups.options[group]
    return [groups.unknown(group, str(o), where) for o in options if o not in known]
