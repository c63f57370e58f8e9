"""A trial that is not told yet: what is done of it, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.search.candidate import Candidate, Outcome, Trial
from engine.search.pace import LATE, Allowance
from engine.search.prune import Pruner


@dataclass
class Opened:
    """A trial that is not told yet.

    Attributes
    ----------
    outcomes : dict of Outcome
        By fold.
    waiting : list of int
        Folds that are not begun, in order.
    same_as : int, optional
        An earlier trial of the same candidate.
    given_up : int, optional
        The number of first folds after which it was given up.
    deaths : int
        How often a process that worked on it died.
    allowance : Allowance
        How long each of its units may take.
    """

    candidate: Candidate
    values: dict[str, Any]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    same_as: int | None = None
    given_up: int | None = None
    deaths: int = 0
    allowance: Allowance = field(default_factory=Allowance)
    _judged: int = 0

    def take(self, fold: int, outcome: Outcome) -> None:
        """Add a unit's outcome; after a failure no later fold is begun."""
        self.outcomes[fold] = outcome
        if outcome.error:
            self.waiting = [earlier for earlier in self.waiting if earlier < fold]

    def postpone(self, fold: int) -> None:
        """Let a unit of which nothing came be begun again, unless the trial was given up."""
        if self.given_up is None:
            self.waiting = sorted([*self.waiting, fold])

    def judge(self, index: int, pruner: Pruner, visible: Sequence[Trial]) -> None:
        """Give it up if its first folds say so; each number of them is looked at once, in order."""
        scores = self._first_scores()
        while self.given_up is None and self._judged < len(scores):
            self._judged += 1
            if pruner.gives_up(index, scores[: self._judged], visible):
                self.given_up = self._judged
                self.waiting = []

    def give_up(self) -> None:
        """Give it up with the folds that are done, up to one that is not; there is no time left."""
        self.given_up = len(self._first_scores())
        self.waiting = []

    def seconds_each(self) -> float | None:
        """Return the seconds of one of its units, as far as any is done."""
        seconds = [outcome.seconds for outcome in self.outcomes.values()]
        return sum(seconds) / len(seconds) if seconds else None

    def _first_scores(self) -> list[float]:
        """Scores of the first folds, up to one that is not done or has failed."""
        found: list[float] = []
        while (done := self.outcomes.get(len(found))) is not None and not done.error:
            found.append(done.score)
        return found

    def finished(self, index: int) -> Trial:
        """Return what it has come to; later folds of one that was given up do not count."""
        folds = sorted(self.outcomes)[: self.given_up]
        outcomes = [self.outcomes[fold] for fold in folds]
        seconds = sum(outcome.seconds for outcome in self.outcomes.values())
        error = next((outcome.error for outcome in outcomes if outcome.error), "")
        if error:
            return Trial(index, self.candidate, self.values, "failed", seconds=seconds, error=error)
        if self.given_up == 0:
            return Trial(index, self.candidate, self.values, "pruned", seconds=seconds, error=LATE)
        scores = tuple(outcome.score for outcome in outcomes)
        rounds = tuple(outcome.rounds for outcome in outcomes)
        asked = float(np.median([outcome.predict_seconds for outcome in outcomes]))
        whole = Trial(
            index, self.candidate, self.values, "complete", scores, rounds, seconds, asked
        )
        return whole if self.given_up is None else replace(whole, state="pruned")
