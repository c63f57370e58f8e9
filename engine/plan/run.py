"""Carry a plan out, and lay what came of it in a run folder."""

from __future__ import annotations

import time
from pathlib import Path

from engine.contracts import Listener
from engine.plan.build import Plan, Progress
from engine.plan.step import STEPS, name
from engine.plan.store import Store
from engine.recipe.schema import Recipe


def carry_out(recipe: Recipe, store: Store, listener: Listener) -> tuple[Progress, dict[str, float]]:
    """Do every step that is not done.

    Returns
    -------
    progress : Progress
        With all results.
    seconds : dict
        What each step that was done took.
    """
    progress = Progress(recipe, store, listener)
    seconds: dict[str, float] = {}
    for step in STEPS:
        label = name(step)
        found = progress.look(step)
        if found is None:
            raise RuntimeError(f"{label} was reached before what it needs")
        if label in progress.results:
            listener("step_reused", step=label)
            continue
        listener("step_started", step=label, about=step.ABOUT)
        begin = time.perf_counter()
        progress.do(step, found)
        seconds[label] = time.perf_counter() - begin
        listener("step_finished", step=label, seconds=seconds[label])
    return progress, seconds


__all__ = ["Path", "Plan", "carry_out"]
