"""Where rows are while models are fitted: in memory, on disk, or shared by a cluster's workers.

``compute.rows`` says so, or leaves it to the size of the table: :func:`settled` puts the word in
its place before anything is read. What a recipe asks for that rows on disk cannot give is refused
there, or keeps the rows in memory where nobody has asked for the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from engine.contracts import Index
from engine.errors import DataError, Fault, RecipeError
from engine.recipe.schema import Family, Recipe
from engine.sources import Asked
from engine.steps import history, memory

KEY = "compute.rows"
TIMES = 6  # the bytes of a table's numbers, at the peak of a run in memory: benchmarks/memory.py
CELLS = 5_000_000  # values of a table on disk that are in memory at a time
MOST_ROWS = 100_000  # ... and rows
SEED = 0
BACK = "keep the rows in memory: compute.rows=memory"


def on_disk(recipe: Recipe) -> bool:
    """Whether rows are on disk while models are fitted, here or by a cluster."""
    return recipe.compute.rows in ("disk", "cluster")


def few(columns: int) -> int:
    """Return how many rows of so many columns may be in memory at a time."""
    return max(1, min(MOST_ROWS, CELLS // max(1, columns)))


def drawn(rows: int, columns: int) -> Index:
    """Return places among so many rows: all, or as many at random as may be in memory."""
    most = few(columns)
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(SEED).choice(rows, most, replace=False))


def settled(recipe: Recipe, data: Asked) -> tuple[Recipe, list[str]]:
    """Return the recipe with the place of its rows, and what is to be told of it.

    Raises
    ------
    RecipeError
        If it asks for rows on disk, and for what they cannot give.
    """
    told: list[str] = []
    found = recipe
    if recipe.compute.rows == "auto":
        word, told = _by_size(recipe, data)
        found = _with(recipe, word)
    if on_disk(found) and (faults := list(hindrances(found))):
        raise RecipeError(*faults)
    if found.compute.rows == "cluster" and found.search.timeout is not None:
        told.append("search.timeout: a fit that has begun on the whole cluster is not stopped")
    return found, told


def _by_size(recipe: Recipe, data: Asked) -> tuple[str, list[str]]:
    """Choose by the number of values: on disk where a run in memory would need too much."""
    count = _cells(data)
    needed, there = 8 * TIMES * count, memory.available(recipe.compute.memory)
    if there is None or needed <= there:
        return "memory", []
    much = f"a run in memory may need {_size(needed)} of it, and there are {_size(there)}"
    word = "cluster" if recipe.compute.executor == "dask" else "disk"
    fault = next(hindrances(_with(recipe, word)), None)
    if fault is not None:
        return "memory", [f"{KEY}: {much}; rows stay there all the same: {fault.message}"]
    where = "on disk" if word == "disk" else "shared among the workers of the cluster"
    return word, [f"{KEY}: rows are {where}: {much}"]


def _with(recipe: Recipe, word: str) -> Recipe:
    compute = recipe.compute.model_copy(update={"rows": word})
    return recipe.model_copy(update={"compute": compute})


def _cells(data: Asked) -> int:
    """Return how many values a table has; 0 where its source cannot tell without reading it."""
    with suppress(DataError):  # said when it is read
        count = getattr(data.source, "cells", None)
        return int(count(data.address)) if count else 0
    return 0


def _size(count: float) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e8 else f"{count / 1e6:,.2f} MB"


def learns(family: Family) -> bool:
    """Whether a family can learn from rows on disk."""
    return str(family.classifier or family.regressor).startswith("xgboost.")


def unlearnt(name: str, family: Family) -> Fault | None:
    """Say that a family cannot learn from rows on disk, if it cannot."""
    if learns(family):
        return None
    message = f"{name} learns from rows in memory, and they are on disk"
    return Fault(message, f"model.{name}", f"leave it out, or {BACK}")


def hindrances(recipe: Recipe) -> Iterator[Fault]:
    """Yield what a recipe asks for that rows on disk, or a cluster, cannot give."""
    yield from _families(recipe)
    compute = recipe.compute
    if recipe.data.clean.drop_duplicates is True:
        message = "rows on disk are not compared in all columns"
        hint = f"name the columns that tell rows apart, drop the copies before, or {BACK}"
        yield Fault(message, "data.clean.drop_duplicates", hint)
    for place, word, _ in history.looking(recipe):
        message = f"the step `{word}` looks at earlier rows, which needs all rows in memory"
        yield Fault(message, place, f"make these columns before, in SQL, or {BACK}")
    if compute.device == "gpu":
        yield Fault("rows on disk are learnt from with the CPU", KEY, "set compute.device: cpu")
    if compute.rows == "cluster" and compute.executor != "dask":
        message = "rows are shared among the workers of a cluster of Dask alone"
        yield Fault(message, KEY, "choose compute=dask, or compute.rows=disk")
    if compute.rows == "cluster" and recipe.search.fit_timeout is not None:
        message = "a fit that a cluster's workers share cannot be stopped"
        yield Fault(message, "search.fit_timeout", "leave it out, or choose compute.rows=disk")
    if compute.rows == "disk" and compute.address is not None:
        message = "the machines of a cluster do not share this one's disk"
        yield Fault(message, KEY, "let its workers fit each model together: compute.rows=cluster")


def _families(recipe: Recipe) -> Iterator[Fault]:
    """Yield the families that cannot learn, if they are not optional, or if none can."""
    faults = {name: unlearnt(name, family) for name, family in recipe.model.items()}
    none = all(faults.values())
    for name, fault in faults.items():
        if fault and (none or not recipe.model[name].optional):
            yield fault
