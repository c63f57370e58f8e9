"""Giving up on a trial fold by fold.

A decision rests on the scores of the trial's own first folds and of trials up to ``index - LAG``,
so it is the same whatever else was running, and after an interruption. Trials that exceed a limit
have no say: however good, they do not come out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wilcoxon

from engine.search import halving
from engine.search.candidate import Trial

STARTUP = 5
"""Complete trials before any is given up."""
DOUBT = 0.1
"""``wilcoxon`` gives up where a trial as good as the best would do so badly this rarely."""
LEAST = 3
"""Folds before ``wilcoxon`` can tell anything."""

Losses = NDArray[np.float64]
Rule = Callable[[Losses, Losses], bool]
"""Says of a trial's losses on its first folds, of shape (folds,), and those of earlier complete
trials, of shape (trials, all folds), whether to give the trial up."""


def median(own: Losses, others: Losses) -> bool:
    """Whether its mean is worse than the median of the others' means over the same folds.

    The rule of Golovin et al., Google Vizier (2017), section 3.1.
    """
    return bool(own.mean() > np.median(others[:, : len(own)].mean(axis=1)))


def by_signed_ranks(own: Losses, others: Losses) -> bool:
    """Whether it is worse than the best of the others by Wilcoxon's signed-rank test.

    Folds are paired. One whose mean is still below the best's is kept.
    """
    best = others[np.argmin(others.mean(axis=1)), : len(own)]
    if len(own) < LEAST or own.mean() <= best.mean():
        return False
    difference = own - best
    return (
        bool(difference.any()) and float(wilcoxon(difference, alternative="greater").pvalue) < DOUBT
    )


RULES: dict[str, Rule] = {"median": median, "wilcoxon": by_signed_ranks}


class Pruner:
    """Decides by one of the rules.

    Parameters
    ----------
    rule : str
        A key of ``RULES``, ``hyperband`` or ``none``.
    maximize : bool
        Direction of the scores.
    """

    def __init__(self, rule: str, folds: int, maximize: bool) -> None:
        self._rule = RULES.get(rule)
        self._halves = rule == "hyperband"
        self._folds = folds
        self._sign = -1.0 if maximize else 1.0

    def gives_up(self, index: int, scores: Sequence[float], visible: Sequence[Trial]) -> bool:
        """Whether a trial with these scores on its first folds is to go no further.

        Parameters
        ----------
        index : int
            The trial's.
        visible : sequence of Trial
            The trials that the decision may rest on.
        """
        if not scores or len(scores) >= self._folds:
            return False
        within = [trial for trial in visible if not trial.over]
        if self._halves:
            return self._falls_behind(index, scores, within)
        return self._rule is not None and self._is_out(self._rule, scores, within)

    def _falls_behind(self, index: int, scores: Sequence[float], visible: Sequence[Trial]) -> bool:
        done, ours = len(scores), halving.bracket(index, self._folds)
        if not halving.is_rung(done, index, self._folds):
            return False
        others = [
            self._losses(trial.scores)
            for trial in visible
            if len(trial.scores) >= done and halving.bracket(trial.index, self._folds) == ours
        ]
        return not halving.goes_on(self._losses(scores), others)

    def _is_out(self, rule: Rule, scores: Sequence[float], visible: Sequence[Trial]) -> bool:
        known = [trial.scores for trial in visible if trial.state == "complete"]
        if len(known) < STARTUP:
            return False
        return rule(self._losses(scores), self._losses(known))

    def _losses(self, scores: Sequence[float] | Sequence[tuple[float, ...]]) -> Losses:
        return self._sign * np.asarray(scores, float)
