"""Search the joint space of families, parameters and features, fold by fold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from engine import catalogue
from engine.contracts import Executor, Listener, Metric, Starter
from engine.errors import Fault, SearchError
from engine.models import Setting
from engine.recipe.schema import Recipe
from engine.recipe.space import Pick, default, parameters
from engine.search import final
from engine.search.budget import Budget
from engine.search.candidate import Candidate, FamilySpace, Outcome, Trial
from engine.search.draw import Proposer
from engine.search.driver import Driver, best
from engine.search.failures import causes
from engine.search.pace import Allowance, Pace
from engine.search.prune import Pruner
from engine.search.record import Record, read_trials, read_unit, unit_path
from engine.steps import (
    aims,
    cores,
    devices,
    ending,
    fitting,
    gaps,
    history,
    measures,
    pages,
    suits,
    unit,
)
from engine.steps.assemble import Assembled, pipeline, spaces
from engine.steps.features import treatments
from engine.steps.split import Split

ABOUT = "try candidates, each on every fold"
MAKES = "trials, with out-of-fold predictions"
READS = (
    "model", "features", "seed", "search.sampler", "search.pruner", "search.repeats",
    "evaluation.metric", "evaluation.early_stop_on",
)  # fmt: skip
NEEDS = ("load", "split", "assemble")
LIBRARIES = ("scikit-learn", "optuna", "numpy", "scipy")
FITS = True  # the libraries of the recipe's families count too
SENT = ("split", "assemble")  # results that workers read
A_FEW = 4  # processes on each machine of a cluster, of which it is not known how many it has
KEEPS = True  # the folder outlives the run: a longer search carries on in it


@dataclass(frozen=True)
class Searched:
    """The trials of a search.

    Attributes
    ----------
    best : Trial
        That of the best score, whatever the limits are: they may have changed since it was told.
    folder : Path
        Where each unit's out-of-fold predictions lie.
    fitted_by : float, optional
        When what comes out of it is to be fitted, by ``time.monotonic()``, where this very run has
        searched and has a limit of time.
    """

    trials: tuple[Trial, ...]
    best: Trial
    metric: str
    folder: Path
    fitted_by: float | None = None

    def out_of_fold(self, trial: Trial, fold: int) -> Outcome:
        """Return a unit's predictions."""
        number = trial.index if trial.same_as is None else trial.same_as
        return read_unit(unit_path(self.folder, number, fold))


class Inputs(Protocol):
    """The results of earlier steps by name, and where they lie."""

    def __getitem__(self, step: str, /) -> Any: ...

    def folder(self, step: str) -> Path: ...


def run(recipe: Recipe, inputs: Inputs, folder: Path, listener: Listener) -> Searched:
    """Search until there are ``search.trials`` trials, or ``search.timeout`` has passed.

    A Ctrl-C ends it with the trials that there are; a run that follows carries on.

    Raises
    ------
    DataError
        If the features name a column that is not there, or leave none.
    SearchError
        If all candidates failed, or a worker died.
    """
    parts: Split = inputs["split"]
    classify = bool(parts.target.classes)
    recipe, left_out = fitting.suited(recipe, parts)
    if recipe.compute.address is None:
        devices.require(recipe)
    metrics = measures.metrics(recipe, parts)
    metric, objectives = metrics[0], aims.of(recipe, parts, inputs["load"])
    families = spaces(recipe, classify)
    looked_at = _looked_at(recipe, families, inputs["assemble"], parts)
    small = gaps.too_small(recipe, parts, inputs["load"])
    for text in (*left_out, *looked_at, *cores.notices(recipe), *small, *_unpruned(recipe)):
        listener("notice", text=text)
    hurried = recipe.search.timeout is not None
    proposer = Proposer(families, recipe.search.sampler, recipe.seed, objectives, hurried)
    budget = Budget(folder / "seconds.txt", recipe.search.timeout, getattr(inputs, "begun", None))
    after = ending.After.of(recipe, parts, metrics)
    told = ending.keeping_back(listener, budget, recipe, after)
    try:
        trials = _drive(recipe, inputs, folder, told, proposer, metric, budget)
        _note(recipe, metric.name, proposer.limit(recipe.search.trials), folder)
    except KeyboardInterrupt as stop:
        trials = ending.cut_short(stop, folder, metric, listener)
    return replace(_searched(trials, metric, folder), fitted_by=after.fitted_by(budget))


def _looked_at(
    recipe: Recipe, families: Sequence[FamilySpace], assembled: Assembled, parts: Split
) -> list[str]:
    """Let what holds for every candidate be said once, before anything is fitted."""
    columns, ties = assembled.contract.columns, []
    rows = pages.looked_at(recipe, assembled, parts.train)
    for family in families:
        candidate = family.candidate(default)
        pipeline(recipe, candidate, columns, Setting(bool(parts.target.classes)))
        found = treatments(columns, candidate.features, recipe.model[family.name])
        history.require_forward(found, parts.how)
        suits.require_values(found, columns, assembled.numbers, rows)
        open_ = {one.path for one in parameters(family.features) if isinstance(one, Pick)}
        filled = suits.Missing(family.name, recipe.model[family.name].native.missing, open_)
        suits.require_filled(found, columns, assembled.numbers, rows, filled)
        ties += history.ties(found, columns, assembled.numbers, rows)
    return list(dict.fromkeys(ties))


