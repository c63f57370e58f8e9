"""From the short form of a recipe to Hydra's own.

Under a key that is a config group, a word or a list of words selects options; in groups that
hold options side by side the keys of a mapping do; in the others ``use:`` does, and so it does
under ``hydra`` (:mod:`engine.recipe.composition.machinery`). A file that has
a defaults list is Hydra's already, and stays as it is. Nothing else is rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import yaml

from engine.errors import Fault
from engine.recipe.composition import machinery as jobs
from engine.recipe.composition.groups import SIDE_BY_SIDE, Groups
from engine.recipe.composition.settings import HYDRA
from engine.recipe.file.text import File


@dataclass(frozen=True)
class Rewritten:
    """A recipe in Hydra's form.

    Attributes
    ----------
    file : File
        With the tree rewritten, and lines as they were.
    faults : tuple of Fault
        Of the file, and selections that cannot be understood and were left out.
    """

    file: File
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        """Write it as Hydra would read it from a file."""
        body = yaml.safe_dump(self.file.tree, sort_keys=False, allow_unicode=True, width=100)
        return f"# @package _global_\n{body}"


@dataclass(frozen=True)
class _Selection:
    """What one top-level key selects, and the values that remain under it."""

    options: str | list[str] | None = None
    values: Mapping[Any, Any] | None = None
    faults: tuple[Fault, ...] = ()


def rewrite(file: File, groups: Groups, in_base: Set[str]) -> Rewritten:
    """Rewrite a recipe; one that has a defaults list is returned as it is.

    Parameters
    ----------
    file : File
        As written by the user.
    groups : Groups
        The groups it can choose from.
    in_base : set of str
        Groups that the base has a default for, which a choice overrides.
    """
    if "defaults" in file.tree:
        return Rewritten(file, file.faults)
    added: list[Any] = []
    overriding: list[Any] = []
    body: dict[str, Any] = {}
    machinery = jobs.rewrite(file)
    faults = [*file.faults, *machinery.faults]
    for key, value in file.tree.items():
        if key not in groups.options:
            body[key] = machinery.values if key == HYDRA else value
            continue
        selection = _select(key, value, groups, file)
        faults += selection.faults
        if selection.values:
            body[key] = selection.values
        if selection.options and key in in_base:
            overriding.append({f"override /{key}": selection.options})
        elif selection.options:
            added.append({f"/{key}": selection.options})
    overriding += machinery.overriding
    defaults = [*added, "_self_", *overriding] if added or overriding else []
    tree = {"defaults": defaults, **body} if defaults else body
    return Rewritten(replace(file, tree=tree), tuple(faults))


def with_name(file: File, name: str) -> File:
    """Give a recipe that has no name the one of its file."""
    return file if "name" in file.tree else replace(file, tree={"name": name, **file.tree})


def _select(group: str, value: Any, groups: Groups, file: File) -> _Selection:
    match value:
        case None:
            return _Selection()
        case str():
            return _known(group, value, groups, file)
        case []:
            hint = "leave the key out for the default"
            fault = Fault(f"the list under `{group}` is empty", file.where((group,)), hint)
            return _Selection(faults=(fault,))
        case list():
            return _list(group, value, groups, file)
        case dict() if group in SIDE_BY_SIDE:
            return _side_by_side(group, value, groups, file)
        case dict():
            return _mapping(group, value, groups, file)
    where = file.where((group,))
    known = f"known: {', '.join(sorted(groups.options[group]))}"
    return _Selection(
        faults=(Fault(f"`{group}` takes a word or a mapping, not {value!r}", where, known),)
    )


def _known(group: str, option: str, groups: Groups, file: File) -> _Selection:
    if option in groups.options[group]:
        return _Selection(option)
    return _Selection(faults=(groups.unknown(group, option, file.where((group,))),))


def _list(group: str, value: list[Any], groups: Groups, file: File) -> _Selection:
    faults: list[Fault] = []
    for position, option in enumerate(value):
        where = file.where((group, str(position)))
        if not isinstance(option, str):
            hint = f"to configure them, write a mapping: `{group}:` with a key for each"
            faults.append(Fault(f"a list under `{group}` holds names alone", where, hint))
        elif option not in groups.options[group]:
            faults.append(groups.unknown(group, option, where))
    known = [o for o in value if isinstance(o, str) and o in groups.options[group]]
    return _Selection(list(dict.fromkeys(known)), None, tuple(faults))


def _side_by_side(group: str, value: dict[Any, Any], groups: Groups, file: File) -> _Selection:
    known = [key for key in value if key in groups.options[group]]
    faults = [
        groups.unknown(group, key, file.where((group, str(key))))
        for key in value
        if key not in known
    ]
    values = {key: value[key] for key in known if value[key] is not None}
    return _Selection(known, values, tuple(faults))


def _mapping(group: str, value: dict[Any, Any], groups: Groups, file: File) -> _Selection:
    values = {key: inner for key, inner in value.items() if key != "use"}
    if "use" not in value:
        return _Selection(None, values)
    option = value["use"]
    if isinstance(option, str) and option in groups.options[group]:
        return _Selection(option, values)
    fault = groups.unknown(group, option, file.where((group, "use")))
    return _Selection(None, values, (fault,))
