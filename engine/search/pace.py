"""How long units of work take, and so whether a trial can end before the time is up."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from engine.search.candidate import Trial

LATE = "there was no time left for it"
ROUGH = 3.0  # times that a guess by costs has to exceed what is left: they differ with the data
ENOUGH = 2  # families to guess by: one alone may be far from its cost


def _endless() -> float | None:
    return None


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
    """

    def __init__(
        self,
        workers: int | Callable[[], int],
        left: Callable[[], float | None] = _endless,
        costs: Mapping[str, float] | None = None,
    ) -> None:
        self._workers = workers if callable(workers) else lambda: workers
        self._left = left
        self._costs = costs or {}
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
        return each * math.ceil(units / max(1, self._workers())) <= left

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
