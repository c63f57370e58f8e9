"""Hydra's own config groups, such as ``hydra/launcher``: their options, and the keys of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from importlib.resources import files
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from omegaconf import BooleanNode, DictConfig, FloatNode, IntegerNode, OmegaConf, StringNode
from omegaconf.errors import OmegaConfBaseException

from engine import catalogue, extras
from engine.errors import Fault

HYDRA = "hydra"
EXTRAS = {("hydra/launcher", "joblib"): "joblib"}
"""Options that an extra of the engine brings."""
MAKES_JOBS = ("launcher", "sweeper")
"""What makes and runs jobs, and so does nothing in a single run."""
_COUNTS = {"hydra.sweeper.n_trials", "hydra.sweeper.n_jobs"}
_EXPECTED = {
    IntegerNode: "a whole number", FloatNode: "a number", StringNode: "a text",
    BooleanNode: "true or false",
}  # fmt: skip


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
        return Fault(message, where, extras.install(extra))
    return catalogue.unknown(f"option of {group}", option, known, where)


def misfit(part: str, key: str, value: Any, option: str | None = None) -> Fault | None:
    """Describe a key of ``hydra.launcher`` or ``hydra.sweeper`` that is not there, or its value.

    Parameters
    ----------
    part : str
        ``launcher`` or ``sweeper``.
    value : Any
        What is not a single value is left to Hydra.
    option : str, optional
        The option that is chosen; any may have the key where none is.
    """
    nodes = _nodes(part, option)
    known = {str(name) for node in nodes for name in node if not str(name).startswith("_")}
    known.discard("defaults")
    if not nodes or key.startswith("_"):
        return None
    if key not in known:
        guess = catalogue.near(key, known)
        listed = f"known: {', '.join(sorted(known)) or 'none'}"
        hint = f"did you mean hydra.{part}.{guess}?" if guess else listed
        return Fault(f"there is no key {key!r} in `hydra.{part}`", hint=hint)
    if not isinstance(value, str | int | float) or "${" in str(value):
        return None
    faults = [_refused(part, key, value, node) for node in nodes if key in node]
    return faults[0] if all(faults) else None


def _nodes(part: str, option: str | None) -> list[DictConfig]:
    """Return copies of what the options hold, as far as plugins say so in code."""
    Plugins.instance()
    held = ConfigStore.instance().repo.get(HYDRA, {}).get(part, {})
    wanted = [item for name, item in held.items() if option in (None, name.removesuffix(".yaml"))]
    nodes = (getattr(item, "node", None) for item in wanted)
    return [deepcopy(node) for node in nodes if isinstance(node, DictConfig)]


def _refused(part: str, key: str, value: Any, node: DictConfig) -> Fault | None:
    """Describe a value that is of another kind than its key takes, or too small a number."""
    kind: Any = node._get_node(key)
    name = f"hydra.{part}.{key}"
    try:
        OmegaConf.update(node, key, value)
    except OmegaConfBaseException:
        expected = _EXPECTED.get(type(kind), "another kind of value")
        return Fault(f"`{name}` is {value!r}; {expected} was expected")
    if name in _COUNTS and node[key] < 1:
        return Fault(f"`{name}` is {value}; at least 1 was expected")
    return None
