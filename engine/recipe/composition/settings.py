"""Hydra's own config groups, such as ``hydra/launcher``: which options there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins

from engine import catalogue
from engine.errors import Fault

HYDRA = "hydra"
EXTRAS = {("hydra/launcher", "joblib"): "joblib"}
"""Options that an extra of the engine brings."""


def groups() -> dict[str, frozenset[str]]:
    """Return the options of each of Hydra's groups, those of installed plugins among them."""
    Plugins.instance()  # which puts their options into the store
    found = dict(_below(ConfigStore.instance().repo.get(HYDRA, {})))
    for folder in files(HYDRA).joinpath("conf", HYDRA).iterdir():
        if folder.is_dir():
            own = {file.name for file in folder.iterdir() if file.name.endswith(".yaml")}
            found.setdefault(folder.name, set()).update(n.removesuffix(".yaml") for n in own)
    return {f"{HYDRA}/{name}": frozenset(options) for name, options in found.items()}


def _below(held: dict[str, Any], above: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield each group of the store with its options; a group may stand within another."""
    for name, inner in held.items():
        if isinstance(inner, dict):
            options = {file for file, node in inner.items() if not isinstance(node, dict)}
            yield above + name, {file.removesuffix(".yaml") for file in options}
            yield from _below(inner, f"{above}{name}/")


def unknown(group: str, option: str, known: Iterable[str], where: str = "") -> Fault:
    """Describe an option that does not exist, or is not installed."""
    if extra := EXTRAS.get((group, option)):
        message = f"{group}={option} is not installed"
        return Fault(message, where, f"pip install 'recipe-engine[{extra}]'")
    return catalogue.unknown(f"option of {group}", option, known, where)
