"""Formulas that read each other's columns."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from engine.formula.formula import Formula


def ordered(formulas: Mapping[str, Formula]) -> list[str]:
    """Return names of columns so that each comes after those that its formula reads.

    >>> from engine.formula import parse
    >>> ordered({"c": parse("b * 2"), "b": parse("a + 1")})
    ['b', 'c']
    """
    graph = {name: sorted(formula.names & set(formulas)) for name, formula in formulas.items()}
    return list(TopologicalSorter(graph).static_order())


def circle(formulas: Mapping[str, Formula]) -> list[str]:
    """Return names of columns each of which reads the next, the last the first; [] if none do."""
    try:
        ordered(formulas)
    except CycleError as error:
        return list(reversed(error.args[1][1:]))
    return []
