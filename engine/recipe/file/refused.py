"""What no recipe, and no file of ``conf/``, may hold: seen before Hydra sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.errors import Fault
from engine.recipe.file import references, secrets
from engine.recipe.file.references import Key
from engine.recipe.file.text import File

_OF_HYDRA = {"launcher", "sweeper"}
_TYPED = "give it on the command line"


def faults(file: File) -> list[Fault]:
    """Return what is refused in a file, each with its line."""
    found = [*_keys(file.tree, ()), *_references(file.tree), *secrets.faults(file.tree)]
    found += _hydra(file.tree)
    return [Fault(fault.message, file.where(key), fault.hint) for key, fault in found]


def value_faults(key: Key, value: Any) -> list[Fault]:
    """Return what is refused in a value that is set at ``key``."""
    tree = value
    for name in reversed(key):
        tree = {name: tree}
    found = [*_keys(tree, ()), *_references(tree), *secrets.faults(tree)]
    return [fault for _, fault in found]


def _keys(tree: Any, key: Key) -> Iterator[tuple[Key, Fault]]:
    """Refuse ``_target_`` and its like at any depth: no recipe names code to run."""
    if isinstance(tree, list):
        for position, value in enumerate(tree):
            yield from _keys(value, (*key, str(position)))
    if not isinstance(tree, dict):
        return
    for name, value in tree.items():
        here = (*key, str(name))
        if str(name).startswith("_"):
            message = f"the key `{name}` is not allowed: a recipe never names code to run"
            yield here, Fault(message, hint="model families are chosen by name, under `model`")
        yield from _keys(value, here)


def _references(tree: Any) -> Iterator[tuple[Key, Fault]]:
    for key, value in references.leaves(tree):
        fault = references.broken(value) if isinstance(value, str) else None
        if fault:
            yield key, fault


def _hydra(tree: dict[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Refuse settings of Hydra that could name code, such as callbacks."""
    settings = tree.get("hydra")
    if settings is not None and not isinstance(settings, dict):
        yield ("hydra",), Fault("`hydra` takes a mapping")
        return
    for key in [key for key in settings or () if key not in _OF_HYDRA]:
        known = " and ".join(f"`hydra.{name}`" for name in sorted(_OF_HYDRA))
        message = f"`hydra.{key}` cannot be set in a file; only {known} can"
        yield ("hydra", str(key)), Fault(message, hint=_TYPED)
    sweeper = (settings or {}).get("sweeper")
    if isinstance(sweeper, dict) and "custom_search_space" in sweeper:
        message = "`custom_search_space` is not allowed: a recipe never names code to run"
        yield ("hydra", "sweeper", "custom_search_space"), Fault(message, hint=_TYPED)
