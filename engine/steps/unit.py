"""The unit of work of a search: fit one candidate on one fold, and score it."""

from __future__ import annotations

import json
import time
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from engine import catalogue
from engine.bundle.predict import Model
from engine.contracts import Metric
from engine.models.setting import Setting
from engine.recipe.schema import Recipe
from engine.search.candidate import Candidate, Outcome
from engine.steps.assemble import Assembled, pipeline
from engine.steps.split import Split

PREPARED_BYTES = 2 * 1024**3

Matrices = tuple[Any, Any]


@dataclass
class Material:
    """What a process needs to fit any unit of a study.

    Attributes
    ----------
    threads : int
        For each fit.
    """

    recipe: Recipe
    split: Split
    assembled: Assembled
    metric: Metric
    threads: int
    _prepared: OrderedDict[str, Matrices] = field(default_factory=OrderedDict)

    @property
    def classify(self) -> bool:
        return bool(self.split.target.classes)

    def setting(self, rounds: int | None = None) -> Setting:
        """Return the circumstances of a fit."""
        in_time = self.split.how == "forward"
        return Setting(self.classify, self.recipe.seed, self.threads, 0, rounds, in_time)

    def rows(self, index: NDArray[np.intp]) -> tuple[Any, NDArray[Any]]:
        """Return X and y of training rows, given their positions within the training rows."""
        rows = self.split.train[index]
        return self.assembled.numbers[rows], self.split.target.values[rows]

    def prepared(self, candidate: Candidate, number: int, features: Any) -> Matrices:
        """Return a fold's matrices, made once for all candidates with the same features.

        ``features`` is fitted on the fold's training rows where they are not there yet. The cache
        is bounded by ``PREPARED_BYTES``; the longest unused goes first.
        """
        fold = self.split.folds[number]
        key = f"{number}:{self._features_key(candidate)}"
        if key not in self._prepared:
            X, y = self.rows(fold.train)
            train = features.fit_transform(X, y)
            self._prepared[key] = train, features.transform(self.rows(fold.valid)[0])
            self._shrink()
        self._prepared.move_to_end(key)
        return self._prepared[key]

    def _features_key(self, candidate: Candidate) -> str:
        family = self.recipe.model[candidate.family]
        facts = [candidate.features, family.native.model_dump(), family.encode, family.scale]
        return json.dumps(facts, sort_keys=True, default=str)

    def _shrink(self) -> None:
        while len(self._prepared) > 1 and self._bytes() > PREPARED_BYTES:
            self._prepared.popitem(last=False)

    def _bytes(self) -> int:
        return sum(part.nbytes for pair in self._prepared.values() for part in pair)


_attached: Material | None = None


def attach(material: Material) -> None:
    """Make this process ready for the units of a study."""
    global _attached
    _attached = material


def attach_stored(recipe: Mapping[str, Any], folders: Mapping[str, str], threads: int) -> None:
    """Like :func:`attach`, in another process: the steps' results are read from their folders."""
    from engine.steps import assemble, split  # a fresh process reads them again

    read = Recipe.model_validate(recipe)
    parts = split.load(read, Path(folders["split"]))
    metric = catalogue.find("metrics", folders["metric"])
    attach(Material(read, parts, assemble.load(read, Path(folders["assemble"])), metric, threads))


def fit_attached(candidate: Candidate, fold: int) -> Outcome:
    """Fit and score one unit on what was attached."""
    if _attached is None:
        raise RuntimeError("no study is attached to this process")
    return fit_unit(_attached, candidate, fold)


def fit_unit(material: Material, candidate: Candidate, number: int) -> Outcome:
    """Fit a candidate on a fold's training rows and predict its validation rows.

    Whatever goes wrong in it is the candidate's own fault, and becomes the outcome's ``error``.
    """
    begin = time.perf_counter()
    try:
        with warnings.catch_warnings(), threadpool_limits(material.threads):
            warnings.simplefilter("ignore")
            return _fit(material, candidate, number, begin)
    except Exception as error:  # recorded with its cause; the search goes on
        text = " ".join(str(error).split())
        cause = f"{type(error).__name__}: {text}"[:500]
        return Outcome(float("nan"), seconds=time.perf_counter() - begin, error=cause)


def _fit(material: Material, candidate: Candidate, number: int, begin: float) -> Outcome:
    whole = pipeline(
        material.recipe, candidate, material.assembled.contract.columns, material.setting()
    )
    fold = material.split.folds[number]
    train, valid = material.prepared(candidate, number, whole["features"])
    y, truth = material.rows(fold.train)[1], material.rows(fold.valid)[1]
    model = whole["model"]
    watch = material.recipe.evaluation.early_stop_on == "fold" and hasattr(model, "rounds")
    model.fit(train, y, **({"watch": (valid, truth)} if watch else {}))
    classes = len(material.split.target.classes)
    predicted = Model(model, material.split.target.classes).predict(valid)
    score = material.metric(truth, predicted, classes)
    probability = predicted.probability
    return Outcome(
        float(score),
        predicted.value.astype(np.float32),
        np.empty((0, 0), np.float32) if probability is None else probability.astype(np.float32),
        getattr(model, "rounds_", None),
        time.perf_counter() - begin,
    )
