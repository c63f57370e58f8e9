"""Steps of a block of features: rows that name a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from engine import catalogue
from engine.estimators.capped import Capped


@dataclass(frozen=True)
class Surroundings:
    """What a transformer is told besides the parameters of the recipe.

    Attributes
    ----------
    seed : int
        For transformers that draw.
    classify : bool
        Whether the target has classes; for transformers that look at it.
    """

    seed: int = 0
    classify: bool = True


Make = Callable[[str, Mapping[str, Any], Surroundings], Any]


def load(name: str) -> Make:
    """Return ``make(option, params, surroundings)`` for the step ``name``.

    ``option`` is one of the row's options, or empty for its default; ``params`` are in the
    recipe's words. What it returns is not fitted.
    """
    return partial(_make, catalogue.rows("transforms")[name])


def _make(
    row: Mapping[str, Any], option: str, params: Mapping[str, Any], around: Surroundings
) -> Any:
    entry = row["options"][option or row["default"]]
    words = entry.get("names", {})
    values = {**entry.get("params", {}), **{words.get(k, k): v for k, v in params.items()}}
    if seed := entry.get("seed"):
        values.setdefault(seed, around.seed)
    if by_task := entry.get("by_task"):
        name, functions = next(iter(by_task.items()))
        values.setdefault(name, _named(functions["classes" if around.classify else "values"]))
    made = _named(entry["class"])(**values)
    return Capped(made, **entry["cap"]) if "cap" in entry else made


def _named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
