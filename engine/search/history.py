"""What a sampler sees of the trials before: all of them, or a fair share of very many.

TPE sets the best tenth of the trials, 25 at most, against all others, and takes longer with each
that it has seen: 48 s for 3,000 in 10 dimensions, most of it for the last. Its best 25 are never
left out here, so only the picture of the others gets coarser.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import optuna
from optuna.trial import FrozenTrial

from engine.search.aims import Aims
from engine.search.candidate import Trial
from engine.search.front import front

KEPT = 250
"""Trials that a sampler goes on with; a tenth of them are the best 25."""
STEP = 100
"""After so many more, those that it goes on with are chosen anew."""
BEST = 25


class History:
    """A study in memory that holds what a sampler may see.

    What it holds follows from the trials and their number alone, not from when they were added:
    a search that is carried on sees the same.

    Parameters
    ----------
    aims : Aims
    freeze : callable
        Gives Optuna's form of a trial; None of one that is not to be seen.
    """

    def __init__(self, aims: Aims, freeze: Callable[[Trial], FrozenTrial | None]) -> None:
        self._aims = aims
        self._freeze = freeze
        self._chosen = -1
        self._seen = 0
        self._study = optuna.create_study(directions=aims.directions)

    def study(self, told: Sequence[Trial]) -> optuna.Study:
        """Return the study, with these trials or a share of them."""
        chosen = begins(len(told))
        if chosen != self._chosen or self._seen > len(told):
            self._study = optuna.create_study(directions=self._aims.directions)
            self._add(share(told[:chosen], self._aims))
            self._chosen = self._seen = chosen
        self._add(told[self._seen :])
        self._seen = len(told)
        return self._study

    def _add(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            frozen = self._freeze(trial)
            if frozen is not None:
                self._study.add_trial(frozen)


def begins(count: int) -> int:
    """Return how many of so many trials are seen as a share; the later ones are all seen."""
    return 0 if count < KEPT + STEP else count - count % STEP


def share(trials: Sequence[Trial], aims: Aims) -> list[Trial]:
    """Return the best trials and a regular sample of the others, in their order."""
    finished = [trial for trial in trials if trial.state != "failed"]
    if len(finished) <= KEPT:
        return finished
    best = _best([trial for trial in finished if trial.state == "complete"], aims)
    kept = {trial.index for trial in best}
    others = [trial for trial in finished if trial.index not in kept]
    places = np.linspace(0, len(others) - 1, KEPT - len(best)).round().astype(int)
    kept |= {others[place].index for place in places}
    return [trial for trial in finished if trial.index in kept]


def _best(complete: Sequence[Trial], aims: Aims) -> list[Trial]:
    """Return the trials with the best scores; with several objectives, the Pareto front first."""
    sign = -1 if aims.maximize[0] else 1
    order = sorted(complete, key=lambda trial: (bool(trial.over), sign * trial.mean))
    if not aims.are_several:
        return order[:BEST]
    first = front(complete, aims)[: KEPT // 2]
    chosen = {trial.index for trial in first}
    rest = [trial for trial in order if trial.index not in chosen]
    return [*first, *rest[: max(0, BEST - len(first))]]
