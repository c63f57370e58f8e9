"""What a run computes on, for its plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.recipe.schema import Recipe
from engine.steps import cores, devices


def describe(recipe: Recipe, families: Sequence[str], rows: int) -> dict[str, Any]:
    """Describe who carries fits out, how many at once, and on what.

    Returns
    -------
    tree : dict
        ``workers`` is None where a cluster of others says how many there are; ``gpu`` and ``cpu``
        are the families that use a GPU, and those that do not.
    """
    workers, threads = cores.shared(recipe, rows)
    workers = 1 if recipe.compute.rows == "cluster" else workers  # each fit is of all of them
    uses, others = devices.using(recipe, families)
    on_gpu = recipe.compute.device == "gpu"
    return {
        "executor": recipe.compute.executor, "address": recipe.compute.address,
        "workers": workers, "threads": threads, "device": recipe.compute.device,
        "rows": recipe.compute.rows,
        "gpu": uses if on_gpu else [], "cpu": others if on_gpu else list(families),
    }  # fmt: skip


def notices(recipe: Recipe) -> list[str]:
    """Say where a recipe asks for what this machine does not have."""
    found = cores.notices(recipe)
    lacking = "" if recipe.compute.address else devices.lacking(recipe)
    return [*found, *([f"a run is refused, as {lacking}"] if lacking else [])]
