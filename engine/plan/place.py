"""Where a run holds its rows, put in the recipe before any step looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.contracts import Listener
from engine.errors import EngineError, Fault
from engine.recipe.schema import Recipe
from engine.steps import held
from engine.steps.load import asked


def placed(recipe: Recipe, listener: Listener) -> Recipe:
    """Return the recipe with what ``compute.rows: auto`` stands for, and tell why.

    Results depend on it, a little: what a recipe stands for on this machine is part of what
    they are kept by.

    Raises
    ------
    RecipeError
        If it asks for rows on disk, and for what they cannot give.
    """
    found, texts = held.settled(recipe, asked(recipe.data))
    for text in texts:
        listener("notice", text=text)
    return found


@contextmanager
def roomy() -> Iterator[None]:
    """Say what to do where memory did not suffice.

    Raises
    ------
    EngineError
        In the place of what was raised by whoever asked for more.
    """
    try:
        yield
    except MemoryError as error:
        hint = "leave the rows on disk: compute.rows=disk, with XGBoost; or draw some: data.sample"
        raise EngineError(Fault("there is not enough memory", held.KEY, hint)) from error
