"""Reading the files of ``conf/``, each an option of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra.plugins.config_source import ConfigResult
from omegaconf import OmegaConf

from engine.errors import RecipeError
from engine.recipe.composition import overlay
from engine.recipe.composition.groups import BASE, SIDE_BY_SIDE, shown
from engine.recipe.composition.overlay import Kind
from engine.recipe.file import refused, text
from engine.recipe.file.nodes import Key
from engine.recipe.file.text import File

RECIPES = "recipe"
"""The group of Hydra that recipes are in."""

PACKAGED = "engine"
"""What Hydra is told of the engine's own folder, by the word 'provider'."""


class CheckedFolder(FileConfigSource):
    """A folder ``conf/`` whose files are checked before OmegaConf sees them.

    Recipes and settings of Hydra are never found in it, and the base only in the engine's own.

    Attributes
    ----------
    above : mapping
        Where a recipe or an override lays a list or a mapping over what is read here.
    """

    above: Mapping[Key, frozenset[Kind]] = MappingProxyType({})

    @staticmethod
    def scheme() -> str:
        return "checked"

    def is_config(self, config_path: str) -> bool:
        base = config_path.removesuffix(".yaml") == BASE and self.provider != PACKAGED
        return not base and not _is_kept(config_path) and super().is_config(config_path)

    def is_group(self, config_path: str) -> bool:
        return not _is_kept(config_path) and super().is_group(config_path)

    def load_config(self, config_path: str) -> ConfigResult:
        name = self._normalize_file_name(config_path)
        file = read(Path(self.path) / name, shown(name, self.provider == PACKAGED))
        tree = overlay.cleared(file.tree, self.above, package(config_path, file.package))
        header: dict[str, str | None] = {"package": file.package}
        place = f"{self.scheme()}://{self.path}"
        return ConfigResult(self.provider, place, OmegaConf.create(tree), header)


def read(path: Path, shown: str) -> File:
    """Read a file of ``conf/`` that is called ``shown`` in messages.

    Where options of a group stand side by side, a file without a header is laid under its name.

    Raises
    ------
    engine.errors.RecipeError
        If it cannot be read, or holds what no file may hold.
    """
    file = text.read(path, shown=shown, may_be_empty=True)
    group = path.parent.name
    if group in SIDE_BY_SIDE and file.package is None:
        file = replace(file, package=f"{group}.{path.stem}")
    if faults := [*file.faults, *refused.faults(file)]:
        raise RecipeError(*faults)
    return file


def package(option: str, header: str | None) -> Key:
    """Return the key under which an option is laid, as Hydra does.

    >>> package("search/fast", None), package("model/xgboost", "model.xgboost")
    (('search',), ('model', 'xgboost'))
    """
    group = option.rpartition("/")[0].replace("/", ".")
    name = (header or group).replace("_group_", group)
    return () if name in ("", "_global_") else tuple(name.split("."))


def _is_kept(config_path: str) -> bool:
    return config_path.split("/")[0] in (RECIPES, "hydra")
