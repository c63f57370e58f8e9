"""Steps of a block of features: rows that name a scikit-learn transformer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from engine.catalogue import unknown
from engine.errors import NotFoundError
from engine.estimators.capped import Capped
from engine.estimators.texts import Texts
from engine.recipe import steps

TAKES_PARAMETERS = True  # the class of any transformer of scikit-learn is an entry too


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

    Raises
    ------
    NotFoundError
        If there is neither such a step nor such a class.
    """
    found = steps.word(name)
    if found is None or found.option:
        raise NotFoundError(unknown("transform", name, steps.known()))
    return partial(_make, name)


def _make(step: str, option: str, params: Mapping[str, Any], around: Surroundings) -> Any:
    entry = steps.entry(step, option)
    words = entry.get("names", {})
    values = {**entry.get("params", {}), **{words.get(k, k): v for k, v in params.items()}}
    for name, by_task in entry.get("by_task", {}).items():
        values.setdefault(name, _valued(by_task["classes" if around.classify else "values"]))
    made = _named(entry["class"])(**{name: _plain(value) for name, value in values.items()})
    if (seed := entry.get("seed")) and seed not in values:
        made.set_params(**{seed: around.seed})
    if entry.get("each"):
        made = Texts(made)
    return Capped(made, **entry["cap"]) if "cap" in entry else made


def _valued(value: Any) -> Any:
    """Return a function by its name, an estimator by its class's, anything else as it is."""
    if not isinstance(value, str):
        return value
    found = _named(value)
    return found() if inspect.isclass(found) else found


def _plain(value: Any) -> Any:
    """Parameters as scikit-learn takes them: YAML knows lists, it wants tuples."""
    return tuple(value) if isinstance(value, list) else value


def _named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
