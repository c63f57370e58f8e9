"""The gateway to Hydra: config groups, a recipe and overrides become one tree.

The recipe is put into Hydra's ConfigStore in Hydra's form, and never read from the search path.
Files of ``conf/`` are read by :mod:`engine.recipe.composition.options`, so that nothing
unchecked is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hydra import version
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra._internal.hydra import Hydra
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.errors import HydraException, MissingConfigException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from engine.errors import Fault, RecipeError
from engine.recipe.command.override import Override
from engine.recipe.composition import machinery, options, overlay, settings
from engine.recipe.composition.groups import BASE, Groups
from engine.recipe.composition.options import PACKAGED, RECIPES, CheckedFolder
from engine.recipe.composition.overlay import Kinds
from engine.recipe.file import text
from engine.recipe.file.nodes import Key
from engine.recipe.file.text import File

FAILURES = (HydraException, OmegaConfBaseException, ValueError, TypeError, AttributeError)
"""What Hydra raises where it cannot compose."""


@dataclass(frozen=True)
class Layer:
    """A file that takes part in a recipe, and the key under which its content is laid."""

    file: File
    package: Key

    def holds(self, key: Key) -> bool:
        """Whether the file says something at a key of the recipe."""
        return key[: len(self.package)] == self.package and self._own(key) in self.file.lines

    def value(self, key: Key) -> Any:
        """Return what it says there."""
        tree: Any = self.file.tree
        for name in self._own(key):
            if tree is None:  # `model: {linear: }` selects a family, and leaves no tree of it
                return None
            inside = isinstance(tree, list)
            tree = tree[int(name)] if inside else {str(k): v for k, v in tree.items()}.get(name)
        return tree

    def where(self, key: Key) -> str:
        """Return the ``file:line`` where it says so."""
        return self.file.where(self._own(key))

    def _own(self, key: Key) -> Key:
        return key[len(self.package) :]


@dataclass(frozen=True)
class Composed:
    """What Hydra made of a recipe.

    Attributes
    ----------
    tree : dict
        Plain values; references are not followed.
    layers : tuple of Layer
        The files that took part, in the order in which they were laid over each other.
    chosen : mapping
        The options of each group that were selected.
    """

    tree: dict[str, Any]
    layers: tuple[Layer, ...]
    chosen: dict[str, tuple[str, ...]]


def compose(called: str, recipe: File, groups: Groups, overrides: Sequence[Override]) -> Composed:
    """Compose a recipe for one run.

    Parameters
    ----------
    called : str
        What the recipe is called.
    recipe : File
        In Hydra's form.
    groups : Groups
        Whose folders are searched, the user's first.
    overrides : sequence of Override
        Laid over all of it, in order.

    Raises
    ------
    engine.errors.RecipeError
        If Hydra cannot compose it.
    """
    texts = [selects(called), *_effective(overrides)]
    try:
        with undisturbed():
            hydra = hydra_for(called, machinery.alone(recipe), groups, overrides)
            config = hydra.compose_config(BASE, texts, RunMode.RUN, with_log_configuration=False)
            defaults = hydra.config_loader.compute_defaults_list(BASE, texts, RunMode.RUN).defaults
    except MissingConfigException as error:
        raise RecipeError(_missing(error, recipe, groups, overrides)) from None
    except FAILURES as error:
        raise RecipeError(_untold(error, recipe, overrides)) from None
    layers = [_layer(d.config_path, d.package, recipe, groups) for d in defaults]
    paths = [d.config_path for d in defaults if d.config_path and "/" in d.config_path]
    return Composed(_plain(config), tuple(layer for layer in layers if layer), _chosen(paths))


def hydra_for(
    called: str, recipe: File, groups: Groups, overrides: Sequence[Override] = ()
) -> Hydra:
    """Make Hydra ready for a recipe, to compose one run of it, or to sweep over many.

    What :func:`selects` returns, among the overrides given to it, selects the recipe.
    """
    version.setbase("1.3")
    Plugins.instance().register(CheckedFolder)
    laid = [(o.key, value) for o in overrides if o.key for value in o.laid]
    _store(_option(called), recipe, overlay.kinds(laid))
    GlobalHydra.instance().clear()
    hydra = Hydra.create_main_hydra2("engine", _search_path(groups))
    above = overlay.kinds([((), recipe.tree), *laid])
    for source in hydra.config_loader.get_sources():
        if isinstance(source, CheckedFolder):
            source.above = above
    return hydra


def selects(called: str) -> str:
    """Return the override by which Hydra takes the recipe of that name.

    >>> selects("churn"), selects("2024")
    ('recipe=recipe_churn', 'recipe=recipe_2024')
    """
    return f"{RECIPES}={_option(called)}"


def _option(called: str) -> str:
    """Return a name that Hydra's grammar takes for a word: ``2024`` or ``null`` it would not."""
    return f"{RECIPES}_" + re.sub(r"\W", "_", called, flags=re.ASCII)


