"""How a search ends: in time for what comes after it, or early, by Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.contracts import Index, Listener, Metric, Predicted
from engine.recipe.schema import Recipe
from engine.search import final
from engine.search.budget import Budget
from engine.search.candidate import Trial
from engine.search.driver import best
from engine.search.record import read_trials
from engine.steps import material
from engine.steps.split import Split

AFTERWARDS = 1.0  # seconds for packing, writing and printing, whatever the data


def seconds_of_scoring(metrics: Sequence[Metric], split: Split, families: int) -> float:
    """Return how long it takes to score the best of each family, and the holdout.

    Measured on one fold, with predictions that stand in for those to come.
    """
    fold = split.folds[0].valid
    begin = time.perf_counter()
    _score(metrics, split, fold)
    rows = families * sum(len(one.valid) for one in split.folds) + len(split.holdout)
    return (time.perf_counter() - begin) * rows / len(fold)


def _score(metrics: Sequence[Metric], split: Split, fold: Index) -> None:
    truth, classes = split.target.values[split.train[fold]], len(split.target.classes)
    probability = np.full((len(fold), classes), 1 / classes) if classes else None
    stand_in = Predicted(truth[::-1], probability)
    for metric in metrics:
        metric(truth, stand_in, classes)


def fits(recipe: Recipe) -> int:
    """Return how often what comes out of a search is fitted."""
    return 2 if recipe.evaluation.final_rows == "all" else 1


@dataclass(frozen=True)
class After:
    """What comes after a search.

    Attributes
    ----------
    seconds : float
        For all but the fits.
    fits : int
        How often what comes out is fitted.
    maximize : bool
        Direction of the metric.
    rows : int
        How many have out-of-fold predictions.
    """

    seconds: float
    fits: int
    maximize: bool
    rows: int = 0

    @classmethod
    def of(cls, recipe: Recipe, split: Split, metrics: Sequence[Metric]) -> After:
        """Measure the scoring, and count the fits."""
        scoring = seconds_of_scoring(metrics, split, len(recipe.model))
        rows = sum(len(fold.valid) for fold in split.folds)
        return cls(AFTERWARDS + scoring, fits(recipe), metrics[0].maximize, rows)

    def fitted_by(self, budget: Budget) -> float | None:
        """Return when the first fit is to be done, by ``time.monotonic()``; None for any time."""
        end, now = budget.end(self.seconds), time.monotonic()
        return None if end is None else now + max(0.0, end - now) / self.fits


def keeping_back(listener: Listener, budget: Budget, recipe: Recipe, after: After) -> Listener:
    """Let the budget know, trial by trial, how long what comes after the search may take."""
    leaders: list[Trial] = []
    seeds = {name: material.seeds(recipe, name) for name in recipe.model}

    def told(event: str, **facts: Any) -> None:
        nonlocal leaders
        listener(event, **facts)
        found = [*facts.get("earlier", ()), *([facts["trial"]] if "trial" in facts else ())]
        if found and budget.timeout is not None:
            leaders = final.ranked([*leaders, *found], after.maximize)[: final.EXPECTED]
            kind = recipe.search.final
            fitting = final.final_seconds(leaders, kind, after.maximize, after.rows, seeds)
            budget.keep_back(after.seconds + after.fits * fitting)

    return told


def cut_short(
    stop: KeyboardInterrupt, folder: Path, metric: Metric, listener: Listener
) -> list[Trial]:
    """Return what was told when Ctrl-C came, for the run to end with.

    Raises
    ------
    KeyboardInterrupt
        The one that came, where nothing can be made of the trials, or it is the second (it came
        while the first let go of the workers), or stands for a signal that asks to end at once (a
        subclass); or one of the listener's.
    """
    told = read_trials(folder)
    second = isinstance(stop.__context__, KeyboardInterrupt)
    if second or type(stop) is not KeyboardInterrupt or best(told, metric.maximize) is None:
        raise stop
    listener("interrupted", trials=len(told))
    return told
