"""The workers of a cluster that fit one model together, where rows are shared among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine import catalogue
from engine.recipe.schema import Recipe
from engine.steps import cores


@contextmanager
def shared(recipe: Recipe) -> Iterator[Any]:
    """Give the workers that a recipe's models are fitted by together; None where there are none.

    The fit is asked for from this process, which gives the workers their parts of the rows.
    """
    compute = recipe.compute
    if compute.rows != "cluster":
        yield None
        return
    workers, threads = cores.shared(recipe, cores.FEW_ROWS)
    entry = catalogue.find("executors", compute.executor)
    with entry.together(workers, threads, compute.memory, compute.address) as found:
        yield found