def _effective(overrides: Sequence[Override]) -> list[str]:
    """Leave out a list or mapping whose place a later override takes with the other."""
    kinds = [overlay.kinds((o.key, value) for value in o.laid) for o in overrides]
    return [
        override.text
        for position, override in enumerate(overrides)
        if not any(overlay.clash(kinds[position], later) for later in kinds[position + 1 :])
    ]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Leave Hydra as it was: a multirun, or a program of the user's, may be at work."""
    store, hydra = ConfigStore.instance(), GlobalHydra.instance()
    recipes, active = store.repo.get(RECIPES), hydra.hydra
    try:
        yield
    finally:
        store.repo.pop(RECIPES, None)
        if recipes is not None:
            store.repo[RECIPES] = recipes
        hydra.hydra = active


def base(groups: Groups) -> set[str]:
    """Return the groups that the base has a default for."""
    defaults = text.read(groups.packaged / f"{BASE}.yaml").tree["defaults"]
    return {group for entry in defaults if isinstance(entry, dict) for group in entry}


def _store(option: str, recipe: File, above: Kinds) -> None:
    store = ConfigStore.instance()
    store.repo.pop(RECIPES, None)
    tree = overlay.cleared(recipe.tree, above)
    try:
        store.store(option, tree, group=RECIPES, package=recipe.package or "_global_")
    except OmegaConfBaseException as error:
        raise RecipeError(Fault(_sentence(error), recipe.name)) from None


def _search_path(groups: Groups) -> ConfigSearchPathImpl:
    path = ConfigSearchPathImpl()
    path.append("hydra", "pkg://hydra.conf")
    for folder in groups.folders:
        provider = PACKAGED if folder == groups.packaged else "user"
        path.append(provider, f"{CheckedFolder.scheme()}://{folder.absolute()}")
    path.append("schema", "structured://")
    return path


def _plain(config: DictConfig) -> dict[str, Any]:
    tree: Any = OmegaConf.to_container(config, resolve=False)
    return {key: value for key, value in tree.items() if key != "hydra"}


def _layer(path: str | None, package: str | None, recipe: File, groups: Groups) -> Layer | None:
    if path is None or path.startswith("hydra/"):
        return None
    key = tuple(package.split(".")) if package else ()
    if path.startswith(f"{RECIPES}/"):
        return Layer(recipe, key)
    file = groups.file(path)
    return Layer(options.read(file, groups.shown_file(file)), key) if file else None


def _chosen(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    chosen: dict[str, tuple[str, ...]] = {}
    for path in paths:
        group, _, option = path.partition("/")
        chosen[group] = (*chosen.get(group, ()), option)
    return chosen


def _missing(
    error: MissingConfigException, recipe: File, groups: Groups, overrides: Sequence[Override]
) -> Fault:
    group, _, option = (error.missing_cfg_file or "").rpartition("/")
    where = _blamed(f"{group}={option}", recipe.where(("defaults",)), overrides)
    if group in groups.options:
        return groups.unknown(group, option, where)
    return settings.unknown(group or "conf", option, error.options or (), where)


def _untold(error: Exception, recipe: File, overrides: Sequence[Override]) -> Fault:
    """Report what only Hydra found, in its own words."""
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    message = _sentence(cause)
    return Fault(message, _blamed(message, recipe.name, overrides))


def _sentence(error: BaseException) -> str:
    lines = [line.strip().rstrip(".:") for line in str(error).splitlines() if line.strip()]
    return ". ".join(lines[:2]) or type(error).__name__


def _blamed(message: str, where: str, overrides: Sequence[Override]) -> str:
    """Return the override that a message of Hydra's speaks of, else ``where``."""
    keys = ((override.text.partition("=")[0].lstrip("+~"), override) for override in overrides)
    return next((override.where for key, override in keys if key in message), where)
