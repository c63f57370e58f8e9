"""What is worth saying of a sound recipe: no fault, but hardly what was meant."""

from __future__ import annotations

from engine.recipe import abilities
from engine.recipe.schema import Recipe

MEDIAN = 0.5
OF_MEDIANS = ("mae", "wape", "d2_absolute_error")
"""Metrics that a median does best by."""


def advice(recipe: Recipe) -> list[str]:
    """Return a sentence for each thing that whoever wrote the recipe would want to know."""
    return [*_quantiles(recipe), *_stopping(recipe)]


def _quantiles(recipe: Recipe) -> list[str]:
    """Families that predict a quantile, and are compared by a metric that rewards another value."""
    metric, found = recipe.evaluation.objectives[0], []
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


def _stopping(recipe: Recipe) -> list[str]:
    """Families that do not stop early by the fold's rows, though they are told to."""
    if recipe.evaluation.early_stop_on != "fold":
        return []
    rest = {name: family for name, family in recipe.model.items() if not family.early_stopping}
    own = [name for name, row in rest.items() if abilities.stops_early(row.model_dump())]
    never = [name for name in rest if name not in own]
    said = [
        _whose(own, "watches rows of its own", "watch rows of their own"),
        _whose(never, "never stops early", "never stop early"),
    ]
    whose = ", nor for ".join(filter(None, said))
    return [f"evaluation.early_stop_on is fold, which changes nothing for {whose}"] if rest else []


def _whose(names: list[str], one: str, several: str) -> str:
    return f"{_listed(names)}, which {several if len(names) > 1 else one}" if names else ""


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
