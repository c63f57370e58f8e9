"""All faults of a composed recipe at once: its shape, and what its values say together.

Opens no data and imports no estimator library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from engine import catalogue
from engine.errors import Fault
from engine.recipe.checks import (
    fields,
    in_compute,
    in_data,
    in_derive,
    in_expect,
    in_families,
    in_features,
    in_metrics,
    in_model,
    in_ranges,
    in_search,
    in_source,
    in_split,
    sentences,
)
from engine.recipe.composition.groups import Groups
from engine.recipe.file.references import Key, Resolver, leaves
from engine.recipe.origin import Trail
from engine.recipe.schema import Recipe

Found = Iterable[tuple[Key, Fault]]


def check(
    tree: Mapping[str, Any], trail: Trail, groups: Groups
) -> tuple[Recipe | None, list[Fault]]:
    """Check a composed recipe.

    Parameters
    ----------
    tree : mapping
        As composed, references not followed.
    trail : Trail
        Where values came from.
    groups : Groups
        To recognise options that stand where they do not belong.

    Returns
    -------
    recipe : Recipe or None
        None where there are faults of its shape.
    faults : list of Fault
        In the order of the files and lines they point at.
    """
    resolver = Resolver(tree)
    resolved = resolver.resolved(tree)
    faults = _placed(resolver.faults.items(), trail)
    faults |= {k: f for k, f in _placed(_meaning(resolved), trail).items() if k not in faults}
    try:
        recipe = Recipe.model_validate(resolved)
    except ValidationError as error:
        recipe = None
        shape = sentences.faults(error, tree, trail, groups)
        faults |= {key: fault for key, fault in shape.items() if not _told(key, faults)}
    return recipe, sorted(faults.values(), key=_place)


def _placed(found: Found, trail: Trail) -> dict[Key, Fault]:
    placed: dict[Key, Fault] = {}
    for key, fault in found:
        placed.setdefault(key, Fault(fault.message, fault.where or trail.where(key), fault.hint))
    return placed


def _told(key: Key, faults: Iterable[Key]) -> bool:
    """Whether a fault of this key, or of one around or below it, has been told already."""
    return any(key[: len(k)] == k or k[: len(key)] == key for k in faults)


def _place(fault: Fault) -> tuple[bool, str, int]:
    file, _, line = fault.where.rpartition(":")
    whole = line.isdigit()
    return not whole, file if whole else fault.where, int(line) if whole else 0


def _meaning(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    yield from _missing(tree)
    yield from in_ranges.faults(tree)
    yield from _truths(tree, ())
    data = _section(tree, "data")
    yield from _data(data)
    if isinstance(tree.get("data"), Mapping):
        yield from in_source.faults(data)
    yield from in_data.faults(data)
    yield from in_expect.faults(_section(data, "expect"))
    yield from in_split.faults(data, _section(tree, "evaluation"))
    yield from in_search.faults(_section(tree, "search"), data, _section(tree, "evaluation"))
    yield from _named(tree)
    yield from in_compute.faults(tree)
    yield from in_metrics.faults(tree)
    yield from in_features.faults(tree)
    yield from in_derive.faults(tree)
    yield from in_model.faults(tree)
    yield from in_families.faults(tree)


def _section(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = tree.get(name)
    return section if isinstance(section, Mapping) else {}


def _truths(tree: Any, key: Key) -> Iterator[tuple[Key, Fault]]:
    """Refuse true and false where a number stands; pydantic would read them as 1 and 0."""
    if isinstance(tree, bool):
        kinds = set(fields.kinds(key))
        if kinds & {int, float} and bool not in kinds and Any not in kinds:
            message = f"`{'.'.join(key)}` is {str(tree).lower()}; a number was expected"
            yield key, Fault(message)
    elif isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from _truths(value, (*key, str(name)))


def _missing(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Refuse ``???``, with which a recipe to be filled in marks what it leaves open."""
    for key, value in leaves(tree):
        if value == "???":
            name = ".".join(key)
            yield key, Fault(f"`{name}` is left open (???)", hint=f"give it: {name}=VALUE")


def _data(data: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """The target is y and nothing else."""
    target = data.get("target")
    if isinstance(target, list | tuple | Mapping):
        yield ("data", "target"), _several(target)
        return
    if target is None:
        return
    for name in ("id", "time", "group", "weight"):
        if data.get(name) == target:
            message = f"`data.{name}` and `data.target` are both {target!r}"
            yield ("data", name), Fault(message, hint="name another column, or leave it out")
    drop = data.get("drop")
    if isinstance(drop, list) and target in drop:
        message = f"`data.drop` holds the target {target!r}"
        yield ("data", "drop"), Fault(message, hint="the target is never a feature; leave it out")
    for name in ("group", "weight"):
        if isinstance(drop, list) and data.get(name) in drop and data.get(name):
            message = f"`data.drop` holds the column of `data.{name}`, {data[name]!r}"
            hint = "leave it out: it is kept out of the features"
            yield ("data", "drop"), Fault(message, hint=hint)


def _several(target: Any) -> Fault:
    """A model here predicts one column: say how to predict each of several."""
    message = "`data.target` names several columns, and a recipe predicts one"
    names = [name for name in target if isinstance(name, str) and name.isidentifier()]
    if len(names) == 1:
        return Fault(message, hint=f"write target: {names[0]}")
    listed = ",".join(names) or "a,b"
    return Fault(message, hint=f"make a job of each: engine run RECIPE -m data.target={listed}")


def _named(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Entries of catalogues that a recipe names by a word."""
    for section, key, role in (
        ("evaluation", "split", "splitters"), ("compute", "executor", "executors"),
    ):  # fmt: skip
        name = _section(tree, section).get(key)
        known = [*catalogue.rows(role), *(["auto"] if key == "split" else [])]
        if isinstance(name, str) and name not in known:
            yield (section, key), catalogue.unknown(role.removesuffix("s"), name, known)
