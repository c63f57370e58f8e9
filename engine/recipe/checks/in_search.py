"""Faults of what is to come out of a search: where it does not go with how rows are split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault
from engine.recipe.checks.in_split import derived
from engine.recipe.file.references import Key
from engine.recipe.metric.measured import listed


def faults(
    search: Mapping[str, Any], data: Mapping[str, Any], evaluation: Mapping[str, Any]
) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of the keys under ``search`` that hang on the folds."""
    if search.get("final") == "bag" and _goes_forward(data, evaluation):
        message = "`search.final` is bag, and folds go forward in time: all but the last of their"
        message += " models know too little of the present"
        hint = "write refit, or ensemble: both learn from all training rows"
        yield ("search", "final"), Fault(message, hint=hint)
    yield from _of_one(search, evaluation)
    pick, trials = search.get("pick"), search.get("trials")
    if isinstance(pick, int) and isinstance(trials, int) and pick >= trials:
        message = (
            f"`search.pick` is {pick}, and of `search.trials`, {trials}, the last is {trials - 1}"
        )
        yield ("search", "pick"), Fault(message, hint="name a trial of the leaderboard")


def _of_one(
    search: Mapping[str, Any], evaluation: Mapping[str, Any]
) -> Iterator[tuple[Key, Fault]]:
    """One candidate comes out where it is picked, or chosen among those that none beats in all."""
    final, several = search.get("final"), len(listed(evaluation.get("metric"))) > 1
    if final in ("bag", "ensemble") and (several or search.get("pick") is not None):
        why = "`search.pick` names one trial"
        if several:
            why = "`evaluation.metric` names several, of which each candidate has its own mixture"
        message = f"`search.final` is {final}, and {why}"
        yield ("search", "final"), Fault(message, hint="write refit")


def _goes_forward(data: Mapping[str, Any], evaluation: Mapping[str, Any]) -> bool:
    split = evaluation.get("split", "auto")
    if split == "auto":
        time = None if evaluation.get("order") == "random" else data.get("time")
        split = derived(time, data.get("group"), evaluation.get("fold_column"))
    row = catalogue.rows("splitters").get(split, {}) if isinstance(split, str) else {}
    return "time" in row.get("needs", ())
