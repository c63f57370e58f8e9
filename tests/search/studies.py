"""Studies without data: a space, and units of work whose scores follow from the values drawn."""

from __future__ import annotations

import math
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from engine.contracts import silent
from engine.recipe import space
from engine.search.aims import Aims
from engine.search.candidate import Candidate, FamilySpace, Outcome, Trial
from engine.search.draw import Proposer
from engine.search.driver import Driver
from engine.search.pace import Allowance, Pace
from engine.search.prune import Pruner
from engine.search.record import Record

FOLDS = 3
FEATURES = {
    "rest": "auto",
    "blocks": {
        "amounts": {
            "columns": "number",
            "steps": {
                "scale": "choice(standard, quantile, none)",
                "reduce": "choice(none, pca)",
                "pca": {"components": "range(2, 20)"},
            },
        }
    },
}


def families(features: Any = FEATURES) -> list[FamilySpace]:
    """Two families that share their features: numbers of both sorts, choices and children."""
    shared = space.build(features, "features")
    trees = {
        "one": {"alpha": "tag(log, interval(1e-3, 10))", "kind": "choice(a, b, c)"},
        "two": {"depth": {"default": 6, "search": "range(2, 12)"}, "rate": "interval(0, 1)"},
    }
    return [
        FamilySpace(name, shared, space.build(tree, f"model.{name}.params"))
        for name, tree in trees.items()
    ]


def finite(count: int = 3) -> list[FamilySpace]:
    """A family of few candidates."""
    params = space.build({"depth": f"range(1, {count})"}, "model.one.params")
    return [FamilySpace("one", space.build({"rest": "auto"}, "features"), params)]


def outcome(candidate: Candidate, fold: int) -> Outcome:
    """A score that is a smooth function of the numbers drawn, a little different for each fold."""
    numbers = [float(v) for v in candidate.params.values() if isinstance(v, int | float)]
    words = zlib.crc32(str(candidate).encode()) % 97 / 970
    score = math.tanh(sum(numbers) / 10) + words + fold / 100
    return Outcome(score, np.arange(4) + fold, np.full((4, 2), 0.5, np.float32), seconds=0.01)


class InterruptedSearchError(Exception):
    """Stands for a process that is killed."""


class Workers:
    """Runs units on threads, each for another time; may stop everything at some unit."""

    def __init__(self, count: int, stop_at: int | None = None, work: Any = outcome) -> None:
        self.count = count
        self.stop_at = stop_at
        self.work = work
        self.submitted = 0
        self.begun: list[tuple[int, int]] = []
        self._pool = ThreadPoolExecutor(count) if count > 1 else None

    def submit(
        self, candidate: Candidate, trial: int, fold: int, allowance: Allowance
    ) -> Future[Outcome]:
        if self.submitted == self.stop_at:
            raise InterruptedSearchError
        self.submitted += 1
        if self._pool:
            return self._pool.submit(self._later, candidate, trial, fold)
        future: Future[Outcome] = Future()
        future.set_result(self._now(candidate, trial, fold))
        return future

    def _now(self, candidate: Candidate, trial: int, fold: int) -> Outcome:
        self.begun.append((trial, fold))
        return self.work(candidate, fold)

    def _later(self, candidate: Candidate, trial: int, fold: int) -> Outcome:
        delay = zlib.crc32(f"{trial} {fold} {self.count}".encode()) % 5
        for _ in range(delay * 300):
            pass
        return self._now(candidate, trial, fold)


def drive(
    folder: Path,
    trials: int,
    workers: Workers | None = None,
    *,
    sampler: str = "tpe",
    seed: int = 0,
    maximize: bool = True,
    spaces: list[FamilySpace] | None = None,
    stop: Any = lambda: False,
    listener: Any = silent,
    pruner: str = "none",
    most_failures: float | None = None,
    pace: Pace | None = None,
    aims: Aims | None = None,
) -> list[Trial]:
    """Run a study in a folder up to a number of trials."""
    workers = workers or Workers(1)
    found = spaces or families()
    aims = aims or Aims.one(maximize)
    record = Record(folder, found, aims)
    try:
        proposer = Proposer(found, sampler, seed, aims)
        driver = Driver(
            proposer, record, workers.submit, FOLDS, workers.count, listener, stop,
            Pruner(pruner, FOLDS, maximize), most_failures, pace,
        )  # fmt: skip
        return driver.run(trials)
    finally:
        record.close()


def drawn(trials: list[Trial]) -> list[tuple[Any, ...]]:
    """What must be equal between two searches."""
    return [
        (t.index, t.candidate.key, dict(t.values), t.state, t.scores, t.error, t.same_as)
        for t in trials
    ]
