"""Drawing trials and taking in their results, in an order that does not depend on who is faster.

Where the sampler has a seed, trial ``i`` is drawn knowing exactly the results of the trials up to
``i - lag``; later ones are known to be running. So the draws are the same however many jobs are
handed over at a time, and whether the sweep was interrupted. A result waits with its trial (in the
study's storage) until its turn comes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import optuna
from hydra.errors import CompactHydraException
from optuna.distributions import check_distribution_compatibility
from optuna.trial import FrozenTrial, Trial, TrialState

from hydra_plugins.optuna_sweeper import _grid
from hydra_plugins.optuna_sweeper._grid import At, Point
from hydra_plugins.optuna_sweeper._sampler import Samplers
from hydra_plugins.optuna_sweeper._space import Space

log = logging.getLogger(__name__)

LAG = 8
OVERRIDES = "sweep:overrides"
RESULT = "sweep:result"
ABANDONED = "sweep:abandoned"

Extend = Callable[[Trial], None]


@dataclass(frozen=True)
class Drawn:
    """A trial that is to be run.

    Attributes
    ----------
    index : int
        Its place among the trials of the study, and the number of its job.
    number : int
        Optuna's number of it.
    overrides : tuple of str
        What the job is given.
    trial : Trial, optional
        None where an earlier sweep has drawn it.
    """

    index: int
    number: int
    overrides: tuple[str, ...]
    trial: Trial | None = None


class Trials:
    """The trials of a study, up to a total.

    Parameters
    ----------
    total : int
        Number of trials, those of earlier sweeps among them; a grid may come to an end before.
    lag : int
        How many trials are in the air when one is drawn; 0 if results are told at once.
    extend : callable, optional
        Draws more parameters of a trial.
    """

    def __init__(
        self,
        study: optuna.Study,
        samplers: Samplers,
        space: Space,
        total: int,
        lag: int,
        extend: Extend | None = None,
    ) -> None:
        self.study = study
        self.samplers = samplers
        self.space = space
        self.total = total
        self.lag = lag
        self.extend = extend
        self._numbers: dict[int, int] = {}
        self._results: dict[int, list[float] | None] = {}
        self._interrupted: list[Drawn] = []
        self._points: list[Point] | None = None
        self._recall()
        if samplers.is_grid:
            self._end_with_the_grid()

    def batches(self, size: int) -> Iterator[list[Drawn]]:
        """Yield trials to run, at most ``size`` at a time, those that were interrupted first."""
        for run in _consecutive(self._interrupted):
            yield from (run[i : i + size] for i in range(0, len(run), size))
        while (begin := len(self._numbers)) < self.total:
            yield [self._draw(index) for index in range(begin, min(begin + size, self.total))]

    def take(self, drawn: Drawn, values: list[float] | None) -> None:
        """Take in the result of a trial; None if it has failed."""
        self._results[drawn.index] = values
        if drawn.trial is not None:
            drawn.trial.set_user_attr(RESULT, values)
        if not self.lag:
            self.tell(self.total)

    def tell(self, end: int) -> None:
        """Tell Optuna the results of the trials before ``end``."""
        for index in sorted(index for index in self._results if index < end):
            values = self._results.pop(index)
            state = TrialState.FAIL if values is None else TrialState.COMPLETE
            try:
                self.study.tell(self._numbers[index], values, state)
            except RuntimeError:  # the end of a list: Optuna would stop a loop of its own
                if not self.samplers.is_listed:
                    raise

    def _draw(self, index: int) -> Drawn:
        if self.lag:
            self.tell(index - self.lag + 1)
        self.study.sampler = At(self._points.pop(0)) if self._points else self.samplers.at(index)
        trial = self.study.ask(self.space.distributions)
        for name, text in self.space.fixed.items():
            trial.set_user_attr(name, text.partition("=")[2])
        if self.extend is not None:
            self.extend(trial)
        if overlap := sorted({name.lstrip("+") for name in trial.params} & {*self.space.fixed}):
            raise CompactHydraException(f"drawn, and fixed by an override: {', '.join(overlap)}")
        overrides = self.space.overrides(trial.params)
        trial.set_user_attr(OVERRIDES, list(overrides))
        self._numbers[index] = trial.number
        return Drawn(index, trial.number, overrides, trial)

    def _recall(self) -> None:
        """Find out what earlier sweeps of this study have left."""
        trials = self.study.get_trials(deepcopy=False)
        self._check(trials)
        self._compare(trials)
        abandoned = self.study.user_attrs.get(ABANDONED, [])
        for trial in trials:
            if trial.number in abandoned or self._abandoned(trial):
                continue
            index = len(self._numbers)
            self._numbers[index] = trial.number
            if trial.state.is_finished():
                continue
            if RESULT in trial.user_attrs:
                self._results[index] = trial.user_attrs[RESULT]
            else:
                overrides = self.space.overrides(trial.params)
                self._interrupted.append(Drawn(index, trial.number, overrides))

    def _end_with_the_grid(self) -> None:
        """Leave out the points that earlier trials had, and end when the others are drawn."""
        trials = self.study.get_trials(deepcopy=False)
        tried = [trials[number].params for number in self._numbers.values()]
        grid = _grid.points(self.space, self.samplers.seed)
        self._points = _grid.untried(grid, tried)
        end = len(tried) + len(self._points)
        if end < self.total:
            so_many = f"The grid has {len(grid)} points"
            log.info(f"{so_many}: {len(self._points)} more jobs, {end} in all, not {self.total}")
        self.total = min(self.total, end)

    def _abandoned(self, trial: FrozenTrial) -> bool:
        """Close a trial that was interrupted while it was drawn: another takes its place."""
        if trial.state.is_finished() or OVERRIDES in trial.user_attrs:
            return False
        before = self.study.user_attrs.get(ABANDONED, [])
        self.study.set_user_attr(ABANDONED, [*before, trial.number])
        self.study.sampler = self.samplers.at(len(self._numbers))
        self.study.tell(trial.number, state=TrialState.FAIL)
        return True

    def _check(self, trials: Sequence[FrozenTrial]) -> None:
        """Refuse a study whose trials were drawn from other choices."""
        known: dict[str, Any] = {}
        for trial in trials:
            known |= trial.distributions
        for name, distribution in self.space.distributions.items():
            try:
                if name in known:
                    check_distribution_compatibility(known[name], distribution)
            except ValueError:
                raise CompactHydraException(
                    f"the study {self.study.study_name!r} holds trials with another range of "
                    f"{name}: {known[name]}; give it another hydra.sweeper.study_name"
                ) from None

    def _compare(self, trials: Sequence[FrozenTrial]) -> None:
        """Warn of trials that were given other values in place of what is fixed now."""
        now, differing = set(self.space.fixed.values()), set[str]()
        for trial in trials:
            drawn = {name.lstrip("+") for name in trial.params}
            given = trial.user_attrs.get(OVERRIDES, now)
            fixed = {text for text in given if text.partition("=")[0].lstrip("+") not in drawn}
            differing |= fixed ^ now
        if differing:
            log.warning(
                f"The study {self.study.study_name!r} holds jobs with and without "
                f"{', '.join(sorted(differing))}: are their results comparable?"
            )


def _consecutive(drawn: Sequence[Drawn]) -> list[list[Drawn]]:
    """Group trials whose numbers follow each other: a launcher numbers its jobs so."""
    placed = enumerate(drawn)
    groups = groupby(placed, key=lambda item: item[1].index - item[0])
    return [[trial for _, trial in group] for _, group in groups]
