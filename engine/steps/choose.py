"""Choose what comes out of a search: a candidate, its models of the folds, or an ensemble."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from engine.contracts import Listener, Metric, Predicted, silent
from engine.recipe.schema import Recipe
from engine.search import final
from engine.search.candidate import Trial
from engine.search.ensemble import (
    MOST_MEMBERS,
    ROWS_EACH,
    Counts,
    Limits,
    Pool,
    apart,
    greedy,
)  # fmt: skip
from engine.search.front import front, preferred
from engine.search.record import read_trial, written
from engine.steps import aims, allowed, measures, out_of_fold, wanted
from engine.steps.search import Searched
from engine.steps.split import Split

ABOUT = "choose what comes out: a candidate, or several together"
MAKES = wanted.chosen
READS = (
    "search.final", "search.most_predict_seconds", "search.most_size", "search.most_gap",
    "search.pick",
)  # fmt: skip
NEEDS = ("load", "split", "search")
LIBRARIES = ("numpy",)

Kind = Literal["refit", "bag", "ensemble"]


@dataclass(frozen=True)
class Member:
    """A trial whose candidate is fitted, and how much its predictions count."""

    trial: Trial
    weight: float


@dataclass(frozen=True)
class Chosen:
    """What comes out of a search.

    Attributes
    ----------
    kind : {"refit", "bag", "ensemble"}
    members : tuple of Member
        The best by itself first; one, but for an ensemble.
    scores : tuple of float
        The first metric out of fold, for each fold.
    by_fold : tuple of mapping
        Of an ensemble: weights by trial for the rows of each fold, chosen without these rows. So
        nothing that an ensemble is scored on had a say in how it is made up.
    others : tuple of Trial
        The best of each other family, for when what was chosen is too large.
    front : tuple of int
        Where there are several objectives: the trials that no other beats in all, best score first.
    """

    kind: Kind
    members: tuple[Member, ...]
    scores: tuple[float, ...]
    by_fold: tuple[Mapping[int, float], ...] = ()
    others: tuple[Trial, ...] = ()
    front: tuple[int, ...] = ()

    @property
    def leader(self) -> Trial:
        """The member of the best score by itself."""
        return self.members[0].trial


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Chosen:
    """Choose by out-of-fold scores what ``search.final`` asks for.

    Where there are several objectives, or a trial is picked, it is one candidate.

    Raises
    ------
    SearchError
        If no candidate is within the limits, or the one that is picked is none that can come out.
    """
    split: Split = inputs["split"]
    searched: Searched = inputs["search"]
    metric = measures.metrics(recipe, split)[0]
    objectives = aims.of(recipe, split, inputs["load"])
    read = partial(out_of_fold.outcomes, searched, split=split)
    judged = allowed.judged(searched.trials, objectives, read)
    pick = allowed.picked(recipe, judged, objectives)
    trials = allowed.within(judged, objectives, silent if pick else listener)
    choice = _Choice(recipe, searched, trials, split, metric, listener)
    if objectives.are_several:
        best = tuple(trial.index for trial in front(trials, objectives))
        chosen = choice.single("refit", pick or preferred(trials, objectives))
        chosen = replace(chosen, front=best)
    elif pick is not None:
        chosen = choice.single("refit", pick)
    else:
        chosen = choice.of(recipe.search.final)
        over = chosen.kind != "refit" and allowed.mixture(
            chosen.leader, objectives, _together(searched, chosen, split), chosen.kind, listener
        ).over  # fmt: skip
        chosen = choice.single("refit") if over else chosen
    if pick is not None:
        chosen = replace(chosen, others=())  # nothing takes its place
    _save(chosen, folder)
    return chosen


def _together(searched: Searched, chosen: Chosen, split: Split) -> list[Predicted]:
    """Return the out-of-fold predictions of several models."""
    if chosen.kind == "ensemble":
        return out_of_fold.of_mixture(searched, chosen.by_fold, split)
    return out_of_fold.of_bag(searched, chosen.leader, split)


class _Choice:
    """The candidates that may come out, best first, and what can be made of them."""

    def __init__(
        self, recipe: Recipe, searched: Searched, trials: list[Trial], split: Split,
        metric: Metric, listener: Listener,
    ) -> None:  # fmt: skip
        self.limit = recipe.search.most_predict_seconds
        self.searched = searched
        self.split = split
        self.metric = metric
        self.tell = listener
        self.trials = trials

    def _notice(self, text: str) -> None:
        self.tell("notice", text=f"search.most_predict_seconds: {text}")

    def of(self, kind: str) -> Chosen:
        """Return what a word of ``search.final`` stands for."""
        if kind == "refit":
            return self.single("refit")
        if kind == "bag":
            return self._bag()
        ensemble, gain = self._ensemble()
        return ensemble if kind == "ensemble" else self._best(ensemble, gain)

    def _best(self, ensemble: Chosen, gain: float) -> Chosen:
        """Return what scored best out of fold; of equals the simplest.

        A bag has a score of its own only where folds are repeated. With each is told how much
        better it is than the best candidate that was chosen in the same way.
        """
        found = [(0.0, self.single("refit")), (gain, ensemble)]
        if self.split.repeats > 1 and not self._bag_is_slow():
            bag = self._bag()
            found.append((self._loss(bag.leader.scores) - self._loss(bag.scores), bag))
        out = max(found, key=lambda pair: pair[0])[1]
        if out is ensemble and gain > 0:
            mean = float(np.mean(out.scores))
            one = mean - gain if self.metric.maximize else mean + gain
            text = f"an ensemble comes out: {self.metric.name} is {mean:.4g} by weights that did "
            text += f"not see a row, and {one:.4g} by one candidate chosen in the same way"
            self.tell("notice", text=text)
        return out

    def _loss(self, scores: Sequence[float]) -> float:
        return self.metric.loss(float(np.mean(scores)))

    def single(self, kind: Kind, trial: Trial | None = None) -> Chosen:
        """Return one candidate: the best, or another."""
        best = trial or self.trials[0]
        return Chosen(kind, (Member(best, 1.0),), best.scores, others=self._others({best.index}))

    def _others(self, chosen: set[int]) -> tuple[Trial, ...]:
        first: dict[str, Trial] = {}
        for trial in self.trials:
            first.setdefault(trial.candidate.family, trial)
        return tuple(trial for trial in first.values() if trial.index not in chosen)

    def _bag_is_slow(self) -> bool:
        each = self.trials[0].predict_seconds
        return self.limit is not None and each * len(self.split.folds) > self.limit

    def _bag(self) -> Chosen:
        single = self.single("bag")
        if self._bag_is_slow():
            self._notice(
                f"{len(self.split.folds)} models of the folds take longer than "
                f"{self.limit:g} s; one that is fitted on all rows takes their place"
            )
            return self.single("refit")
        if self.split.repeats == 1:
            return single
        found = out_of_fold.of_bag(self.searched, single.leader, self.split)
        y, classes = self.split.target.values[self.split.train], len(self.split.target.classes)
        folds = zip(self.split.folds, found, strict=True)
        scores = tuple(float(self.metric(y[f.valid], p, classes)) for f, p in folds)
        return Chosen("bag", single.members, scores, others=single.others)

    def _ensemble(self) -> tuple[Chosen, float]:
        """Return an ensemble, and how much less it loses than a candidate chosen as it was.

        Both are chosen for each fold by the other folds, or the best of many candidates would seem
        better than it is.
        """
        trials = final.pool(self.trials, self.metric.maximize)
        pool = out_of_fold.pool(self.searched, trials, self.split, self.metric)
        folds, repeats = len(self.split.folds), self.split.repeats
        others = [apart(fold, folds, repeats) for fold in range(folds)]
        limits = self._limits(trials)
        counts = greedy(pool.losses, len(trials), range(folds), limits)
        members = tuple(Member(trials[n], c / sum(counts)) for n, c in enumerate(counts) if c)
        if len(members) == 1:
            return self.single("refit"), 0.0
        each = [greedy(pool.losses, len(trials), theirs, limits) for theirs in others]
        single = replace(limits, members=1)
        alone = [greedy(pool.losses, len(trials), theirs, single) for theirs in others]
        losses, of_one = _own(pool, each), _own(pool, alone)
        scores = tuple(-loss if self.metric.maximize else loss for loss in losses)
        by_fold = tuple(_weights(trials, counts) for counts in each)
        rest = self._others({member.trial.index for member in members})
        gain = float(np.mean(of_one)) - float(np.mean(losses))
        return Chosen("ensemble", members, scores, by_fold, rest), gain

    def _limits(self, trials: Sequence[Trial]) -> Limits:
        rows = len(np.unique(np.concatenate([fold.valid for fold in self.split.folds])))
        members = min(MOST_MEMBERS, 1 + rows // ROWS_EACH)
        if self.limit is None:
            return Limits(members)
        costs = tuple(trial.predict_seconds for trial in trials)
        return Limits(members, costs, self.limit)


def _own(pool: Pool, each: Sequence[Counts]) -> list[float]:
    """Return each fold's loss by the mixture that was chosen for it."""
    return [float(pool.losses(counts)[fold]) for fold, counts in enumerate(each)]