def _drive(
    recipe: Recipe, inputs: Inputs, folder: Path, told: Listener, proposer: Proposer,
    metric: Metric, budget: Budget,
) -> list[Trial]:  # fmt: skip
    families = list(proposer.families.values())
    folds = len(inputs["split"].folds)
    with _explained(), ExitStack() as held:  # all is let go of, whatever fails on the way
        record = Record(folder, families, proposer.aims)
        held.callback(record.close)
        executor = _start(recipe, inputs, metric.name)
        held.callback(unit.detach)
        held.callback(executor.shutdown, cancel=True)
        held.callback(budget.is_over)
        driver = Driver(
            proposer, record, partial(_submit, executor, budget), folds, lambda: executor.workers,
            told, budget.is_over, Pruner(_pruner(recipe), folds, metric.maximize),
            recipe.search.max_failure_rate, _pace(recipe, executor, budget, families),
        )  # fmt: skip
        begun = {"done": len(driver.told), "first": best(driver.told, metric.maximize)}
        left = None if recipe.search.timeout is None else recipe.search.timeout - budget.spent()
        told(
            "search_started", maximize=metric.maximize, folds=folds, metric=metric.name,
            total=proposer.limit(recipe.search.trials), seconds=left, earlier=tuple(driver.told),
            defaults=_tried_first(proposer.families.values()), **begun,
        )  # fmt: skip
        return driver.run(recipe.search.trials)


@contextmanager
def _explained() -> Iterator[None]:
    """Say that a worker died where that ends the search."""
    try:
        yield
    except BrokenExecutor:
        hint = "run it again to carry on; with fewer compute.workers each has more memory"
        fault = Fault("a worker died: killed, or out of memory", "compute.workers", hint)
        raise SearchError(fault) from None


def _pruner(recipe: Recipe) -> str:
    """Return who gives up on trials: nobody, where a bad score may go with something better."""
    return "none" if len(recipe.evaluation.objectives) > 1 else recipe.search.pruner


def _unpruned(recipe: Recipe) -> list[str]:
    if _pruner(recipe) == recipe.search.pruner:
        return []
    why = "candidates are compared by several objectives, and none is given up by its first folds"
    return [f"search.pruner: {why}"]


def _tried_first(families: Iterable[FamilySpace]) -> dict[str, dict[str, Any]]:
    """Return by family the values of its ranges that are tried first."""
    ranges = {f.name: [*parameters(f.features), *parameters(f.params)] for f in families}
    return {name: {one.path: one.default for one in found} for name, found in ranges.items()}


def _start(recipe: Recipe, inputs: Inputs, metric: str) -> Executor:
    compute = recipe.compute
    workers, threads = cores.shared(recipe, len(inputs["split"].train))
    folders = {step: str(inputs.folder(step)) for step in SENT}
    given = (recipe.model_dump(), metric, workers or A_FEW, threads)
    if compute.rows == "cluster":  # a unit is this process's, and its workers are the cluster's
        here: Starter = catalogue.find("executors", "local")
        return here.start(1, unit.attach, given, folders=folders)
    starter: Starter = catalogue.find("executors", compute.executor)
    return starter.start(
        workers, unit.attach, given, folders=folders, apart=_may_stop(recipe),
        memory=compute.memory, threads=threads, address=compute.address,
    )  # fmt: skip


def _may_stop(recipe: Recipe) -> bool:
    return recipe.search.timeout is not None or recipe.search.fit_timeout is not None


def _pace(
    recipe: Recipe, executor: Executor, budget: Budget, families: Sequence[FamilySpace]
) -> Pace:
    costs = {family.name: family.cost for family in families}
    fits = final.MORE_ROWS * ending.fits(recipe)
    return Pace(lambda: executor.workers, budget.left, costs, recipe.search.fit_timeout, fits)


def _submit(
    executor: Executor, budget: Budget,
    candidate: Candidate, trial: int, fold: int, allowance: Allowance,
) -> Future[Outcome]:  # fmt: skip
    """Begin a unit; the first trial is never cut off by the end of the search."""
    left = budget.left() if trial else None
    deadline = min((s for s in (allowance.longest, left) if s is not None), default=None)
    return executor.submit(unit.fit_attached, candidate, fold, allowance.share, deadline=deadline)


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


def _searched(trials: list[Trial], metric: Metric, folder: Path) -> Searched:
    winner = best([replace(trial, over={}) for trial in trials], metric.maximize)
    if winner is None:
        whole = f"every candidate failed ({len(trials):,} of {len(trials):,})"
        raise SearchError(Fault(whole), *causes(trials))
    return Searched(tuple(trials), winner, metric.name, folder)


def load(recipe: Recipe, folder: Path) -> Searched:
    """Read the first ``search.trials`` trials of a study."""
    facts = json.loads((folder / "facts.json").read_text("utf-8"))
    trials = read_trials(folder)[: recipe.search.trials]
    return _searched(trials, catalogue.find("metrics", facts["metric"]), folder)


def digest(recipe: Recipe, searched: Searched, part: str) -> str:
    """Identify the trials of a search: more of them are told as time goes on."""
    text = json.dumps([len(searched.trials), searched.best.candidate.key])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
