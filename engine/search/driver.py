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


@dataclass
class _Open:
    """A trial whose units are not all finished."""

    candidate: Candidate
    values: dict[str, Any]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    same_as: int | None = None


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
        True when no further trial is to be begun.
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
            for future in self._running:
                future.cancel()
        return self.told[:total]

    def _fill(self, total: int) -> None:
        """Keep the workers busy, as far as the draws may run ahead."""
        while len(self._running) < self.workers:
            unit = self._next_unit() or self._next_trial(total)
            if unit is None:
                return
            if unit[1] >= 0:
                self._begin(*unit)

    def _next_unit(self) -> tuple[int, int] | None:
        for index in sorted(self._open):
            if self._open[index].waiting:
                return index, self._open[index].waiting.pop(0)
        return None

    def _next_trial(self, total: int) -> tuple[int, int] | None:
        """Draw the next trial; return a mark that there is more to hand out, or None."""
        index = len(self.told) + len(self._open)
        may_run_ahead = index - LAG < len(self.told)
        if index >= total or not may_run_ahead or self.stop():
            return None
        candidate, values = self.proposer.propose(index, self.told)
        self._open[index] = self._opened(index, candidate, values)
        self.listener("trial_started", index=index, family=candidate.family)
        return index, -1

    def _opened(self, index: int, candidate: Candidate, values: dict[str, Any]) -> _Open:
        for trial in self.told[: max(0, index - LAG + 1)]:  # the same whatever is still running
            if trial.candidate.key == candidate.key:
                return _Open(candidate, values, same_as=trial.index)
        units = {fold: self.record.unit(index, fold) for fold in range(self.folds)}
        outcomes = {fold: unit for fold, unit in units.items() if unit is not None}
        failed = any(outcome.error for outcome in outcomes.values())
        waiting = [] if failed else [fold for fold in units if fold not in outcomes]
        return _Open(candidate, values, outcomes, waiting)

    def _begin(self, index: int, fold: int) -> None:
        future = self.submit(self._open[index].candidate, index, fold)
        self._running[future] = (index, fold)

    def _collect(self) -> None:
        """Take in what has finished; wait for something unless a trial is complete already."""
        complete = any(self._is_complete(index) for index in self._open)
        if not self._running:
            return
        finished, _ = wait(self._running, timeout=0 if complete else None, return_when=FIRST_COMPLETED)
        for future in finished:
            index, fold = self._running.pop(future)
            outcome = future.result()
            self.record.keep(index, fold, outcome)
            self._open[index].outcomes[fold] = outcome
            if outcome.error:
                self._open[index].waiting.clear()
            self.listener("unit_finished", index=index, fold=fold, seconds=outcome.seconds)

    def _is_complete(self, index: int) -> bool:
        trial = self._open[index]
        busy = any(running == index for running, _ in self._running.values())
        return not trial.waiting and not busy

    def _tell_in_order(self) -> None:
        while (index := len(self.told)) in self._open and self._is_complete(index):
            trial = self._finished(index, self._open.pop(index))
            self.record.tell(trial)
            self.told.append(trial)
            self.listener("trial_finished", trial=trial)

    def _finished(self, index: int, done: _Open) -> Trial:
        if done.same_as is not None:
            return replace(
                self.told[done.same_as], index=index, values=done.values, same_as=done.same_as, seconds=0.0
            )
        outcomes = [done.outcomes[fold] for fold in sorted(done.outcomes)]
        error = next((o.error for o in outcomes if o.error), "")
        if not error and any(not math.isfinite(o.score) for o in outcomes):
            error = "the metric is not defined for its predictions"
        return Trial(
            index,
            done.candidate,
            done.values,
            "failed" if error else "complete",
            () if error else tuple(o.score for o in outcomes),
            tuple(o.rounds for o in outcomes),
            sum(o.seconds for o in outcomes),
            error,
        )


def best(trials: list[Trial], maximize: bool) -> Trial | None:
    """Return the complete trial of the best mean score; the earliest of equals."""
    complete = [trial for trial in trials if trial.state == "complete"]
    sign = -1 if maximize else 1
    return min(complete, key=lambda trial: (sign * trial.mean, trial.index), default=None)
