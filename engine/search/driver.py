"""The driver: asks for candidates, hands out units of work, and tells what came of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from typing import Any

from engine.contracts import Listener, WorkerDiedError
from engine.search.candidate import Candidate, Outcome, Trial
from engine.search.draw import LAG, Proposer
from engine.search.failures import HOPELESS, hopeless, require_few
from engine.search.opened import Opened
from engine.search.pace import Allowance, Pace
from engine.search.prune import Pruner
from engine.search.record import Record

Submit = Callable[[Candidate, int, int, Allowance], Future[Outcome]]

LATE = 10  # so many candidates in a row for which no time is left end the search
TRIES = 3  # so often a trial may lose its process: the machine may be at fault, and not it
UNDEFINED = "the metric is not defined for its predictions"


class Driver:
    """Runs a study up to a number of trials.

    Parameters
    ----------
    proposer, record
        Who draws, and where results are kept.
    submit : callable
        ``submit(candidate, trial, fold, allowance)`` begins a unit of work, which may take so long,
        and returns its future.
    folds : int
        Units per trial.
    workers : int or callable
        Units that run side by side; or what tells, where a cluster grows and shrinks.
    stop : callable
        True when the time is up: no further trial is begun then, but for the first. A unit that
        was stopped then is no failure, but left to a search that carries on.
    pruner : Pruner, optional
        Who gives up on trials.
    most_failures : float, optional
        The share of trials that may fail.
    pace : Pace, optional
        Who knows whether a trial can end before the time is up; others are given up.
    """

    def __init__(
        self,
        proposer: Proposer,
        record: Record,
        submit: Submit,
        folds: int,
        workers: int | Callable[[], int],
        listener: Listener,
        stop: Callable[[], bool],
        pruner: Pruner | None = None,
        most_failures: float | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.proposer = proposer
        self.aims = proposer.aims
        self.record = record
        self.submit = submit
        self.folds = folds
        self.workers = workers if callable(workers) else lambda: workers
        self.listener = listener
        self.stop = stop
        self.pruner = pruner or Pruner("none", folds, maximize=True)
        self.most_failures = most_failures
        self.pace = pace or Pace(workers)
        self._is_cut = False
        self._is_short = False
        self._late = 0
        self.told: list[Trial] = [self._judged(trial) for trial in record.trials()]
        self.pace.learn(self.told)
        self._open: dict[int, Opened] = {}
        self._running: dict[Future[Outcome], tuple[int, int]] = {}

    def run(self, trials: int) -> list[Trial]:
        """Search until ``trials`` trials are told, or ``stop`` says so; return them in order."""
        total = self.proposer.limit(trials)
        try:
            while len(self.told) < total:
                self._fill(total)
                ends = not self._open or (self._is_cut and not self._running)
                self._collect(total)
                self._tell_in_order()
                if ends:
                    break
        except KeyboardInterrupt:  # nobody is to wait for what still runs
            self._running = {future: at for future, at in self._running.items() if future.done()}
            raise
        finally:
            self._save_running()
        return self.told[:total]

    def _fill(self, total: int) -> None:
        """Keep the workers busy, as far as the draws may run ahead."""
        while len(self._running) < self.workers() and not self._is_cut:
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
        trial = self._open[index]
        future = self.submit(trial.candidate, index, fold, trial.allowance)
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
        self._give_up_late(index)
        self.listener("trial_started", index=index, family=candidate.family)

    def _opened(self, index: int, candidate: Candidate, values: dict[str, Any]) -> Opened:
        for trial in self._visible(index):  # the same whatever is still running
            if trial.candidate.key == candidate.key:
                return Opened(candidate, values, same_as=trial.index)
        opened = Opened(candidate, values, allowance=self.pace.allowance(self.folds, not index))
        units = {fold: self.record.unit(index, fold, candidate) for fold in range(self.folds)}
        opened.waiting = [fold for fold, outcome in units.items() if outcome is None]
        for fold, outcome in units.items():
            if outcome is not None:
                opened.take(fold, outcome)
        opened.judge(index, self.pruner, self._visible(index))
        return opened

    def _visible(self, index: int) -> list[Trial]:
        """Return the trials that what becomes of a trial may depend on."""
        return self.told[: max(0, index - LAG + 1)]

    def _collect(self, total: int) -> None:
        """Take in what has finished; wait for something unless a trial is complete already.

        Where several work, they go on while files are written; one alone may work in this process.
        """
        if not self._running:
            return
        complete = any(self._is_complete(index) for index in self._open)
        patience = 0 if complete else None
        taken: list[tuple[int, int, Outcome | None]] = []
        try:
            for future in wait(self._running, patience, FIRST_COMPLETED).done:
                taken.append(self._take(future))
            if self.workers() > 1:
                self._fill(total)
        finally:
            for unit in taken:
                self._keep(*unit)
        for index, fold, outcome in taken:
            if outcome is not None:
                self.listener("unit_finished", index=index, fold=fold, seconds=outcome.seconds)

    def _take(self, future: Future[Outcome]) -> tuple[int, int, Outcome | None]:
        """Take in what came of a unit; nothing did where it has to be begun again."""
        index, fold = self._running.pop(future)
        trial = self._open[index]
        outcome = self._outcome(future, index)
        if outcome is None:
            trial.postpone(fold)
            return index, fold, None
        if not outcome.error and not math.isfinite(outcome.score):
            outcome = replace(outcome, error=UNDEFINED)
        trial.take(fold, outcome)
        trial.judge(index, self.pruner, self._visible(index))
        if not outcome.error:
            self.pace.took(trial.candidate.family, outcome.seconds)
        self._give_up_late(index)
        return index, fold, outcome

    def _keep(self, index: int, fold: int, outcome: Outcome | None) -> None:
        """Write what came of a unit."""
        if outcome is not None:
            self.record.keep(index, fold, self._open[index].candidate, outcome)

    def _give_up_late(self, index: int) -> None:
        """Give up on a trial that cannot end in time, but for the first."""
        trial = self._open[index]
        units, own = len(trial.waiting) + self._busy(index), trial.seconds_each()
        if trial.given_up is not None:
            return
        if self.pace.allows(trial.candidate.family, units, own):
            self._late = 0
            return
        if index == 0:
            self._tell_of_little_time(own)
            return
        trial.give_up()
        self._late += 1
        self._is_cut = self._is_cut or self._late >= LATE

    def _tell_of_little_time(self, each: float | None) -> None:
        """Say once that not even the first trial can end in time, as far as that is known."""
        if each and not self._is_short:
            self._is_short = True
            text = f"there is too little time for one candidate: {self.folds} folds of about "
            text += f"{each:.2g} s each; the first is completed all the same"
            self.listener("notice", text=f"search.timeout: {text}")

    def _outcome(self, future: Future[Outcome], index: int) -> Outcome | None:
        """Return a unit's outcome; None where it has to be begun again, now or later."""
        error = future.exception()
        if isinstance(error, TimeoutError):
            return self._outcome_of_stopped(index, str(error))
        if isinstance(error, WorkerDiedError):
            self._open[index].deaths += 1
            died = self._open[index].deaths
            return None if died < TRIES else Outcome(math.nan, error=f"{error}, {died} times")
        return future.result()

    def _outcome_of_stopped(self, index: int, error: str) -> Outcome | None:
        """Return a failure where a unit was stopped as the recipe wants, else give its trial up."""
        self._is_cut = self._is_cut or (index > 0 and self.stop())
        trial = self._open[index]
        if trial.allowance.fails and not self._is_cut:
            return Outcome(math.nan, error=error)
        if not self._is_cut:
            trial.give_up()
            self.pace.was_stopped(trial.candidate.family, trial.allowance.longest or 0.0)
        return None

    def _save_running(self) -> None:
        """Keep what still runs when the search ends by an error; nobody is told any more."""
        for future in list(self._running):
            if not future.cancel() and future.exception() is None:
                self._keep(*self._take(future))

    def _is_complete(self, index: int) -> bool:
        return not self._open[index].waiting and not self._busy(index)

    def _busy(self, index: int) -> int:
        """Return how many units of a trial are running."""
        return sum(running == index for running, _ in self._running.values())

    def _tell_in_order(self) -> None:
        while (index := len(self.told)) in self._open and self._is_complete(index):
            trial = self._finished(index, self._open.pop(index))
            self.record.tell(trial)
            self.told.append(trial)
            self.listener("trial_finished", trial=trial)
            self._tell_of_failures(trial)

    def _tell_of_failures(self, trial: Trial) -> None:
        name = trial.candidate.family
        if trial.state != "failed":
            return
        if name in hopeless(self.told) - hopeless(self.told[:-1]):
            text = f"{name} is left out, as its first {HOPELESS} trials have failed: {trial.error}"
            self.listener("notice", text=text)
        require_few(self.told, self.most_failures)

    def _finished(self, index: int, done: Opened) -> Trial:
        if done.same_as is not None:
            earlier = self.told[done.same_as]
            shared = done.same_as if earlier.same_as is None else earlier.same_as
            return replace(earlier, index=index, values=done.values, same_as=shared, seconds=0.0)
        trial, folds = done.finished(index), sorted(done.outcomes)
        return self.aims.judged(trial, lambda: [done.outcomes[fold] for fold in folds])

    def _judged(self, trial: Trial) -> Trial:
        """Judge a trial of an earlier run by the limits of today."""
        number = trial.index if trial.same_as is None else trial.same_as
        return self.aims.judged(trial, lambda: self.record.units(number, self.folds))


def best(trials: list[Trial], maximize: bool) -> Trial | None:
    """Return the complete trial of the best mean score; the earliest of equals.

    One that exceeds a limit is the best only where all do.
    """
    complete = [trial for trial in trials if trial.state == "complete"]
    sign = -1 if maximize else 1
    return min(complete, key=lambda t: (bool(t.over), sign * t.mean, t.index), default=None)