def _weights(trials: Sequence[Trial], counts: Counts) -> dict[int, float]:
    taken = {trials[n].index: count for n, count in enumerate(counts) if count}
    return {index: count / sum(counts) for index, count in taken.items()}


def _save(chosen: Chosen, folder: Path) -> None:
    facts = {
        "kind": chosen.kind, "scores": chosen.scores, "by_fold": chosen.by_fold,
        "front": chosen.front,
        "members": [[json.loads(written(one.trial)), one.weight] for one in chosen.members],
        "others": [json.loads(written(trial)) for trial in chosen.others],
    }  # fmt: skip
    (folder / "chosen.json").write_text(json.dumps(facts), "utf-8")


def load(recipe: Recipe, folder: Path) -> Chosen:
    """Read what was chosen."""
    facts = json.loads((folder / "chosen.json").read_text("utf-8"))
    return Chosen(
        cast(Kind, facts["kind"]),
        tuple(Member(read_trial(trial), weight) for trial, weight in facts["members"]),
        tuple(facts["scores"]),
        tuple({int(index): w for index, w in weights.items()} for weights in facts["by_fold"]),
        tuple(read_trial(trial) for trial in facts["others"]),
        tuple(facts["front"]),
    )


def digest(recipe: Recipe, chosen: Chosen, part: str) -> str:
    """Identify what a later step uses of it: the ``members``, or their scores as well."""
    members = [_identity(recipe, one.trial, one.weight) for one in chosen.members]
    everything: list[Any] = [chosen.kind, members]
    if chosen.kind != "refit":  # time may not have sufficed for all of them
        everything.append(recipe.search.timeout)
    if recipe.search.most_size is not None:
        everything.append([_identity(recipe, trial, 0.0) for trial in chosen.others])
    if not part:
        everything += [
            chosen.scores,
            chosen.by_fold,
            chosen.front,
            [one.trial.index for one in chosen.members],
        ]
    return hashlib.blake2b(json.dumps(everything).encode(), digest_size=12).hexdigest()


def _identity(recipe: Recipe, trial: Trial, weight: float) -> list[Any]:
    row = recipe.model[trial.candidate.family].model_dump(exclude={"params", "features", "about"})
    return [trial.candidate.key, trial.refit_rounds(), row, weight]
