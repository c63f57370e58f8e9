"""Which classes a recipe may come to: of trusted packages, by a table, without importing any."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any

from engine import catalogue
from engine.errors import Fault

TRUSTED = ("sklearn", "xgboost", "lightgbm", "catboost", "interpret")
"""Packages whose estimators may be named; installed entry points extend it, a recipe cannot."""

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
    return None


def parameters(name: str) -> list[str] | None:
    """Return the parameters of a class; None where they are not known."""
    row = table().get(name)
    return None if row is None else list(row["params"])


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


def _unknown(name: str, package: str, kind: str) -> Fault:
    known = [other for other, row in table().items() if kind in row["kinds"]]
    same = {other.rpartition(".")[2]: other for other in known}
    guess = same.get(name.rpartition(".")[2]) or catalogue.near(name, known)
    hint = f"did you mean {guess!r}?" if guess else f"it must be a {kind} of {package}"
    return Fault(f"there is no {kind} {name!r}", hint=hint)
