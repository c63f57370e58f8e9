"""What the units of a study are fitted on, and the folds that were prepared for them."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from engine.bundle.persist import size_of
from engine.bundle.table import Table
from engine.contracts import Fold, Index, Metric
from engine.estimators.boosters import keep
from engine.models import Setting
from engine.recipe.schema import Recipe
from engine.search.candidate import Candidate
from engine.steps import held, pages
from engine.steps.aims import sizes_count
from engine.steps.assemble import Assembled
from engine.steps.blame import fitted
from engine.steps.split import Split
from engine.steps.warned import listening

PREPARED_BYTES = 2 * 1024**3  # over all workers

Matrices = tuple[Any, Any]  # arrays, sparse matrices, or pages on disk


@dataclass(frozen=True)
class Prepared:
    """A fold's matrices, and what it took to make them.

    Attributes
    ----------
    matrices : tuple
        Of the rows to learn from, and of those to validate.
    fit_seconds, transform_seconds : float
        For the first of them, and for the second.
    size : int
        Bytes of the fitted features, where sizes count.
    warned : list of str
        What libraries warned of meanwhile.
    """

    matrices: Matrices
    fit_seconds: float
    transform_seconds: float
    size: int = 0
    warned: list[str] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """What the matrices take in memory, or on disk."""
        return sum(map(_size, self.matrices))


@dataclass
class Material:
    """What a process needs to fit any unit of a study.

    Attributes
    ----------
    threads : int
        For each fit.
    cache : int
        Bytes of prepared folds to keep.
    cluster : object, optional
        The workers that fit each model together.
    """

    recipe: Recipe
    split: Split
    assembled: Assembled
    metric: Metric
    threads: int = 1
    cache: int = PREPARED_BYTES
    cluster: Any = None
    _prepared: OrderedDict[str, Prepared] = field(default_factory=OrderedDict)

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
        """Return the seeds that a candidate is fitted with, the recipe's first."""
        own, repeats = self.recipe.seed, seeds(self.recipe, candidate.family)
        drawn = (np.random.SeedSequence([own % 2**32, n]) for n in range(1, repeats))
        return [own, *(int(each.generate_state(1)[0] >> 1) for each in drawn)]

    def columns(self, index: Index) -> Table:
        """Return what pipelines read of training rows, given their positions within these."""
        return self.assembled.take(self.split.train[index])

    def y(self, index: Index) -> NDArray[Any]:
        """Return the target of training rows, given their positions within the training rows."""
        found: NDArray[Any] = self.split.target.values[self.split.train[index]]
        return found

    def prepared(self, candidate: Candidate, number: int, features: Any) -> Prepared:
        """Return a fold's matrices, made once for all candidates with the same features.

        ``features`` is fitted on the fold's training rows where they are not there yet. The cache
        is bounded by ``cache`` bytes; the longest unused goes first.
        """
        key = f"{number} {features_key(self.recipe, candidate)}"
        if key not in self._prepared:
            self._prepared[key] = self.made(self.split.folds[number], features)
            self._shrink()
        self._prepared.move_to_end(key)
        return self._prepared[key]

    def made(self, fold: Fold, features: Any) -> Prepared:
        """Fit features on a fold's training rows, and make the matrices of both its sides."""
        with listening() as warned:
            make = self._on_disk if held.on_disk(self.recipe) else self._in_memory
            matrices, fitting, applying = make(fold, features)
        size = size_of(features) if sizes_count(self.recipe) else 0
        return Prepared(matrices, fitting, applying, size, warned)

    def _in_memory(self, fold: Fold, features: Any) -> tuple[Matrices, float, float]:
        begin = time.perf_counter()
        train = fitted(features, self.columns(fold.train), self.y(fold.train))
        middle = time.perf_counter()
        valid = features.transform(self.columns(fold.valid))
        keep(train)  # nothing writes to it any more
        return (train, valid), middle - begin, time.perf_counter() - middle

    def _on_disk(self, fold: Fold, features: Any) -> tuple[Matrices, float, float]:
        begin, y = time.perf_counter(), self.y(fold.train)
        train, valid = (self.split.train[side] for side in (fold.train, fold.valid))
        made = pages.prepared(self.assembled, features, y, train, valid, self.cluster)
        seconds = time.perf_counter() - begin
        share = len(valid) / (len(train) + len(valid))
        return made, seconds * (1 - share), seconds * share

    def _shrink(self) -> None:
        while len(self._prepared) > 1 and self._bytes() > self.cache:
            self._prepared.popitem(last=False)

    def _bytes(self) -> int:
        return sum(one.bytes for one in self._prepared.values())


def seeds(recipe: Recipe, name: str) -> int:
    """Return how many seeds a family is fitted with: one is enough where it draws nothing."""
    family = recipe.model[name]
    draws = family.seed is not None or family.early_stopping is not None
    return recipe.search.repeats if draws else 1


def features_key(recipe: Recipe, candidate: Candidate) -> str:
    """Everything that a candidate's matrices depend on, in order: that of steps matters."""
    family = recipe.model[candidate.family]
    native = family.native.model_dump()
    facts = [candidate.features, native, family.encode, family.scale, family.monotone]
    return json.dumps(facts, default=str)


def _size(table: Any) -> int:
    """Return the bytes of an array, or of a sparse matrix's values and their places."""
    if not issparse(table):
        return int(table.nbytes)
    return int(table.data.nbytes + table.indices.nbytes + table.indptr.nbytes)
