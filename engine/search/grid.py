"""Every candidate of a finite space, one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from engine.recipe.ranges import Choice, Interval, Whole
from engine.recipe.space import Draw, Pick, default
from engine.search.candidate import FamilySpace

MOST = 100_000

Point = tuple[str, Mapping[str, Any]]


def points(families: Sequence[FamilySpace], seed: int) -> list[Point]:
    """Return a family and its values for every candidate.

    The defaults of each family stand first, the others in an order that the seed gives.
    """
    firsts: list[Point] = [(family.name, _defaults(family)) for family in families]
    others = [
        (family.name, values)
        for family, (_, first) in zip(families, firsts, strict=True)
        for values in _all_of(family)
        if values != first
    ]
    order = np.random.default_rng(seed % 2**32).permutation(len(others))
    return firsts + [others[i] for i in order]


def _defaults(family: FamilySpace) -> dict[str, Any]:
    values: dict[str, Any] = {}

    def choose(parameter: Draw | Pick) -> Any:
        values[parameter.path] = default(parameter)
        return values[parameter.path]

    family.candidate(choose)
    return values


def _all_of(family: FamilySpace) -> Iterator[dict[str, Any]]:
    """Walk the conditional space depth first: each path of choices once."""
    pending: list[dict[str, Any]] = [{}]
    while pending:
        values = pending.pop()
        first = _first_open(family, values)
        if first is None:
            yield values
        else:
            pending += [{**values, first.path: option} for option in reversed(options(first))]


def _first_open(family: FamilySpace, values: Mapping[str, Any]) -> Draw | Pick | None:
    """Return the first active range that has no value yet."""
    found: list[Draw | Pick] = []

    def choose(parameter: Draw | Pick) -> Any:
        if parameter.path not in values:
            found.append(parameter)
        return values.get(parameter.path, default(parameter))

    family.candidate(choose)
    return found[0] if found else None


def options(parameter: Draw | Pick) -> list[Any]:
    """Every value of a range."""
    if isinstance(parameter, Pick):
        return list(parameter.options)
    match parameter.range:
        case Whole(low, high, step):
            return list(range(low, high + 1, step))
        case Interval() as interval:
            return numbers(interval)
        case Choice(found):
            return list(found)


def numbers(interval: Interval) -> list[float]:
    """The numbers on an interval's grid.

    >>> numbers(Interval(0.1, 0.3, step=0.1))
    [0.1, 0.2, 0.3]
    """
    if interval.step is None:
        raise ValueError("an interval without steps has no end of numbers")
    count = math.floor((interval.high - interval.low) / interval.step + 1e-9) + 1
    steps = (interval.low + interval.step * i for i in range(count))
    return [min(float(f"{step:.12g}"), interval.high) for step in steps]
