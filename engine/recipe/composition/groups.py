"""Config groups: the folders of ``conf/``, the user's before the engine's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import catalogue
from engine.errors import Fault
from engine.recipe.packaged import folder
from engine.recipe.schema import Recipe

SIDE_BY_SIDE = frozenset({"model", "deploy", "ci"})
"""Groups of which several options stand side by side, each under a key of its own."""

BASE = "config"
"""The file of the packaged ``conf/`` that every composition begins with."""

_CALLED = {"model": "model family"}


@dataclass(frozen=True)
class Groups:
    """The groups of a working folder, and the options of each.

    Attributes
    ----------
    folders : tuple of Path
        Where options are looked for, in this order.
    options : mapping
        Names of the options of each group.
    """

    folders: tuple[Path, ...]
    options: Mapping[str, frozenset[str]]

    def unknown(self, group: str, option: str, where: str = "") -> Fault:
        """Describe an option that does not exist."""
        called = _CALLED.get(group, f"{group} option")
        return catalogue.unknown(called, option, self.options[group], where)

    @property
    def packaged(self) -> Path:
        """The engine's own folder, which alone holds the base."""
        return self.folders[-1]

    def file(self, name: str) -> Path | None:
        """Return the file of an option such as ``model/xgboost``, or of the base."""
        folders = (self.packaged,) if name == BASE else self.folders
        candidates = (folder / f"{name}.yaml" for folder in folders)
        return next((file for file in candidates if file.is_file()), None)

    def shown_file(self, file: Path) -> str:
        """Write the path of an option for a message."""
        packaged = file.is_relative_to(self.packaged)
        folder = self.packaged if packaged else self.folders[0]
        return shown(str(file.relative_to(folder)), packaged)


def shown(name: str, packaged: bool) -> str:
    """Write the path of a file of ``conf/`` for a message.

    >>> shown("search/fast.yaml", packaged=True)
    'engine:conf/search/fast.yaml'
    """
    return f"engine:conf/{name}" if packaged else f"conf/{name}"


def find(root: Path) -> Groups:
    """Look up the groups that a recipe run in the folder ``root`` can choose from."""
    folders = tuple(f for f in dict.fromkeys((root / "conf", folder("conf"))) if f.is_dir())
    options: dict[str, frozenset[str]] = {}
    for name in Recipe.model_fields:
        found = {file.stem for folder in folders for file in (folder / name).glob("*.yaml")}
        if found:
            options[name] = frozenset(found)
    return Groups(folders, options)
