"""What a recipe's candidates are compared by and limited in, and how it is measured."""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.contracts import Metric
from engine.recipe.metric.measured import maximizes
from engine.recipe.schema import Recipe
from engine.search.aims import Aims, Measure, Outcomes
from engine.search.candidate import Trial
from engine.steps import gaps, measures
from engine.steps.load import Read
from engine.steps.split import Split


def of(recipe: Recipe, split: Split, dataset: Read) -> Aims:
    """Return the objectives and the limits of a search.

    Raises
    ------
    RecipeError
        If a metric has no meaning for the target, or ``search.most_gap`` none for the rows.
    """
    first, *others = measures.objectives(recipe, split)
    found = gaps.measures(recipe, split, dataset)
    limits = _limits(recipe) | {name: most for name, (most, _) in found.items()}
    by_name = {name: measure for name, (_, measure) in found.items()}
    by_name |= {m.name: partial(_score, m, split) for m in others if not isinstance(m, str)}
    names = [_name(one) for one in (first, *others)]
    by_name |= {name: COSTS[name] for name in (*names, *limits) if name in COSTS}
    return Aims(tuple(map(maximizes, names)), tuple(names), limits, by_name)


def _name(objective: Metric | str) -> str:
    return objective if isinstance(objective, str) else objective.name


def sizes_count(recipe: Recipe) -> bool:
    """Whether anything depends on how large candidates are."""
    return recipe.search.most_size is not None or "size" in recipe.evaluation.objectives


def _limits(recipe: Recipe) -> dict[str, float]:
    search = recipe.search
    found = {"predict_seconds": search.most_predict_seconds, "size": search.most_size}
    return {name: float(most) for name, most in found.items() if most is not None}


def _size(trial: Trial, outcomes: Outcomes) -> float:
    """The mean size; nan where it was not asked for when they were fitted."""
    sizes = [np.nan if one.size is None else one.size for one in outcomes()]
    return float(np.mean(sizes)) if sizes else float("nan")


def _fit_seconds(trial: Trial, outcomes: Outcomes) -> float:
    """The median over the folds, as a machine is busy now and then."""
    seconds = [one.fit_seconds for one in outcomes()]
    return float(np.median(seconds)) if seconds else float("nan")


def _score(metric: Metric, split: Split, trial: Trial, outcomes: Outcomes) -> float:
    """The mean score over the folds."""
    y, classes = split.target.values[split.train], len(split.target.classes)
    truths = [y[fold.valid] for fold in split.folds]
    pairs = zip(truths, outcomes(), strict=False)
    scores = [metric(truth, one.predicted, classes) for truth, one in pairs]
    return float(np.mean(scores)) if scores else float("nan")


COSTS: dict[str, Measure] = {
    "predict_seconds": lambda trial, _: trial.predict_seconds,
    "fit_seconds": _fit_seconds,
    "size": _size,
}
"""How each of what a model costs is measured."""
