"""Recipes and steps without files: for tests of what comes after the recipe was read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
from omegaconf import OmegaConf

from engine.contracts import Index, Listener, silent
from engine.recipe.packaged import folder
from engine.recipe.schema import Family, Recipe
from engine.steps import assemble, choose, evaluate, inspect, pack, refit, search, split
from engine.steps.facts import Facts

SEVERAL = ("auto",)  # options of the group that select families
FAMILIES = tuple(
    path.stem
    for path in sorted((folder("conf") / "model").glob("*.yaml"))
    if path.stem not in SEVERAL
)
STEPS: tuple[ModuleType, ...] = (
    split, assemble, inspect, search, choose, refit, evaluate, pack,
)  # fmt: skip


def family_tree(name: str, **params: Any) -> dict[str, Any]:
    """Return the row of ``conf/model`` of a family, with other values for some parameters."""
    path = folder("conf") / "model" / f"{name}.yaml"
    tree: dict[str, Any] = OmegaConf.to_container(OmegaConf.load(path))  # type: ignore[assignment]  # a mapping
    return {**tree, "params": {**tree.get("params", {}), **params}}


def family(name: str, **params: Any) -> Family:
    """Return a family of ``conf/model``."""
    return Family.model_validate(family_tree(name, **params))


def recipe(model: Mapping[str, Any] | str = "linear", **parts: Any) -> Recipe:
    """Return a recipe whose source is never read.

    Parameters
    ----------
    model : str or mapping
        Names of families, with a blank between; or families as in a recipe.
    parts : mapping
        Other keys of the recipe; ``data`` needs no source, and its target is ``y``.
    """
    families = (
        {name: family_tree(name) for name in model.split()} if isinstance(model, str) else model
    )
    data = {"source": "none.csv", "target": "y", **parts.pop("data", {})}
    tree = {"name": "test", "data": data, "model": families, **parts}
    return Recipe.model_validate(tree)


class Given:
    """A frame in place of a source."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame.reset_index(drop=True)
        names = [str(name) for name in frame]
        self.facts = Facts(len(frame), names, len(frame), names)

    def raw(self, index: Index) -> pd.DataFrame:
        """Return some of the rows."""
        return self.frame.iloc[index]

    def numbers(self, index: Index) -> Index:
        """Return the numbers of some of the rows."""
        return index


class Steps(dict[str, Any]):
    """The results of steps by name, each step's folder below ``root``."""

    def __init__(self, recipe: Recipe, frame: pd.DataFrame, root: Path) -> None:
        super().__init__(load=Given(frame))
        self.recipe = recipe
        self.root = root

    def folder(self, step: str) -> Path:
        """Where a step's result lies."""
        return self.root / step

    def run(self, until: str, listener: Listener = silent) -> Any:
        """Do the steps up to ``until`` that are not done; return its result."""
        for step in STEPS:
            name = step.__name__.rpartition(".")[2]
            if name not in self:
                self.folder(name).mkdir(parents=True, exist_ok=True)
                self[name] = step.run(self.recipe, self, self.folder(name), listener)
            if name == until:
                break
        return self[until]
