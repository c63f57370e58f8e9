"""Look up what can be named in a recipe: ``find("metrics", "roc_auc")``.

A catalogue is a package of the engine (a plural noun: ``sources``, ``splitters``, ...) with a
``catalogue.yaml``: a row for each entry, read without importing anything. Where an entry needs
code, it is the module of the same name in that package; where all entries are made alike, the
package has a function ``load(name)``, which reads parameters out of the name as well
(``f_beta_2``) where the package says ``TAKES_PARAMETERS``. Installed entry points of the group
``engine.<role>`` join in. Nothing registers itself at import time.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from typing import Any

import yaml

from engine.errors import Fault, NotFoundError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def find(role: str, name: str) -> Any:
    """Import and return the entry ``name`` of the catalogue ``role``.

    Raises
    ------
    NotFoundError
        If there is no such entry; the nearest name is suggested.
    """
    if name in _points(role):
        return _points(role)[name].load()
    package = importlib.import_module(f"engine.{role}")
    if name not in rows(role) and not getattr(package, "TAKES_PARAMETERS", False):
        raise NotFoundError(unknown(role.removesuffix("s"), name, rows(role)))
    load = getattr(package, "load", None)
    return load(name) if load else importlib.import_module(f"engine.{role}.{name}")


def names(role: str) -> list[str]:
    """Names of all entries of a catalogue."""
    return sorted(rows(role))


@cache
def rows(role: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the rows of a catalogue by name: what each entry is for, and what it needs.

    The engine's own are read without importing anything; an installed entry point is imported
    and carries its row as its attribute ``ROW``. It cannot take the name of an entry of ours.
    """
    installed = {name: point.load().ROW for name, point in _points(role).items()}
    return {**_own(role), **installed}


def near(name: str, known: Iterable[str]) -> str:
    """Return the known name most like ``name``, or an empty string.

    >>> near("xgbost", ["linear", "xgboost"])
    'xgboost'
    """
    candidates = list(known)
    folded = {candidate.lower(): candidate for candidate in candidates}
    match = difflib.get_close_matches(str(name).lower(), list(folded), n=1, cutoff=0.6)
    return folded[match[0]] if match else ""


def unknown(what: str, name: str, known: Iterable[str], where: str = "") -> Fault:
    """Describe a name that does not exist, with the nearest that does."""
    candidates = sorted(known)
    guess = near(name, candidates)
    hint = f"did you mean {guess!r}?" if guess else f"known: {', '.join(candidates)}"
    return Fault(f"there is no {what} {str(name)!r}", where, hint)


@cache
def _points(role: str) -> dict[str, EntryPoint]:
    found = {point.name: point for point in entry_points(group=f"engine.{role}")}
    return {name: point for name, point in found.items() if name not in _own(role)}


@cache
def _own(role: str) -> dict[str, Any]:
    text = files("engine").joinpath(role, "catalogue.yaml").read_text("utf-8")
    return dict(yaml.load(text, Loader=_LOADER) or {})  # noqa: S506 - either is a safe loader
