"""The unit of work of a search: fit one candidate on one fold, and score it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from engine import catalogue
from engine.bundle.persist import size_of
from engine.bundle.predict import Model
from engine.contracts import Predicted, WorkerDiedError
from engine.estimators import clock
from engine.recipe.schema import Recipe
from engine.search.candidate import Candidate, Outcome
from engine.steps import assemble, cluster, devices, inner, split
from engine.steps.aims import sizes_count
from engine.steps.assemble import pipeline
from engine.steps.material import PREPARED_BYTES, Material, Matrices, Prepared
from engine.steps.warned import distinct, listening

ROWS = 1_000  # that the time of a prediction is told for

_attached: Material | None = None
_held = ExitStack()


def attach(recipe: Mapping[str, Any], metric: str, workers: int, threads: int,
           folders: Mapping[str, str]) -> None:  # fmt: skip
    """Make this process ready for the units of a study.

    Parameters
    ----------
    recipe : mapping
        The recipe as plain values.
    workers : int
        Processes that share the memory for prepared folds.
    threads : int
        For each fit.
    folders : mapping
        Where the results of the steps ``split`` and ``assemble`` lie for this process.

    Raises
    ------
    RecipeError
        If fits are to use a GPU, and this machine has none.
    """
    global _attached
    read = Recipe.model_validate(recipe)
    if read.compute.address is not None:  # this machine is another than the driver's
        devices.require(read)
    parts = split.load(read, Path(folders["split"]))
    _attached = Material(
        read,
        parts,
        assemble.load(read, Path(folders["assemble"])),
        catalogue.find("metrics", metric).bound(parts.target.classes),
        threads,
        PREPARED_BYTES // workers,
        _held.enter_context(cluster.shared(read)),
    )


def detach() -> None:
    """Let go of what this process was made ready for."""
    global _attached
    _attached = None
    _held.close()


def fit_attached(candidate: Candidate, fold: int, seconds: float | None = None) -> Outcome:
    """Fit and score one unit of the study that this process is ready for."""
    if _attached is None:
        raise RuntimeError("no study is attached to this process")
    return fit_unit(_attached, candidate, fold, seconds)


def fit_unit(
    material: Material, candidate: Candidate, number: int, seconds: float | None = None
) -> Outcome:
    """Fit a candidate on a fold's training rows and predict its validation rows.

    After so many ``seconds`` of learning, what can stop with what it has learnt so far does so.
    Whatever goes wrong in it is the candidate's own fault, and becomes the outcome's ``error``;
    but for the loss of a worker of a cluster that fits together.
    """
    begin = time.perf_counter()
    try:
        with listening() as found, threadpool_limits(material.threads):
            outcome = _fit(material, candidate, number, seconds)
        outcome = replace(outcome, warnings=tuple(distinct([*outcome.warnings, *found])))
    except WorkerDiedError:  # of a cluster that fits together: no fault of the candidate's
        raise
    except Exception as error:  # noqa: BLE001 - recorded with its cause; the search goes on
        text = " ".join(str(error).split())
        outcome = Outcome(float("nan"), error=f"{type(error).__name__}: {text}"[:500])
    return replace(outcome, seconds=time.perf_counter() - begin)


def _fit(material: Material, candidate: Candidate, number: int, seconds: float | None) -> Outcome:
    """Fit with each seed: scores are averaged, predictions are those of the recipe's own seed."""
    read, fold = material.assembled.contract.columns, material.split.folds[number]
    outcomes: list[Outcome] = []
    seeds = material.seeds(candidate)
    each = None if seconds is None else seconds / len(seeds)
    for seed in seeds:
        setting = material.setting(len(fold.train), seed)
        whole = pipeline(material.recipe, candidate, read, setting)
        if not outcomes:
            prepared = material.prepared(candidate, number, whole["features"])
        with clock.within(each):
            outcomes.append(_fit_once(material, candidate, number, whole["model"], prepared))
    rounds = [found.rounds for found in outcomes if found.rounds is not None]
    score = float(np.mean([found.score for found in outcomes]))
    median = round(np.median(rounds)) if rounds else None
    return replace(outcomes[0], score=score, rounds=median, warnings=tuple(prepared.warned))


def _fit_once(
    material: Material, candidate: Candidate, number: int, model: Any, prepared: Prepared
) -> Outcome:
    begin = time.perf_counter()
    learn(material, candidate, number, model, prepared.matrices)
    fitting = time.perf_counter() - begin + prepared.fit_seconds
    rounds = None if clock.is_over() else _rounds(model)
    fold, valid = material.split.folds[number], prepared.matrices[1]
    classes, truth = material.split.target.classes, material.y(fold.valid)
    begin = time.perf_counter()
    predicted = Model(model, classes).predict(valid)
    seconds = time.perf_counter() - begin + prepared.transform_seconds
    if material.metric.needs != "value" and predicted.probability is None:
        raise ValueError(f"{material.metric.name} needs probabilities, and it gives none")
    score = float(material.metric(truth, predicted, len(classes)))
    outcome = _outcome(score, predicted, rounds)
    size = size_of(model) + prepared.size if sizes_count(material.recipe) else None
    asked = seconds * min(1.0, ROWS / len(truth))
    return replace(outcome, predict_seconds=asked, fit_seconds=fitting, size=size)


def _rounds(model: Any) -> int | None:
    """Return the rounds that a model has needed, where it has stopped early by itself."""
    if getattr(model, "do_early_stopping_", False):
        return int(model.n_iter_)
    found: int | None = getattr(model, "rounds_", None)
    return found


def learn(
    material: Material, candidate: Candidate, number: int, model: Any, matrices: Matrices
) -> None:
    """Fit a candidate's model on a fold's training rows, given the matrices of both its sides."""
    fold, recipe = material.split.folds[number], material.recipe
    (train, valid), y = matrices, material.y(fold.train)
    weighed = inner.Weighed(
        recipe.model[candidate.family], material.split, material.split.train[fold.train]
    )
    if watches_fold(recipe, candidate.family):
        model.fit(train, y, watch=(valid, material.y(fold.valid)), **weighed.all())
    else:
        inner.fit(model, train, y, weighed)


def watches_fold(recipe: Recipe, family: str) -> bool:
    """Whether a family stops early on the very rows that it is scored on: optimistic."""
    return recipe.evaluation.early_stop_on == "fold" and bool(recipe.model[family].early_stopping)


def _outcome(score: float, predicted: Predicted, rounds: int | None) -> Outcome:
    if predicted.probability is None:
        return Outcome(score, predicted.value, rounds=rounds)
    return Outcome(score, predicted.value, predicted.probability.astype(np.float32), rounds)
