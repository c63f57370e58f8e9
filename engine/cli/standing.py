"""How a search stands: what has been tried, what leads, how fast it goes and when it ends."""

from __future__ import annotations

import bisect
import math
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.search.candidate import Trial

MOST = 100  # leaders that are remembered: no terminal shows more
RECENT = 30  # trials whose pace counts
FEW = 3  # trials before which the pace is that of fits


@dataclass
class Standing:
    """Counts what a search tells.

    Attributes
    ----------
    begun, now : float
        Seconds on the same clock: when it began, and now.
    total, folds : int
        Trials that there will be at most, and fits of each.
    seconds : float, optional
        How long it may take from its beginning on; None where there is no limit.
    defaults : mapping
        By family, the values that are tried first.
    """

    begun: float
    total: int
    folds: int = 0
    maximize: bool = True
    metric: str = ""
    seconds: float | None = None
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    leaders: list[Trial] = field(default_factory=list)
    fits: int = 0
    _ends: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))

    def fit_ended(self) -> None:
        """Count a fit."""
        self.fits += 1

    def earlier(self, trials: Sequence[Trial]) -> None:
        """Take over trials that were told before it began."""
        for trial in trials:
            self._count(trial)

    def ended(self, trial: Trial, now: float) -> bool:
        """Count a trial that has just ended; return whether it is the best so far."""
        self._ends.append(now)
        return self._count(trial)

    def _count(self, trial: Trial) -> bool:
        self.counts[trial.state] += 1
        if trial.state != "complete" or trial.same_as is not None or math.isnan(trial.mean):
            return False
        bisect.insort(self.leaders, trial, key=self._rank)
        del self.leaders[MOST:]
        return self.leaders[0] is trial

    def _rank(self, trial: Trial) -> tuple[bool, float, int]:
        return bool(trial.over), (-trial.mean if self.maximize else trial.mean), trial.index

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    def per_minute(self, now: float) -> float | None:
        """Trials per minute, lately; None where nothing has ended yet."""
        if len(self._ends) >= FEW:
            since = self._ends[0] if len(self._ends) == RECENT else self.begun
            count = len(self._ends) - (len(self._ends) == RECENT)
            return 60 * count / max(1e-3, now - since)
        fits = self.fits / self.folds if self.folds else 0.0
        return 60 * fits / max(1e-3, now - self.begun) if fits else None

    def left(self, now: float) -> tuple[float | None, bool]:
        """Return the seconds that are left, and whether it is the time limit that ends it."""
        pace = self.per_minute(now)
        by_pace = 60 * max(0, self.total - self.done) / pace if pace else None
        if self.seconds is None:
            return by_pace, False
        by_limit = max(0.0, self.begun + self.seconds - now)
        if by_pace is not None and by_pace < by_limit:
            return by_pace, False
        return by_limit, True

    def differing(self, trial: Trial) -> dict[str, Any]:
        """Return the values of a trial that are not those that its family tries first."""
        first = self.defaults.get(trial.candidate.family, {})
        return {
            key: value
            for key, value in trial.values.items()
            if key != "model" and (key not in first or first[key] != value)
        }
