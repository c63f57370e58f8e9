"""What a family is fitted for, besides means: quantiles, counts, amounts that are often nothing.

A family's row says for each word what its class calls it. ``{quantile}`` and ``{power}`` in a
parameter stand for the family's numbers of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.recipe.schema import Family

LEVELS = {"quantile": "quantile", "tweedie": "power"}
"""The number that belongs to an objective."""

COUNTS = ("poisson", "tweedie")
"""Objectives for values that are never negative."""


def counts(family: Family) -> bool:
    """Whether predictions of a family are means of values that are never negative."""
    return family.objective in COUNTS


def regressor(family: Family) -> str | None:
    """Return the class for a family's objective."""
    row = family.objectives.get(family.objective or "")
    return (row.regressor if row else None) or family.regressor


def parameters(family: Family) -> dict[str, Any]:
    """Return the parameters that a family's objective stands for."""
    row = family.objectives.get(family.objective or "")
    return {name: _filled(value, family) for name, value in row.params.items()} if row else {}


def _filled(value: Any, family: Family) -> Any:
    for name in LEVELS.values():
        level, mark = getattr(family, name), f"{{{name}}}"
        if value == mark:
            return level
        if isinstance(value, str):
            value = value.replace(mark, repr(level))
    return value
