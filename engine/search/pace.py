"""How long units of work take, and so whether a trial can end before the time is up."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable

from engine.search.candidate import Trial

LATE = "there was no time left for it"


def _endless() -> float | None:
    return None


class Pace:
    """Knows what the units of each family have taken.

    Parameters
    ----------
    workers : int
        Units that run side by side.
    left : callable
        Seconds that the search may still take; None where there is no limit.
    """

    def __init__(self, workers: int, left: Callable[[], float | None] = _endless) -> None:
        self._workers = workers
        self._left = left
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
            Where nothing is known of the family, they may.
        """
        left = self._left()
        if left is None or units == 0 or not (own or self._units[family]):
            return True
        each = own or self._seconds[family] / self._units[family]
        return each * math.ceil(units / self._workers) <= left
