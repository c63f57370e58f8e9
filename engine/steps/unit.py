"""The unit of work of a search: fit one candidate on one fold, and score it."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from threadpoolctl import threadpool_limits

from engine import catalogue
from engine.bundle.persist import size_of
from engine.bundle.predict import Model
from engine.bundle.table import Table
from engine.contracts import Index, Metric, Predicted
from engine.estimators.boosters import keep
from engine.models import Setting
from engine.recipe.schema import Recipe
from engine.search.candidate import Candidate, Outcome
from engine.steps import assemble, devices, inner, split
from engine.steps.aims import sizes_count
from engine.steps.assemble import Assembled, pipeline
from engine.steps.blame import blamed
from engine.steps.split import Split
from engine.steps.warned import distinct, listening

PREPARED_BYTES = 2 * 1024**3  # over all workers
ROWS = 1_000  # that the time of a prediction is told for

Matrices = tuple[Any, Any]  # arrays, or sparse matrices


@dataclass
class Material:
    """What a process needs to fit any unit of a study.

    Attributes
    ----------
    threads : int
        For each fit.
    cache : int
        Bytes of prepared folds to keep.
    """

    recipe: Recipe
    split: Split
    assembled: Assembled
    metric: Metric
    threads: int = 1
    cache: int = PREPARED_BYTES
    _prepared: OrderedDict[str, Matrices] = field(default_factory=OrderedDict)
    _warned: dict[str, list[str]] = field(default_factory=dict)
    _seconds: dict[str, float] = field(default_factory=dict)
    _fit_seconds: dict[str, float] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)

    def setting(self, rows: int | None = None, seed: int | None = None) -> Setting:
        """Return the circumstances of a fit, of so many rows, by the recipe's seed or another."""
        in_time = self.split.time is not None
        classify = bool(self.split.target.classes)
        seed = self.recipe.seed if seed is None else seed
        return Setting(
            classify, seed, self.threads, in_time=in_time, rows=rows,
            device=self.recipe.compute.device,
        )  # fmt: skip

    def seeds(self, candidate: Candidate) -> list[int]:
        """Return the seeds that a candidate is fitted with, the recipe's first.

        One is enough where nothing is drawn.
        """
        family, own = self.recipe.model[candidate.family], self.recipe.seed
        draws = family.seed is not None or family.early_stopping is not None
        repeats = self.recipe.search.repeats if draws else 1
        drawn = (np.random.SeedSequence([own % 2**32, n]) for n in range(1, repeats))
        return [own, *(int(each.generate_state(1)[0] >> 1) for each in drawn)]

    def columns(self, index: Index) -> Table:
        """Return what pipelines read of training rows, given their positions within these."""
        return self.assembled.take(self.split.train[index])

    def y(self, index: Index) -> NDArray[Any]:
        """Return the target of training rows, given their positions within the training rows."""
        found: NDArray[Any] = self.split.target.values[self.split.train[index]]
        return found

    def prepared(self, candidate: Candidate, number: int, features: Any) -> Matrices:
        """Return a fold's matrices, made once for all candidates with the same features.

        ``features`` is fitted on the fold's training rows where they are not there yet. The cache
        is bounded by ``cache`` bytes; the longest unused goes first.
        """
        fold = self.split.folds[number]
        key = self._features_key(candidate, number)
        if key not in self._prepared:
            with listening() as self._warned[key]:
                begin = time.perf_counter()
                train = _fitted(features, self.columns(fold.train), self.y(fold.train))
                self._fit_seconds[key] = time.perf_counter() - begin
                begin = time.perf_counter()
                self._prepared[key] = train, features.transform(self.columns(fold.valid))
                self._seconds[key] = time.perf_counter() - begin
                if sizes_count(self.recipe):
                    self._sizes[key] = size_of(features)
                keep(train)  # nothing writes to it any more
            self._shrink()
        self._prepared.move_to_end(key)
        return self._prepared[key]

    def warned(self, candidate: Candidate, number: int) -> list[str]:
        """Return what was warned of when a fold's matrices were made, for whichever candidate."""
        return self._warned.get(self._features_key(candidate, number), [])

    def transform_seconds(self, candidate: Candidate, number: int) -> float:
        """Return how long the matrix of a fold's validation rows took, for whichever candidate."""
        return self._seconds.get(self._features_key(candidate, number), 0.0)

    def fit_seconds(self, candidate: Candidate, number: int) -> float:
        """Return how long a fold's features took to be fitted, for whichever candidate."""
        return self._fit_seconds.get(self._features_key(candidate, number), 0.0)

    def size(self, candidate: Candidate, number: int, model: Any) -> int | None:
        """Return the bytes of a fitted pipeline, given its model; None where nobody asks."""
        if not sizes_count(self.recipe):
            return None
        return size_of(model) + self._sizes.get(self._features_key(candidate, number), 0)

    def _features_key(self, candidate: Candidate, number: int) -> str:
        return f"{number} {features_key(self.recipe, candidate)}"

    def _shrink(self) -> None:
        while len(self._prepared) > 1 and self._bytes() > self.cache:
            self._prepared.popitem(last=False)

    def _bytes(self) -> int:
        return sum(_size(part) for pair in self._prepared.values() for part in pair)


