"""The workers of a cluster that fit one model together, where rows are shared among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine import catalogue
from engine.contracts import WorkerDiedError
from engine.errors import Fault, SearchError
from engine.recipe.schema import Recipe
from engine.steps import cores


@contextmanager
def shared(recipe: Recipe) -> Iterator[Any]:
    """Give the workers that a recipe's models are fitted by together; None where there are none.

    The fit is asked for from this process, which gives the workers their parts of the rows.

    Raises
    ------
    SearchError
        If a worker is lost meanwhile.
    """
    compute = recipe.compute
    if compute.rows != "cluster":
        yield None
        return
    workers, threads = cores.shared(recipe, cores.FEW_ROWS)
    entry = catalogue.find("executors", compute.executor)
    with entry.together(workers, threads, compute.memory, compute.address) as found:
        try:
            yield found
        except WorkerDiedError as error:
            fault = Fault(str(error), "compute.rows", "run it again to carry on")
            raise SearchError(fault) from error
