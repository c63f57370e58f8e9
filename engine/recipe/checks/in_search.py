"""Faults of what is to come out of a search: where it does not go with how rows are split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault
from engine.recipe.checks.in_split import derived
from engine.recipe.file.references import Key


def faults(
    search: Mapping[str, Any], data: Mapping[str, Any], evaluation: Mapping[str, Any]
) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of the keys under ``search`` that hang on the folds."""
    if search.get("final") == "bag" and _goes_forward(data, evaluation):
        message = "`search.final` is bag, and folds go forward in time: all but the last of their"
        message += " models know too little of the present"
        hint = "write refit, or ensemble: both learn from all training rows"
        yield ("search", "final"), Fault(message, hint=hint)


def _goes_forward(data: Mapping[str, Any], evaluation: Mapping[str, Any]) -> bool:
    split = evaluation.get("split", "auto")
    if split == "auto":
        time = None if evaluation.get("order") == "random" else data.get("time")
        split = derived(time, data.get("group"), evaluation.get("fold_column"))
    row = catalogue.rows("splitters").get(split, {}) if isinstance(split, str) else {}
    return "time" in row.get("needs", ())
