"""What a builder of estimators is told besides the parameters of the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from engine.recipe import estimators, objectives
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
    signs : tuple of int
        Of the first columns: 1 where predictions may only rise, -1 where they may only fall.
    rows : int, optional
        How many are fitted.
    device : {"cpu", "gpu"}
        What families that can use a GPU are told.
    """

    classify: bool
    seed: int = 0
    threads: int = 1
    categories: int = 0
    rounds: int | None = None
    in_time: bool = False
    signs: tuple[int, ...] = ()
    rows: int | None = None
    device: str = "cpu"


def class_name(family: Family, classify: bool) -> str:
    """Return the name of the class of a family; some objectives have one of their own."""
    return str(family.classifier if classify else objectives.regressor(family))


def estimator_class(family: Family, classify: bool) -> Any:
    """Import the class of a family; its name was checked against the trusted packages."""
    module, _, name = class_name(family, classify).rpartition(".")
    return getattr(import_module(module), name)


def accepted(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a class has; the others belong to its sibling for another task."""
    known = _known(name)
    return {param: value for param, value in params.items() if param in known}


@cache
def _known(name: str) -> frozenset[str]:
    listed = estimators.parameters(name)
    if listed is not None:
        return frozenset(listed)
    module, _, last = name.rpartition(".")
    return frozenset(getattr(import_module(module), last)().get_params())
