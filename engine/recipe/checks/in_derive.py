"""Faults of derived columns: formulas that cannot be read, that read the target or each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Fault
from engine.formula import Formula, FormulaError, circle, parse
from engine.recipe import ranges
from engine.recipe.file.references import Key

_KEY = ("features", "derive")
_OF_DATA = ("target", "id", "time", "group", "weight")


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of ``features.derive`` that can be found without data."""
    written = _mapping(_mapping(tree, "features"), "derive")
    data = _mapping(tree, "data")
    read: dict[str, Formula] = {}
    for name, text in written.items():
        key = (*_KEY, str(name))
        if fault := _named(str(name), data):
            yield key, fault
        if not isinstance(text, str) or ranges.is_range(text) or text == "???":
            continue
        try:
            read[str(name)] = parse(text)
        except FormulaError as error:
            for fault in error.faults:
                yield key, Fault(f"`{'.'.join(key)}`: {fault.message}", hint=fault.hint)
    for name, formula in read.items():
        if fault := _reading(name, formula, data):
            yield (*_KEY, name), fault
    yield from _circles(read)
    yield from _of_families(_mapping(tree, "model"))


def _mapping(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tree.get(key)
    return found if isinstance(found, Mapping) else {}


def _named(name: str, data: Mapping[str, Any]) -> Fault | None:
    for key in _OF_DATA:
        if data.get(key) == name:
            message = f"`features.derive` makes a column {name!r}, which is `data.{key}`"
            hint = f"`data.{key}` is a column of the data; give the derived one another name"
            return Fault(message, hint=hint)
    return None if name.strip() else Fault("a derived column has no name")


def _reading(name: str, formula: Formula, data: Mapping[str, Any]) -> Fault | None:
    """Refuse a formula that reads what no row to predict has, or what was left out."""
    where = f"`features.derive.{name}`"
    target, drop = data.get("target"), data.get("drop")
    if isinstance(target, str) and target in formula.names:
        message = f"{where} reads the target {target!r}, which a row to predict does not have"
        return Fault(message, hint="leave it out of the formula: it would give the answer away")
    dropped = sorted(formula.names & {str(n) for n in drop}) if isinstance(drop, list) else []
    if dropped:
        message = f"{where} reads {dropped[0]!r}, which `data.drop` leaves out"
        return Fault(message, hint=f"take {dropped[0]} out of data.drop")
    return None


def _circles(read: Mapping[str, Formula]) -> Iterator[tuple[Key, Fault]]:
    left = dict(read)
    while names := circle(left):
        key = (*_KEY, names[0])
        if len(names) == 1:
            message = f"`{'.'.join(key)}` reads itself"
            hint = "give the derived column a name that the data does not have"
        else:
            chain = " -> ".join([*names, names[0]])
            message = f"derived columns read each other in a circle: {chain}"
            hint = "build one of them of columns of the data"
        yield key, Fault(message, hint=hint)
        left = {name: formula for name, formula in left.items() if name not in names}


def _of_families(model: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    for name in model:
        if _mapping(_mapping(_mapping(model, name), "features"), "derive"):
            key = ("model", str(name), "features", "derive")
            message = f"`{'.'.join(key)}`: columns are derived for all families alike"
            yield key, Fault(message, hint="write it under features.derive")
