"""How long units of work take and may take, so that trials end before the time is up."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.search.candidate import Trial

LATE = "there was no time left for it"
ROUGH = 3.0  # times that a guess by costs has to exceed what is left: they differ with the data
ENOUGH = 2  # families to guess by: one alone may be far from its cost
SHARE = 0.5  # of what is left, for one trial: others are to be tried, too
GRACE = 1.6  # times its share, after which a unit is stopped that has not stopped by itself


def _endless() -> float | None:
    return None


@dataclass(frozen=True)
class Allowance:
    """How long a unit of work may take; None stands for any time.

    Attributes
    ----------
    share : float, optional
        Seconds after which a fit that can stop with what it has learnt so far does so.
    longest : float, optional
        Seconds after which it is stopped.
    fails : bool
        Whether a candidate fails that is stopped then; else it was given up for want of time.
    """

    share: float | None = None
    longest: float | None = None
    fails: bool = True


class Pace:
    """Knows what the units of each family have taken.

    Parameters
    ----------
    workers : int or callable
        Units that run side by side; or what tells, where a cluster grows and shrinks.
    left : callable
        Seconds that the search may still take; None where there is no limit.
    costs : mapping of float, optional
        How long a fit of each family takes, as a multiple of another's; see
        :class:`engine.search.candidate.FamilySpace`.
    longest : float, optional
        Seconds that a unit may take, whatever is left.
    afterwards : float
        What fitting anew what comes out takes, in units of work.
    """

    def __init__(
        self,
        workers: int | Callable[[], int],
        left: Callable[[], float | None] = _endless,
        costs: Mapping[str, float] | None = None,
        longest: float | None = None,
        afterwards: float = 0.0,
    ) -> None:
        self._workers = workers if callable(workers) else lambda: workers
        self._left = left
        self._costs = costs or {}
        self._longest = longest
        self._afterwards = afterwards
        self._stopped: dict[str, float] = {}
        self._seconds: dict[str, float] = defaultdict(float)
        self._units: dict[str, int] = defaultdict(int)

    def learn(self, trials: Iterable[Trial]) -> None:
        """Take note of trials of an earlier run."""
        for trial in trials:
            if trial.scores and trial.same_as is None:
                self.took(trial.candidate.family, trial.seconds, len(trial.scores))

    def took(self, family: str, seconds: float, units: int = 1) -> None:
        """Take note of what some units of a family took."""
        self._seconds[family] += seconds
        self._units[family] += units

    def was_stopped(self, family: str, seconds: float) -> None:
        """Take note that a unit of a family was stopped after so many seconds, with no result."""
        self._stopped[family] = max(seconds, self._stopped.get(family, 0.0))

    def allowance(self, units: int, is_first: bool = False) -> Allowance:
        """Return how long each unit of a trial may take.

        Its share is such that the trial and the fit of what may come out of it take no more than
        half of what is left. The first trial is not stopped by it: something has to come out.
        """
        left = self._left()
        if left is None:
            return Allowance(None, self._longest)
        share = SHARE * left / (self._rounds(units) + self._afterwards)
        if is_first or (self._longest is not None and self._longest <= GRACE * share):
            return Allowance(share, self._longest)
        return Allowance(share, GRACE * share, fails=False)

    def allows(self, family: str, units: int, own: float | None = None) -> bool:
        """Whether so many units can be done in the time that is left.

        Parameters
        ----------
        own : float, optional
            Seconds of one of them, where that is known better than from others of the family.
            Where nothing is known of the family, its cost beside those of others tells; where
            that is not known either, they may.
        """
        left = self._left()
        if left is None or units == 0:
            return True
        each = own or self._mean(family) or self._guess(family) / ROUGH
        if own is None and self._would_be_stopped(family, units):
            return False
        return each * self._rounds(units) <= left

    def _would_be_stopped(self, family: str, units: int) -> bool:
        """Whether a unit of the family was stopped after no less than each would now have."""
        longest = self.allowance(units).longest
        return longest is not None and longest <= self._stopped.get(family, -math.inf)

    def _rounds(self, units: int) -> int:
        """Return how often all workers are busy with so many units, each with one at a time."""
        return math.ceil(units / max(1, self._workers()))

    def _mean(self, family: str) -> float:
        """Return the seconds of a unit of a family; 0 where none is known."""
        return self._seconds[family] / max(1, self._units[family])

    def _guess(self, family: str) -> float:
        """Return the seconds of a unit by what others take for their costs; 0 where too few do.

        The quickest for its cost tells: what all have in common, such as features, counts least
        in it.
        """
        known = [name for name, units in self._units.items() if units and name in self._costs]
        if len(known) < ENOUGH or family not in self._costs:
            return 0.0
        return self._costs[family] * min(self._mean(name) / self._costs[name] for name in known)
