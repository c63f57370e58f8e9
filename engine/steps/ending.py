"""How a search ends: in time for what comes after it, or early, by Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.contracts import Index, Listener, Metric, Predicted
from engine.search.budget import Budget
from engine.search.candidate import Trial
from engine.search.driver import best
from engine.search.record import read_trials
from engine.steps.split import Split

AFTERWARDS = 1.0  # seconds for packing, writing and printing, whatever the data
MORE_ROWS = 1.3  # a fit on all training rows, as a multiple of one on those of a fold


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


def keeping_back(listener: Listener, budget: Budget, metric: Metric, scoring: float) -> Listener:
    """Let the budget know, trial by trial, how long what comes after the search may take.

    Parameters
    ----------
    scoring : float
        Seconds that the scoring will take.
    """
    leader: Trial | None = None

    def told(event: str, **facts: Any) -> None:
        nonlocal leader
        listener(event, **facts)
        found = [facts[key] for key in ("first", "trial") if facts.get(key)]
        ahead = best([*([leader] if leader else []), *found], metric.maximize)
        if ahead is not None and ahead is not leader:
            leader = ahead
            refit = MORE_ROWS * ahead.seconds / len(ahead.scores)
            budget.keep_back(AFTERWARDS + scoring + refit)

    return told


def cut_short(
    stop: KeyboardInterrupt, folder: Path, metric: Metric, listener: Listener
) -> list[Trial]:
    """Return what was told when Ctrl-C came, for the run to end with.

    Raises
    ------
    KeyboardInterrupt
        The one that came, where nothing can be made of the trials, or it stands for a signal that
        asks to end at once (a subclass); or one of the listener's.
    """
    told = read_trials(folder)
    if type(stop) is not KeyboardInterrupt or best(told, metric.maximize) is None:
        raise stop
    listener("interrupted", trials=len(told))
    return told
