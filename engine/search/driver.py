"""The driver: asks for candidates, hands out units of work, and tells what came of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from typing import Any

from engine.contracts import Listener
from engine.search.candidate import Candidate, Outcome, Trial
from engine.search.draw import LAG, Proposer
from engine.search.record import Record

Submit = Callable[[Candidate, int, int], Future[Outcome]]

UNDEFINED = "the metric is not defined for its predictions"


@dataclass
class _Open:
    """A trial that is not told yet."""

    candidate: Candidate
    values: dict[str, Any]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    same_as: int | None = None

    def take(self, fold: int, outcome: Outcome) -> None:
        """Add a unit's outcome; after a failure no later fold is begun."""
        self.outcomes[fold] = outcome
        if outcome.error:
            self.waiting = [earlier for earlier in self.waiting if earlier < fold]


class Driver:
    """Runs a study up to a number of trials.

    Parameters
    ----------
    proposer, record
        Who draws, and where results are kept.
    submit : callable
        ``submit(candidate, trial, fold)`` begins a unit of work and returns its future.
    folds : int
        Units per trial.
    workers : int
        Units that run side by side.
    stop : callable
        True when no further trial is to be begun; the first trial always is.
    """

    def __init__(
        self,
        proposer: Proposer,
        record: Record,
        submit: Submit,
        folds: int,
        workers: int,
        listener: Listener,
        stop: Callable[[], bool],
    ) -> None:
        self.proposer = proposer
        self.record = record
        self.submit = submit
        self.folds = folds
        self.workers = workers
        self.listener = listener
        self.stop = stop
        self.told: list[Trial] = record.trials()
        self._open: dict[int, _Open] = {}
        self._running: dict[Future[Outcome], tuple[int, int]] = {}

    def run(self, trials: int) -> list[Trial]:
        """Search until ``trials`` trials are told, or ``stop`` says so; return them in order."""
        total = self.proposer.limit(trials)
        try:
            while len(self.told) < total:
                self._fill(total)
                if not self._open:
                    break
                self._collect()
                self._tell_in_order()
        finally:
            self._save_running()
        return self.told[:total]

    def _fill(self, total: int) -> None:
        """Keep the workers busy, as far as the draws may run ahead."""
        while len(self._running) < self.workers:
            index = self._first_waiting()
            if index is not None:
                self._begin(index, self._open[index].waiting.pop(0))
            elif self._may_draw(total):
                self._draw()
            else:
                return

    def _first_waiting(self) -> int | None:
        return min((index for index, trial in self._open.items() if trial.waiting), default=None)

    def _begin(self, index: int, fold: int) -> None:
        future = self.submit(self._open[index].candidate, index, fold)
        self._running[future] = (index, fold)

    def _may_draw(self, total: int) -> bool:
        index = self._next()
        runs_ahead = index >= len(self.told) + LAG
        return index < total and not runs_ahead and not (index and self.stop())

    def _next(self) -> int:
        return len(self.told) + len(self._open)

    def _draw(self) -> None:
        index = self._next()
        candidate, values = self.proposer.propose(index, self.told)
        self._open[index] = self._opened(index, candidate, values)
        self.listener("trial_started", index=index, family=candidate.family)

    def _opened(self, index: int, candidate: Candidate, values: dict[str, Any]) -> _Open:
        for trial in self.told[: max(0, index - LAG + 1)]:  # the same whatever is still running
            if trial.candidate.key == candidate.key:
                return _Open(candidate, values, same_as=trial.index)
        opened = _Open(candidate, values)
        units = {fold: self.record.unit(index, fold, candidate) for fold in range(self.folds)}
        opened.waiting = [fold for fold, outcome in units.items() if outcome is None]
        for fold, outcome in units.items():
            if outcome is not None:
                opened.take(fold, outcome)
        return opened

    def _collect(self) -> None:
        """Take in what has finished; wait for something unless a trial is complete already."""
        if not self._running:
            return
        complete = any(self._is_complete(index) for index in self._open)
        patience = 0 if complete else None
        for future in wait(self._running, patience, FIRST_COMPLETED).done:
            index, fold = self._running[future]
            outcome = self._keep(future)
            self.listener("unit_finished", index=index, fold=fold, seconds=outcome.seconds)

    def _keep(self, future: Future[Outcome]) -> Outcome:
        index, fold = self._running.pop(future)
        outcome = future.result()
        if not outcome.error and not math.isfinite(outcome.score):
            outcome = replace(outcome, error=UNDEFINED)
        trial = self._open[index]
        self.record.keep(index, fold, trial.candidate, outcome)
        trial.take(fold, outcome)
        return outcome

    def _save_running(self) -> None:
        """Keep what still runs when the search is interrupted: it has to be waited for anyway."""
        for future in list(self._running):
            if not future.cancel() and future.exception() is None:
                self._keep(future)

    def _is_complete(self, index: int) -> bool:
        busy = any(running == index for running, _ in self._running.values())
        return not self._open[index].waiting and not busy

    def _tell_in_order(self) -> None:
        while (index := len(self.told)) in self._open and self._is_complete(index):
            trial = self._finished(index, self._open.pop(index))
            self.record.tell(trial)
            self.told.append(trial)
            self.listener("trial_finished", trial=trial)

    def _finished(self, index: int, done: _Open) -> Trial:
        if done.same_as is not None:
            earlier = self.told[done.same_as]
            shared = done.same_as if earlier.same_as is None else earlier.same_as
            return replace(earlier, index=index, values=done.values, same_as=shared, seconds=0.0)
        outcomes = [done.outcomes[fold] for fold in sorted(done.outcomes)]
        seconds = sum(outcome.seconds for outcome in outcomes)
        error = next((outcome.error for outcome in outcomes if outcome.error), "")
        if error:
            return Trial(index, done.candidate, done.values, "failed", seconds=seconds, error=error)
        scores = tuple(outcome.score for outcome in outcomes)
        rounds = tuple(outcome.rounds for outcome in outcomes)
        return Trial(index, done.candidate, done.values, "complete", scores, rounds, seconds)


def best(trials: list[Trial], maximize: bool) -> Trial | None:
    """Return the complete trial of the best mean score; the earliest of equals."""
    complete = [trial for trial in trials if trial.state == "complete"]
    sign = -1 if maximize else 1
    return min(complete, key=lambda trial: (sign * trial.mean, trial.index), default=None)
