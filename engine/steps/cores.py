"""How many cores there are, and who gets them."""

from __future__ import annotations

import os

from engine.recipe.schema import Recipe


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(recipe: Recipe, workers: int) -> int:
    """Threads for each of ``workers`` fits side by side; together they do not exceed the cores."""
    return recipe.compute.threads or max(1, available_cores() // workers)