def features_key(recipe: Recipe, candidate: Candidate) -> str:
    """Everything that a candidate's matrices depend on, in order: that of steps matters."""
    family = recipe.model[candidate.family]
    native = family.native.model_dump()
    facts = [candidate.features, native, family.encode, family.scale, family.monotone]
    return json.dumps(facts, default=str)


def _fitted(features: Any, X: Table, y: NDArray[Any]) -> Any:
    try:
        return features.fit_transform(X, y)
    except Exception as error:
        raise blamed(error, features, X, y) from error


def _size(table: Any) -> int:
    """Return the bytes of an array, or of a sparse matrix's values and their places."""
    if not issparse(table):
        return int(table.nbytes)
    return int(table.data.nbytes + table.indices.nbytes + table.indptr.nbytes)


_attached: Material | None = None


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
    )


def detach() -> None:
    """Let go of what this process was made ready for."""
    global _attached
    _attached = None


def fit_attached(candidate: Candidate, fold: int) -> Outcome:
    """Fit and score one unit of the study that this process is ready for."""
    if _attached is None:
        raise RuntimeError("no study is attached to this process")
    return fit_unit(_attached, candidate, fold)


def fit_unit(material: Material, candidate: Candidate, number: int) -> Outcome:
    """Fit a candidate on a fold's training rows and predict its validation rows.

    Whatever goes wrong in it is the candidate's own fault, and becomes the outcome's ``error``.
    """
    begin = time.perf_counter()
    try:
        with listening() as found, threadpool_limits(material.threads):
            outcome = _fit(material, candidate, number)
        found = distinct([*material.warned(candidate, number), *found])
        outcome = replace(outcome, warnings=tuple(found))
    except Exception as error:  # noqa: BLE001 - recorded with its cause; the search goes on
        text = " ".join(str(error).split())
        outcome = Outcome(float("nan"), error=f"{type(error).__name__}: {text}"[:500])
    return replace(outcome, seconds=time.perf_counter() - begin)


def _fit(material: Material, candidate: Candidate, number: int) -> Outcome:
    """Fit with each seed: scores are averaged, predictions are those of the recipe's own seed."""
    read, fold = material.assembled.contract.columns, material.split.folds[number]
    outcomes: list[Outcome] = []
    for seed in material.seeds(candidate):
        setting = material.setting(len(fold.train), seed)
        whole = pipeline(material.recipe, candidate, read, setting)
        if not outcomes:
            matrices = material.prepared(candidate, number, whole["features"])
        outcomes.append(_fit_once(material, candidate, number, whole["model"], matrices))
    rounds = [found.rounds for found in outcomes if found.rounds is not None]
    score = float(np.mean([found.score for found in outcomes]))
    return replace(outcomes[0], score=score, rounds=round(np.median(rounds)) if rounds else None)


def _fit_once(
    material: Material, candidate: Candidate, number: int, model: Any, matrices: Matrices
) -> Outcome:
    begin = time.perf_counter()
    learn(material, candidate, number, model, matrices)
    fitting = time.perf_counter() - begin + material.fit_seconds(candidate, number)
    fold, valid = material.split.folds[number], matrices[1]
    classes, truth = material.split.target.classes, material.y(fold.valid)
    begin = time.perf_counter()
    predicted = Model(model, classes).predict(valid)
    seconds = time.perf_counter() - begin + material.transform_seconds(candidate, number)
    if material.metric.needs != "value" and predicted.probability is None:
        raise ValueError(f"{material.metric.name} needs probabilities, and it gives none")
    score = float(material.metric(truth, predicted, len(classes)))
    outcome = _outcome(score, predicted, getattr(model, "rounds_", None))
    size = material.size(candidate, number, model)
    asked = seconds * min(1.0, ROWS / len(truth))
    return replace(outcome, predict_seconds=asked, fit_seconds=fitting, size=size)


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
