"""Search the joint space of families, parameters and features, fold by fold."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine import catalogue
from engine.contracts import Listener
from engine.errors import Fault, SearchError
from engine.recipe.schema import Recipe
from engine.search.candidate import Candidate, Outcome, Trial
from engine.search.draw import Proposer
from engine.search.driver import Driver, best
from engine.search.record import Record, read_trials, read_unit
from engine.steps import unit
from engine.steps.assemble import spaces
from engine.steps.cores import threads
from engine.steps.measures import metric_name
from engine.steps.split import Split

ABOUT = "try candidates, each on every fold"
MAKES = "trials, with out-of-fold predictions"
READS = (
    "model", "features", "seed", "search.sampler", "evaluation.metric", "evaluation.early_stop_on",
)  # fmt: skip
NEEDS = ("split", "assemble")
LIBRARIES = ("scikit-learn", "xgboost", "optuna", "numpy")
KEEPS = True  # the folder outlives the run: a longer search carries on in it


@dataclass(frozen=True)
class Searched:
    """The trials of a search.

    Attributes
    ----------
    folder : Path
        Where each unit's out-of-fold predictions lie.
    """

    trials: tuple[Trial, ...]
    best: Trial
    metric: str
    folder: Path

    def out_of_fold(self, trial: Trial, fold: int) -> Outcome:
        """Return a unit's predictions."""
        number = trial.index if trial.same_as is None else trial.same_as
        return read_unit(self.folder / "units" / f"{number:06d}_{fold:03d}.npz")


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Searched:
    """Search until there are ``search.trials`` trials, or ``search.timeout`` has passed."""
    split: Split = inputs["split"]
    metric = catalogue.find("metrics", metric_name(recipe, split.target.task))
    families = spaces(recipe, bool(split.target.classes))
    record = Record(folder, families, metric.maximize)
    proposer = Proposer(families, recipe.search.sampler, recipe.seed, metric.maximize)
    workers = recipe.compute.workers
    executor = _start(recipe, inputs, metric, workers)
    try:
        driver = Driver(
            proposer, record, partial(_submit, executor), len(split.folds), workers, listener,
            _deadline(recipe.search.timeout),
        )  # fmt: skip
        listener("search_started", maximize=metric.maximize, done=len(driver.told))
        trials = driver.run(recipe.search.trials)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
    _note(recipe, metric.name, proposer.limit(recipe.search.trials), folder)
    return _searched(trials, metric, folder)


def _note(recipe: Recipe, metric: str, limit: int, folder: Path) -> None:
    facts = {"metric": metric, "limit": limit, "trials": recipe.search.trials,
             "timeout": recipe.search.timeout}  # fmt: skip
    partial_path = folder / "facts.partial"
    partial_path.write_text(json.dumps(facts), "utf-8")
    partial_path.rename(folder / "facts.json")


def done(recipe: Recipe, folder: Path) -> bool:
    """Whether the study in a folder holds all that this recipe asks for."""
    path = folder / "facts.json"
    if not path.exists():
        return False
    facts = json.loads(path.read_text("utf-8"))
    told = len(read_trials(folder))
    if told >= recipe.search.trials:
        return True
    ended = told >= facts["limit"] and facts["limit"] < facts["trials"]  # there are no more
    asked = (recipe.search.trials, recipe.search.timeout)
    return told > 0 and (ended or asked == (facts["trials"], facts["timeout"]))


def _start(recipe: Recipe, inputs: Mapping[str, Any], metric: Any, workers: int) -> Any:
    start = catalogue.find("executors", recipe.compute.executor).start
    if workers == 1:
        material = unit.Material(
            recipe, inputs["split"], inputs["assemble"], metric, threads(recipe, 1)
        )
        return start(1, unit.attach, (material,))
    folders = {name: str(inputs.folder(name)) for name in NEEDS} | {"metric": metric.name}  # type: ignore[attr-defined]
    return start(
        workers, unit.attach_stored, (recipe.model_dump(), folders, threads(recipe, workers))
    )


def _submit(executor: Any, candidate: Candidate, trial: int, fold: int) -> Future[Outcome]:
    return executor.submit(unit.fit_attached, candidate, fold)  # type: ignore[no-any-return]


def _deadline(timeout: float | None) -> Callable[[], bool]:
    if timeout is None:
        return lambda: False
    end = time.monotonic() + timeout
    return lambda: time.monotonic() >= end


def _searched(trials: list[Trial], metric: Any, folder: Path) -> Searched:
    winner = best(trials, metric.maximize)
    if winner is None:
        causes = sorted({f"{t.candidate.family}: {t.error}" for t in trials})
        raise SearchError(
            Fault(f"all {len(trials)} candidates failed"), *(Fault(cause) for cause in causes[:5])
        )
    return Searched(tuple(trials), winner, metric.name, folder)


def load(recipe: Recipe, folder: Path) -> Searched:
    """Read the first ``search.trials`` trials of a study."""
    facts = json.loads((folder / "facts.json").read_text("utf-8"))
    trials = read_trials(folder)[: recipe.search.trials]
    return _searched(trials, catalogue.find("metrics", facts["metric"]), folder)


def digest(recipe: Recipe, searched: Searched, part: str) -> str:
    """Identify what a later step uses of a search: its ``best`` candidate, or all trials."""
    best = searched.best
    family = recipe.model[best.candidate.family].model_dump(exclude={"params", "features", "about"})
    winner = [best.candidate.key, best.refit_rounds(), family]
    everything = [winner, len(searched.trials), best.index]
    text = json.dumps(winner if part == "best" else everything)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
