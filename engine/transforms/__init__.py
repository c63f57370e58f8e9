"""Steps of a block of features: rows that name a scikit-learn transformer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from engine.catalogue import unknown
from engine.errors import DataError, Fault, NotFoundError
from engine.estimators.capped import Capped
from engine.estimators.texts import Texts
from engine.recipe import allowed, steps

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
    given = {words.get(name, name): _given(entry, name, value) for name, value in params.items()}
    values = {**entry.get("params", {}), **given}
    for name, by_task in entry.get("by_task", {}).items():
        values[name] = _of_task(name, by_task, values.get(name), around)
    made = _named(entry["class"])(**{name: _plain(value) for name, value in values.items()})
    if (seed := entry.get("seed")) and seed not in values and seed in made.get_params():
        made.set_params(**{seed: around.seed})
    if entry.get("each"):
        made = Texts(made)
    return Capped(made, **entry["cap"]) if "cap" in entry else made


def _given(entry: steps.Row, name: str, value: Any) -> Any:
    """Return a parameter's value, nothing for ``none`` where that is what it means."""
    rows = steps.allowed(entry, name) or ()
    if allowed.is_none(value, rows):
        return None
    several = any(row.get("list") is True for row in rows)
    return [value] if several and isinstance(value, str) else value


def _of_task(name: str, by_task: Mapping[str, Any], value: Any, around: Surroundings) -> Any:
    """Return what depends on the target: as the recipe names it, or the default."""
    known, other = by_task["classes"], by_task["values"]
    if not around.classify:
        known, other = other, known
    if not isinstance(known, Mapping):
        return known if value is None else value
    if value is not None and value not in known:
        target = "classes" if around.classify else "numbers"
        hint = f"one of {', '.join(known)}"
        message = f"`{name}` is {value}, which is not for a target of {target}"
        raise DataError(Fault(message, "features", hint))
    found = _named(known[next(iter(known)) if value is None else value])
    return found() if inspect.isclass(found) else found


def _plain(value: Any) -> Any:
    """Parameters as scikit-learn takes them: YAML knows lists, it wants tuples."""
    return tuple(value) if isinstance(value, list) else value


def _named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    if name == "IterativeImputer":  # scikit-learn has it behind this import
        import_module("sklearn.experimental.enable_iterative_imputer")
    return getattr(import_module(module), name)
