"""What is to come out of a search by its recipe, in words for the plan."""

from __future__ import annotations

from collections.abc import Iterator

from engine.recipe.schema import Recipe

_KINDS = {
    "refit": "the best candidate",
    "bag": "the best candidate's models of the folds",
    "ensemble": "several candidates, and their weights",
    "auto": "the best candidate, or an ensemble",
}
_WITH_BAG = "the best candidate, a bag of it, or an ensemble"


def chosen(recipe: Recipe) -> str:
    """Say what is chosen, and how quick and how fair it has to be.

    Of ``auto``, a bag is considered only where folds are repeated; else it has no score.
    """
    limits = list(_limits(recipe))
    return _kind(recipe) + (f", within {' and '.join(limits)}" if limits else "")


def _kind(recipe: Recipe) -> str:
    search = recipe.search
    if search.pick is not None:
        return f"trial {search.pick}, which is picked"
    if len(recipe.evaluation.objectives) > 1:
        return "the cheapest of the best candidates"
    repeated = recipe.evaluation.repeats > 1
    return _WITH_BAG if search.final == "auto" and repeated else _KINDS[search.final]


def _limits(recipe: Recipe) -> Iterator[str]:
    search = recipe.search
    if search.most_predict_seconds is not None:
        yield f"{search.most_predict_seconds:g} s for 1,000 rows"
    for column, most in search.most_gap.items():
        yield from (f"{name}({column}) of {gap:g}" for name, gap in most.given().items())


def fitted(recipe: Recipe) -> str:
    """Say what is fitted, and how large it may be."""
    size = recipe.search.most_size
    return "a fitted pipeline" if size is None else f"a fitted pipeline of at most {size:,} bytes"
