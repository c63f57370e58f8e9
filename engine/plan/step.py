"""The steps of a plan, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

from engine.contracts import Listener
from engine.recipe.schema import Recipe
from engine.steps import (
    assemble,
    choose,
    evaluate,
    expect,
    inspect,
    load,
    pack,
    refit,
    search,
    split,
)


class Step(Protocol):
    """A module of ``engine.steps``.

    ``MAKES`` is what comes of it, or says that of a recipe; ``READS`` are the recipe keys that its
    result depends on, ``NEEDS`` the earlier steps (with ``step:part`` where it depends on a part
    only), ``LIBRARIES`` those whose version matters.
    """

    __name__: str
    ABOUT: str
    MAKES: str | Callable[[Recipe], str]
    READS: tuple[str, ...]
    NEEDS: tuple[str, ...]
    LIBRARIES: tuple[str, ...]

    def run(
        self, recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener
    ) -> Any:
        """Do the work and leave its result in ``folder``."""

    def load(self, recipe: Recipe, folder: Path) -> Any:
        """Return the result that was left in ``folder``."""


STEPS = tuple(
    cast(Step, step)
    for step in (load, expect, split, assemble, inspect, search, choose, refit, evaluate, pack)
)
LOOKING = (  # what a plan may do: read and profile, fit nothing
    "load", "expect", "split", "assemble", "inspect",
)  # fmt: skip


def name(step: Step) -> str:
    """Return a step's name: the last part of its module's."""
    return step.__name__.rpartition(".")[2]


def makes(step: Step, recipe: Recipe) -> str:
    """Return what comes of a step."""
    return step.MAKES if isinstance(step.MAKES, str) else step.MAKES(recipe)


def optional(step: Step, attribute: str) -> Any:
    """Return what only some steps have: ``KEEPS``, ``FITS``, and functions.

    ``done``, ``digest`` and ``notices`` tell of a result; ``judged(recipe, result, now)`` says at
    each plan and run what has become of it by that time, and may refuse it.
    """
    return getattr(cast(ModuleType, step), attribute, None)
