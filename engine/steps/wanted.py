"""What is to come out of a search by its recipe, in words for the plan."""

from __future__ import annotations

from engine.recipe.schema import Recipe

_KINDS = {
    "refit": "the best candidate",
    "bag": "the best candidate's models of the folds",
    "ensemble": "several candidates, and their weights",
    "auto": "the best candidate, or an ensemble",
}
_WITH_BAG = "the best candidate, a bag of it, or an ensemble"


def chosen(recipe: Recipe) -> str:
    """Say what is chosen, and how quick it has to be.

    Of ``auto``, a bag is considered only where folds are repeated; else it has no score.
    """
    search, repeated = recipe.search, recipe.evaluation.repeats > 1
    kind = _WITH_BAG if search.final == "auto" and repeated else _KINDS[search.final]
    limit = search.most_predict_seconds
    return kind if limit is None else f"{kind}, within {limit:g} s for 1,000 rows"


def fitted(recipe: Recipe) -> str:
    """Say what is fitted, and how large it may be."""
    size = recipe.search.most_size
    return "a fitted pipeline" if size is None else f"a fitted pipeline of at most {size:,} bytes"
