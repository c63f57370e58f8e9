"""What is worth saying of a sound recipe: no fault, but hardly what was meant."""

from __future__ import annotations

from engine.recipe.schema import Recipe

MEDIAN = 0.5
OF_MEDIANS = ("mae", "wape", "d2_absolute_error")
"""Metrics that a median does best by."""


def advice(recipe: Recipe) -> list[str]:
    """Return a sentence for each thing that whoever wrote the recipe would want to know."""
    return _quantiles(recipe)


def _quantiles(recipe: Recipe) -> list[str]:
    """Families that predict a quantile, and are compared by a metric that rewards another value."""
    metric, found = recipe.evaluation.metric, []
    for name, family in recipe.model.items():
        if family.objective != "quantile":
            continue
        level, suits = family.quantile, f"pinball_{family.quantile:g}"
        if metric in (suits, f"d2_{suits}") or (level == MEDIAN and metric in OF_MEDIANS):
            continue
        found.append(
            f"model.{name} predicts the {level:g} quantile, which evaluation.metric does not "
            f"reward; {suits} does"
        )
    return found
