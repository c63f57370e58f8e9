"""What a builder of estimators is told besides the parameters of the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from engine.recipe.schema import Family


@dataclass(frozen=True)
class Setting:
    """The circumstances of a fit.

    Attributes
    ----------
    classify : bool
        Classification or regression.
    seed, threads : int
        For families that take them.
    categories : int
        The first so many columns are category codes.
    rounds : int, optional
        Fit exactly so many rounds (a refit) instead of stopping early.
    in_time : bool
        Rows stand in the order of time.
    """

    classify: bool
    seed: int = 0
    threads: int = 1
    categories: int = 0
    rounds: int | None = None
    in_time: bool = False


def estimator_class(family: Family, classify: bool) -> Any:
    """Import the class of a family; its name was checked against the trusted packages."""
    module, _, name = str(family.classifier if classify else family.regressor).rpartition(".")
    return getattr(import_module(module), name)


def accepted(cls: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that this class has; the others belong to its sibling for another task."""
    return {name: value for name, value in params.items() if name in _known(cls)}


@cache
def _known(cls: Any) -> frozenset[str]:
    return frozenset(cls().get_params())
