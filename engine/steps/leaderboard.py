"""The rows of a leaderboard: the best of each family, the Pareto front, and what came out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Metric, Predicted
from engine.recipe.schema import Recipe
from engine.search.candidate import Trial
from engine.steps import out_of_fold
from engine.steps.choose import Chosen
from engine.steps.limited import Refitted
from engine.steps.search import Searched
from engine.steps.split import Split
from engine.steps.unit import watches_fold

Scores = dict[str, dict[str, Any]]


class Board:
    """Makes rows, given all trials and the metrics that are recorded.

    Parameters
    ----------
    metrics : sequence of Metric
        The first is the one that trials were compared by.
    objectives : sequence of str
        All that they were compared by.
    """

    def __init__(
        self, recipe: Recipe, searched: Searched, split: Split, metrics: Sequence[Metric],
        objectives: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.objectives = objectives
        self.recipe = recipe
        self.searched = searched
        self.split = split
        self.metrics = metrics

    def rows(self, chosen: Chosen, refitted: Refitted) -> list[dict[str, Any]]:
        """Return rows for the best of each family, the front, and what came out; best first."""
        leader = refitted.members[0].trial
        listed = {leader.index, *chosen.front, *(trial.index for trial in self._leaders())}
        trials = [trial for trial in self.searched.trials if trial.index in listed]
        rows = [self._of_trial(trial) for trial in trials]
        if chosen.front:
            rows = [{**row, "front": row["trial"] in chosen.front} for row in rows]
        if refitted.kind == "refit":
            rows = [{**row, "chosen": row["trial"] == leader.index} for row in rows]
        else:
            rows = [{**self._of_several(chosen, refitted), "chosen": True}, *rows]
        return sorted(rows, key=self._place)

    def _place(self, row: Mapping[str, Any]) -> tuple[bool, float]:
        """Order rows: those without a score come last; of equals, what came out first."""
        if row["state"] != "complete":
            return True, 0.0
        return False, self.metrics[0].loss(row["cv"][self.metrics[0].name]["mean"])

    def _leaders(self) -> list[Trial]:
        """The best trial of each family that is within the limits, if one is.

        Families without a complete one come last.
        """
        leaders: dict[str, Trial] = {}
        for trial in sorted(self.searched.trials, key=self._rank):
            leaders.setdefault(trial.candidate.family, trial)
        return list(leaders.values())

    def _rank(self, trial: Trial) -> tuple[bool, bool, float, int]:
        partial = trial.state != "complete"
        loss = 0.0 if partial else self.metrics[0].loss(trial.mean)
        return partial, bool(trial.over), loss, trial.index

    def _of_trial(self, trial: Trial) -> dict[str, Any]:
        family = trial.candidate.family
        own = [t for t in self.searched.trials if t.candidate.family == family]
        return {
            "family": family,
            "trial": trial.index,
            "trials": len(own),
            "state": trial.state,
            "error": trial.error or self._given_up(trial),
            "values": {key: value for key, value in trial.values.items() if key != "model"},
            "candidate": {"features": trial.candidate.features, "params": trial.candidate.params},
            "rounds": trial.refit_rounds(),
            "seconds": sum(t.seconds for t in own),
            "predict_seconds": trial.predict_seconds,
            "measured": self._measured(trial),
            "over": list(trial.over),
            "cv": self._of_complete(trial),
            "warnings": self._warnings(trial),
            "optimistic": self._is_optimistic(trial),
            "random_order": self.split.random_order,
            "chosen": False,
        }

    def _of_several(self, chosen: Chosen, refitted: Refitted) -> dict[str, Any]:
        """The row of a bag or an ensemble: it has members, and no values of its own."""
        leader = self._of_trial(refitted.members[0].trial)
        members = [
            {
                "family": one.trial.candidate.family,
                "trial": one.trial.index,
                "weight": one.weight,
                "mean": one.trial.mean,
                "values": {k: v for k, v in one.trial.values.items() if k != "model"},
            }
            for one in refitted.members
        ]
        asked = sum(one.trial.predict_seconds for one in refitted.members)
        return {
            **leader,
            "family": refitted.kind,
            "leader": {key: leader[key] for key in ("family", "trial", "values")},
            "trial": None, "trials": 0, "values": {}, "candidate": {}, "rounds": None,
            "seconds": 0.0, "warnings": {}, "measured": {}, "over": [],
            "predict_seconds": asked * (refitted.models if refitted.kind == "bag" else 1),
            "cv": self._scores(of_chosen(self.searched, chosen, refitted, self.split)),
            "optimistic": any(self._is_optimistic(one.trial) for one in refitted.members),
            "members": members, "models": refitted.models,
        }  # fmt: skip

    def _measured(self, trial: Trial) -> dict[str, float]:
        """What else trials are compared by or limited in, the objectives first."""
        names = [name for name in self.objectives[1:] if name in trial.measured]
        return {name: trial.measured[name] for name in dict.fromkeys([*names, *trial.measured])}

    def _is_optimistic(self, trial: Trial) -> bool:
        return watches_fold(self.recipe, trial.candidate.family)

    def _given_up(self, trial: Trial) -> str:
        """Say how far a pruned trial came."""
        done, folds = len(trial.scores), len(self.split.folds)
        return f"given up after {done} of {folds} folds" if trial.state == "pruned" else ""

    def _warnings(self, trial: Trial) -> dict[str, int]:
        """Count the fits of a trial by what was warned of."""
        if trial.state != "complete":
            return {}
        found = out_of_fold.outcomes(self.searched, trial, self.split)
        return dict(Counter(text for outcome in found for text in outcome.warnings))

    def _of_complete(self, trial: Trial) -> Scores:
        if trial.state != "complete":
            return {}
        found = self._scores(out_of_fold.of_trial(self.searched, trial, self.split))
        return {**found, self.searched.metric: _summary(list(trial.scores))}

    def _scores(self, predicted: Sequence[Predicted]) -> Scores:
        y = self.split.target.values[self.split.train]
        by_fold = [
            scores(self.metrics, y[fold.valid], own, self.split)
            for fold, own in zip(self.split.folds, predicted, strict=True)
        ]
        return {m.name: _summary([fold[m.name] for fold in by_fold]) for m in self.metrics}


def of_chosen(
    searched: Searched, chosen: Chosen, refitted: Refitted, split: Split
) -> list[Predicted]:
    """Return the out-of-fold predictions of what came out, for each fold.

    Those of an ensemble are mixed by weights that were chosen without the rows of the fold.
    """
    leader = refitted.members[0].trial
    if refitted.kind == "ensemble":
        return out_of_fold.of_mixture(searched, _by_fold(chosen, refitted), split)
    if refitted.kind == "bag" and split.repeats > 1:
        return out_of_fold.of_bag(searched, leader, split)
    return out_of_fold.of_trial(searched, leader, split)


def _by_fold(chosen: Chosen, refitted: Refitted) -> list[Mapping[int, float]]:
    """Weights for the rows of each fold; those of members that were left out go to the others."""
    final = {one.trial.index: one.weight for one in refitted.members}
    if len(final) == len(chosen.members):
        return list(chosen.by_fold)
    kept = [{i: w for i, w in weights.items() if i in final} for weights in chosen.by_fold]
    return [weights or final for weights in kept]


def _summary(folds: Sequence[float | None]) -> dict[str, Any]:
    known = [score for score in folds if score is not None]
    mean = float(np.mean(known)) if known else None
    std = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return {"mean": mean, "std": std, "folds": list(folds)}


def scores(
    metrics: Sequence[Metric], truth: NDArray[Any], predicted: Predicted, split: Split
) -> dict[str, float | None]:
    """Return each metric's score by its name; None where it has no meaning for the rows."""
    classes = len(split.target.classes)
    found = {metric.name: float(metric(truth, predicted, classes)) for metric in metrics}
    return {name: score if math.isfinite(score) else None for name, score in found.items()}
