"""The candidates that no other beats in every objective, and which of them is preferred."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.search.aims import Aims
from engine.search.candidate import Trial
from engine.search.final import ranked
from engine.statistics.pareto import Losses, undominated


def front(trials: Sequence[Trial], aims: Aims) -> list[Trial]:
    """Return the complete trials on the Pareto front, the best score first.

    Those that exceed a limit are left out, unless all do. Of equals the earliest stands for all:
    there is nothing to choose between them.
    """
    order = ranked(trials, aims.maximize[0])
    within = [trial for trial in order if not trial.over] or order
    losses = [aims.losses(trial) for trial in within]
    first: dict[Losses, Trial] = {}
    for trial, own, is_on_it in zip(within, losses, undominated(losses), strict=True):
        if is_on_it:
            first.setdefault(own, trial)
    return list(first.values())


def preferred(trials: Sequence[Trial], aims: Aims) -> Trial | None:
    """Return the trial of the front that comes out where nobody picks one.

    Of those whose score is within one standard error of the best, the one that is best in the
    second objective, then in the third: the rule of Breiman et al., Classification and Regression
    Trees (1984), section 3.4.3, with cost in the place of the size of a tree. With one objective,
    it is the one with the best score. None where no trial is complete.
    """
    found = front(trials, aims)
    if not found or not aims.are_several:
        return found[0] if found else None
    best, sign = found[0], -1 if aims.maximize[0] else 1
    error = _standard_error(best.scores)
    close = [trial for trial in found if sign * (trial.mean - best.mean) <= error]
    return min(close, key=lambda trial: (aims.losses(trial)[1:], trial.index))


def _standard_error(scores: Sequence[float]) -> float:
    """Return that of a mean over folds."""
    return float(np.std(scores, ddof=1) / np.sqrt(len(scores))) if len(scores) > 1 else 0.0
