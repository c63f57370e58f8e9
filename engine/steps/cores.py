"""How many cores there are, and who gets them."""

from __future__ import annotations

import os

from engine.recipe.schema import Recipe

FEW_ROWS = 20_000  # below, threads wait for each other longer than they work


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(recipe: Recipe, workers: int, rows: int) -> int:
    """Threads for each of ``workers`` fits side by side; together they do not exceed the cores.

    Fits of few rows get one: on shared cores, two took ten times as long on 275 rows.
    """
    if recipe.compute.threads:
        return recipe.compute.threads
    return 1 if rows < FEW_ROWS else max(1, available_cores() // workers)
