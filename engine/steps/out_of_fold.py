"""Out-of-fold predictions of candidates and of mixtures of them, fold by fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Index, Metric, Predicted
from engine.search.candidate import Outcome, Trial
from engine.search.ensemble import Pool, mixed
from engine.search.final import MOST_ROWS
from engine.steps.search import Searched
from engine.steps.split import Split

MOST_BYTES = 256 * 1024**2
RARE = 100  # rows of a class in a fold: all of them are looked at


def outcomes(searched: Searched, trial: Trial, split: Split) -> list[Outcome]:
    """Return what came of each fold of a complete trial."""
    return [searched.out_of_fold(trial, number) for number in range(len(split.folds))]


def of_trial(searched: Searched, trial: Trial, split: Split) -> list[Predicted]:
    """Return a complete trial's predictions for each fold."""
    return [outcome.predicted for outcome in outcomes(searched, trial, split)]


def of_mixture(
    searched: Searched, by_fold: Sequence[Mapping[int, float]], split: Split
) -> list[Predicted]:
    """Return the weighted means of trials' predictions, each fold with weights of its own.

    Parameters
    ----------
    by_fold : sequence of mapping
        For each fold, weights by the index of the trial.
    """
    classes, trials = len(split.target.classes), {t.index: t for t in searched.trials}
    found = []
    for number, weights in enumerate(by_fold):
        parts = [searched.out_of_fold(trials[index], number) for index in weights]
        table = np.stack([_table(part, classes) for part in parts])
        mean = mixed(list(weights.values()), table, classes)
        told = not classes or all(part.probability.size for part in parts)
        found.append(mean if told else Predicted(mean.value))
    return found


def of_bag(searched: Searched, trial: Trial, split: Split) -> list[Predicted]:
    """Return the mean of those models of the folds that have not seen a row.

    That is one of each repeat; all the others, which are part of the bag as well, have seen it.
    """
    classes, parts = len(split.target.classes), outcomes(searched, trial, split)
    total = np.zeros((len(split.train), classes or 1))
    times = np.zeros(len(split.train))
    for fold, part in zip(split.folds, parts, strict=True):
        total[fold.valid] += _table(part, classes)
        times[fold.valid] += 1
    told = not classes or all(part.probability.size for part in parts)
    found = [total[fold.valid] / times[fold.valid][:, None] for fold in split.folds]
    means = [mixed((1.0,), mean[None], classes) for mean in found]
    return means if told else [Predicted(mean.value) for mean in means]


def pool(searched: Searched, trials: Sequence[Trial], split: Split, metric: Metric) -> Pool:
    """Read the predictions of some trials; of very many rows some, evenly spread."""
    classes, y = len(split.target.classes), split.target.values[split.train]
    most = min(MOST_ROWS, MOST_BYTES // (4 * (classes or 1) * len(trials)))
    share = most / sum(len(fold.valid) for fold in split.folds)
    tables, truth = [], []
    for number, fold in enumerate(split.folds):
        rows = _some(y[fold.valid], share, bool(classes))
        parts = [_table(searched.out_of_fold(trial, number), classes)[rows] for trial in trials]
        tables.append(np.stack(parts))
        truth.append(y[fold.valid][rows])
    return Pool(tables, truth, metric, classes)


def _some(y: NDArray[Any], share: float, classify: bool) -> Index:
    """Positions of a share of the rows, evenly spread, with all rows of rare classes."""
    if share >= 1:
        return np.arange(len(y))
    kept = np.linspace(0, len(y) - 1, max(1, round(share * len(y)))).astype(np.intp)
    if not classify:
        return np.unique(kept)
    codes = y.astype(np.intp)
    rare = np.flatnonzero(np.bincount(codes)[codes] < RARE)
    return np.union1d(kept, rare)


def _table(outcome: Outcome, classes: int) -> NDArray[Any]:
    """Predictions of shape (rows, outputs); a class without probabilities counts as certain."""
    if not classes:
        return np.asarray(outcome.value, dtype=np.float64)[:, None]
    if outcome.probability.size:
        return outcome.probability
    found = np.zeros((len(outcome.value), classes), np.float32)
    found[np.arange(len(found)), outcome.value.astype(np.intp)] = 1
    return found
