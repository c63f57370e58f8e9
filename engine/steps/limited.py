"""Fit what was chosen within what time and size allow; what does not fit in is left out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.bundle import persist
from engine.contracts import Listener
from engine.errors import Fault, SearchError
from engine.estimators.blend import BlendClassifier, BlendRegressor
from engine.search.candidate import Trial
from engine.search.final import fit_seconds, folds_seconds
from engine.steps import material
from engine.steps.choose import Chosen, Kind, Member
from engine.steps.learner import Learner

TRUSTED = 1.0  # seconds of fitting as expected that are put before what was measured
EPSILON = 1e-6
PATIENCE = 1.5  # times what a fit is expected to take, that it has in any case


@dataclass(frozen=True)
class Refitted:
    """The fitted pipeline that is scored on the holdout, and what libraries warned of.

    Attributes
    ----------
    pipeline : Pipeline, or a blend of such
    kind : {"refit", "bag", "ensemble"}
        What it is in the end: time or size may not have sufficed for what was chosen.
    members : tuple of Member
        The candidates in it, the best by itself first; weights sum to one.
    models : int
        How many fitted models predict together.
    saved : Path, optional
        A file that holds the pipeline.
    """

    pipeline: Any
    seconds: float
    warnings: tuple[str, ...] = ()
    kind: Kind = "refit"
    members: tuple[Member, ...] = ()
    models: int = 1
    saved: Path | None = None

    def within(self, chosen: Chosen) -> Refitted:
        """Return it with the trials of the search at hand.

        It may have been fitted after another search that came to the same candidates.
        """
        trials = [*(one.trial for one in chosen.members), *chosen.others]
        ours = {trial.candidate.key: trial for trial in trials}
        members = [replace(m, trial=ours.get(m.trial.candidate.key, m.trial)) for m in self.members]
        return replace(self, members=tuple(members))


@dataclass(frozen=True)
class Limits:
    """How long fitting may take, and how large the pipeline may be on disk; None sets no limit.

    Attributes
    ----------
    folder : Path
        Where a file is written to see how large it is.
    """

    seconds: float | None
    size: int | None
    folder: Path

    def size_of(self, pipeline: Any) -> int:
        """Return the bytes that a fitted pipeline takes on disk."""
        path = self.folder / "measured.skops"
        persist.save_pipeline(pipeline, path)
        size = path.stat().st_size
        path.unlink()
        return size


class Fitting:
    """Fits members one after the other, and looks at the clock and at sizes in between."""

    def __init__(self, learner: Learner, limits: Limits, listener: Listener) -> None:
        self.learner = learner
        self.limits = limits
        self.tell = listener
        self._begin = time.perf_counter()
        self._smallest = 0

    def of(self, chosen: Chosen) -> Refitted:
        """Fit what was chosen, or as much of it as the limits allow.

        Raises
        ------
        SearchError
            If nothing that could come out is small enough.
        """
        bag = self._bag(chosen) if chosen.kind == "bag" else None
        if bag is not None:
            return bag
        found = self._fitted(chosen.members)
        members = tuple(chosen.members[place] for place in found)
        if not found:
            other, fitted = self._another(chosen)
            found, members = {0: fitted}, (Member(other, 1.0),)
        kind: Kind = "ensemble" if len(members) > 1 else "refit"
        return self._refitted(kind, list(found.values()), members)

    def _bag(self, chosen: Chosen) -> Refitted | None:
        """Fit the models of the folds; None where there is no time for them, or they take too much.

        Where time runs out on the way, those that are fitted by then make up the bag.
        """
        candidate, folds = chosen.leader.candidate, len(self.learner.split.folds)
        instead = "one is fitted on all rows instead"
        needed = folds_seconds(chosen.leader, self._seeds(chosen.leader))
        each = needed / max(1, len(chosen.leader.scores))
        if not self._has_time(needed):
            self._notice(f"there is no time for the models of {folds} folds: {instead}")
            return None
        fitted: list[Any] = []
        while len(fitted) < folds:
            if len(fitted) > 1 and not self._has_time(self._spent() / len(fitted)):
                self._notice(f"there was time for the models of {len(fitted)} of {folds} folds")
                break
            seconds = self._left(1 / (folds - len(fitted)), each)
            fitted.append(self.learner.fitted_on_fold(candidate, len(fitted), seconds))
        bag = self._refitted("bag", fitted, chosen.members)
        if not self._is_too_large(bag.pipeline):
            return bag
        self._notice(f"the models of {folds} folds are larger than search.most_size: {instead}")
        return None

    def _fitted(self, members: Sequence[Member]) -> dict[int, Any]:
        """Fit members, those that weigh most for their time first; return them by their places.

        The first is fitted whatever time is left. How long members take tells more of those to come
        than trials do, but for a member of which no more than a moment was expected.
        """
        fitted: dict[int, Any] = {}
        expected, to_come = 0.0, sum(self._needs(member.trial) for member in members)
        for place in sorted(range(len(members)), key=lambda place: self._worth(members[place])):
            member, needed = members[place], self._needs(members[place].trial)
            pace = (self._spent() + TRUSTED) / (expected + TRUSTED)
            share, to_come = needed / max(needed, to_come, EPSILON), to_come - needed
            if fitted and not self._has_time(pace * needed):
                self._leave_out(member, "there is no time for it")
                continue
            seconds = self._left(share if self._gains(member) else 0.0, needed)
            one = self.learner.fitted(member.trial, seconds)
            expected += needed
            if self._is_too_large(self._made({**fitted, place: one}, members)):
                self._leave_out(member, "it is too large for search.most_size")
                continue
            fitted[place] = one
        return dict(sorted(fitted.items()))

    def _another(self, chosen: Chosen) -> tuple[Trial, Any]:
        """Return the best candidate of another family that is small enough, fitted."""
        for trial in chosen.others:
            if found := self._fitted([Member(trial, 1.0)]):
                return trial, found[0]
        size = self.limits.size or 0
        message = f"the smallest pipeline takes {self._smallest:,} bytes, and {size:,} are allowed"
        hint = "allow more, or add a family of small models; what was searched stays"
        raise SearchError(Fault(message, "search.most_size", hint))

    def _made(self, fitted: Mapping[int, Any], members: Sequence[Member]) -> Any:
        weights = [members[place].weight for place in fitted]
        return blended(list(fitted.values()), weights, self._classify)

    @property
    def _classify(self) -> bool:
        return bool(self.learner.split.target.classes)

    def _refitted(self, kind: Kind, fitted: Sequence[Any], members: Sequence[Member]) -> Refitted:
        total = sum(member.weight for member in members)
        shares = tuple(replace(member, weight=member.weight / total) for member in members)
        weights = [1.0] * len(fitted) if kind == "bag" else [one.weight for one in shares]
        made = blended(fitted, weights, self._classify)
        return Refitted(made, self._spent(), self.learner.warnings, kind, shares, len(fitted))

    def _worth(self, member: Member) -> float:
        """Order members: those that weigh most for the seconds that they take come first."""
        return -member.weight / max(EPSILON, self._needs(member.trial))

    def _needs(self, trial: Trial) -> float:
        return fit_seconds(trial, self._seeds(trial))

    def _seeds(self, trial: Trial) -> int:
        return material.seeds(self.learner.recipe, trial.candidate.family)

    def _spent(self) -> float:
        return time.perf_counter() - self._begin

    def _has_time(self, needed: float) -> bool:
        return self.limits.seconds is None or self._spent() + needed <= self.limits.seconds

    def _left(self, share: float, expected: float) -> float | None:
        """Return the seconds that a fit may take: its share of what is left, or what it needs.

        To be a little late does less harm than a model of too few rounds.
        """
        seconds = self.limits.seconds
        least = PATIENCE * expected
        return None if seconds is None else max(least, share * (seconds - self._spent()))

    def _gains(self, member: Member) -> bool:
        """Whether more time makes it better: it goes through rounds. A forest only grows larger."""
        family = self.learner.recipe.model[member.trial.candidate.family]
        return bool(family.early_stopping or family.rounds)

    def _is_too_large(self, pipeline: Any) -> bool:
        if self.limits.size is None:
            return False
        size = self.limits.size_of(pipeline)
        self._smallest = min(self._smallest or size, size)
        return size > self.limits.size

    def _leave_out(self, member: Member, why: str) -> None:
        name, weight = member.trial.candidate.family, member.weight
        self._notice(f"{name} of trial {member.trial.index}, {weight:.0%}, is left out: {why}")

    def _notice(self, text: str) -> None:
        self.tell("notice", text=text)


def blended(fitted: Sequence[Any], weights: Sequence[float], classify: bool) -> Any:
    """Return one estimator for fitted pipelines; a single one is it."""
    if len(fitted) == 1:
        return fitted[0]
    blend = BlendClassifier if classify else BlendRegressor
    return blend(list(fitted), list(weights)).holding(fitted)
