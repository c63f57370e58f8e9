"""Where a run holds its rows, put in the recipe before any step looks at it."""

from __future__ import annotations

from engine.contracts import Listener
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
