"""Steps of a block of features: rows that name a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from engine import catalogue

Make = Callable[..., Any]


def load(name: str) -> Make:
    """Return ``make(option, params, columns=..., seed=...)`` for the step ``name``."""
    return partial(_make, catalogue.rows("transforms")[name])


def _make(
    row: Mapping[str, Any], option: str, params: Mapping[str, Any], *, columns: int, seed: int
) -> Any:
    """Make an unfitted transformer.

    Parameters
    ----------
    option : str
        Which of the row's options; empty for the default.
    params : mapping
        Parameters in the recipe's words.
    columns : int
        How many columns it will see at least; caps a number of components.
    seed : int
        For transformers that draw.
    """
    entry = row["options"][option or row["default"]]
    words = entry.get("names", {})
    given = {words.get(key, key): value for key, value in params.items()}
    values = {**entry.get("params", {}), **given}
    if cap := entry.get("at_most_columns"):
        values[cap] = min(values.get(cap) or columns, columns)
    if seed_name := entry.get("seed"):
        values.setdefault(seed_name, seed)
    module, _, cls = entry["class"].rpartition(".")
    return getattr(import_module(module), cls)(**values)
