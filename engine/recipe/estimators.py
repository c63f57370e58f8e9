"""Which classes a recipe may come to: of trusted packages, by a table, without importing any."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from engine import catalogue, extras
from engine.errors import Fault

TRUSTED = ("sklearn", "xgboost", "lightgbm", "catboost", "interpret")
"""Packages whose estimators may be named; installed entry points extend it, a recipe cannot."""

EXTRAS = {"lightgbm": "boosting", "catboost": "boosting", "interpret": "boosting"}
"""Packages that are not installed with the engine, and the extra that brings each."""

POINTS = "engine.trusted"
"""Group of entry points, each named for a class: ``my_package.models.MyClassifier``."""


def fault(name: str, kind: str) -> Fault | None:
    """Say what is wrong with a class name, if anything is.

    Parameters
    ----------
    name : str
        Such as ``sklearn.svm.SVC``.
    kind : {"classifier", "regressor", "transformer"}
        What it must be.
    """
    if name in _installed():
        return None
    package = name.split(".")[0]
    if package not in TRUSTED:
        hint = f"known packages: {', '.join(TRUSTED)}"
        return Fault(f"{name!r} is not of a trusted package", hint=hint)
    row = table().get(name)
    if row is None:
        return _unknown(name, package, kind)
    if kind not in row["kinds"]:
        return Fault(f"{name} is a {' and '.join(row['kinds'])}, not a {kind}")
    return _made_of_others(name, row["required"]) if "required" in row else None


def extra(name: str) -> str:
    """Return the extra that a class comes with; empty where it is always there."""
    return EXTRAS.get(name.split(".")[0], "")


def is_installed(name: str) -> bool:
    """Whether the package of a class is there; it is not imported."""
    return find_spec(name.split(".")[0]) is not None


def not_installed(name: str) -> Fault:
    """Say how to install the package of a class."""
    package = name.split(".")[0]
    hint = extras.install(extra(name)) if extra(name) else f"install {package}"
    return Fault(f"{package} is not installed", hint=hint)


def takes_weights(name: str) -> bool | None:
    """Whether the ``fit`` of a class takes weights of rows; None where that is not known."""
    return table().get(name, {}).get("weights")


def gives_probabilities(name: str) -> bool | None:
    """Whether a classifier gives probabilities; None where that is not known."""
    return table().get(name, {}).get("probabilities")


def missing(name: str) -> str | None:
    """Return whether a transformer ``fills``, ``keeps`` or ``refuses`` missing values; None where
    that is not known.
    """  # noqa: D205 - one sentence
    return table().get(name, {}).get("missing")


def parameters(name: str) -> list[str] | None:
    """Return the parameters of a class; None where they are not known."""
    row = table().get(name)
    return None if row is None else list(row["params"])


def values(name: str, parameter: str) -> list[Any] | None:
    """Return what a parameter of a class may be, in the words of :mod:`engine.recipe.allowed`.

    None where that is not known, or the class has no such parameter.
    """
    found: list[Any] | None = table().get(name, {}).get("values", {}).get(parameter)
    return found


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """Return kinds and parameters by class; `engine.testing.estimators_table` writes them."""
    rows: dict[str, Any] = json.loads(
        files("engine.recipe").joinpath("estimators.json").read_text("utf-8")
    )
    return rows


@cache
def _installed() -> frozenset[str]:
    return frozenset(point.name for point in entry_points(group=POINTS))


def _made_of_others(name: str, required: Sequence[str]) -> Fault:
    listed = " and ".join(f"`{parameter}`" for parameter in required)
    message = f"{name} cannot be made without {listed}: other estimators, which no recipe gives"
    return Fault(message, hint="name a class that stands alone; several are several families")


def _unknown(name: str, package: str, kind: str) -> Fault:
    known = [other for other, row in table().items() if kind in row["kinds"]]
    same = {other.rpartition(".")[2]: other for other in known}
    guess = same.get(name.rpartition(".")[2]) or catalogue.near(name, known)
    hint = f"did you mean {guess!r}?" if guess else f"it must be a {kind} of {package}"
    return Fault(f"there is no {kind} {name!r}", hint=hint)
