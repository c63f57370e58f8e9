"""What candidates are compared by, and what they may not exceed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from engine.search.candidate import Outcome, Trial

Direction = Literal["maximize", "minimize"]
Outcomes = Callable[[], Sequence[Outcome]]
"""Gives what came of all folds of a complete trial; nothing where that is lost."""
Measure = Callable[[Trial, Outcomes], float]
"""Returns what is measured of a complete trial; nan where it is unknown."""

LOOSEST = 1e-9  # a limit of nothing at all is exceeded by a share of this


@dataclass(frozen=True)
class Aims:
    """Objectives, the first of which is the score of the folds, and limits.

    Attributes
    ----------
    maximize : tuple of bool
        Of each objective, whether more is better.
    names : tuple of str
        What they are called.
    limits : mapping
        By name of what is measured, how much it may be.
    measures : mapping
        By name, how what else is compared or limited is measured.
    """

    maximize: tuple[bool, ...]
    names: tuple[str, ...] = ("score",)
    limits: Mapping[str, float] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)

    @classmethod
    def one(cls, maximize: bool, name: str = "score") -> Aims:
        """Return those of a search for the best score alone."""
        return cls((maximize,), (name,))

    @property
    def directions(self) -> list[Direction]:
        """What is better, in words."""
        return ["maximize" if more else "minimize" for more in self.maximize]

    @property
    def are_several(self) -> bool:
        """Whether there is more than the score of the folds to compare candidates by."""
        return len(self.names) > 1

    def values(self, trial: Trial) -> tuple[float, ...]:
        """Return a complete trial's value of each objective."""
        return trial.mean, *(trial.measured[name] for name in self.names[1:])

    def losses(self, trial: Trial) -> tuple[float, ...]:
        """Return them so that less is better."""
        pairs = zip(self.values(trial), self.maximize, strict=True)
        return tuple(-value if maximize else value for value, maximize in pairs)

    def excess(self, trial: Trial) -> dict[str, float]:
        """Return for each limit by what share of it a complete trial is over it, or under it."""
        return {
            name: (trial.measured[name] - most) / max(most, LOOSEST)
            for name, most in self.limits.items()
            if name in trial.measured
        }

    def judged(self, trial: Trial, outcomes: Outcomes) -> Trial:
        """Return a trial with what is measured of it, and the limits that it exceeds."""
        if trial.state != "complete" or not self.measures:
            return replace(trial, over={})
        asked = cache(outcomes)
        unknown = {name: m for name, m in self.measures.items() if name not in trial.measured}
        found = {name: measure(trial, asked) for name, measure in unknown.items()}
        known = {name: value for name, value in found.items() if not math.isnan(value)}
        trial = replace(trial, measured={**trial.measured, **known})
        lacking = [name for name in self.names[1:] if name not in trial.measured]
        if lacking:
            text = f"{lacking[0]} is not defined for its predictions"
            return replace(trial, state="failed", scores=(), rounds=(), error=text, over={})
        excess = self.excess(trial)
        return replace(trial, over={name: share for name, share in excess.items() if share > 0})
