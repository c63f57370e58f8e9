"""Who proposes the next candidate: the defaults, then a sampler that always draws the same.

Trial ``i`` is drawn by a sampler seeded from (seed, i) that has seen exactly the trials up to
``i - LAG``. So the draws depend neither on how many workers there are, nor on which of them is
faster, nor on whether the search was interrupted.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import ExperimentalWarning
from optuna.trial import TrialState, create_trial

from engine.errors import Fault, RecipeError
from engine.recipe.ranges import Choice, Whole
from engine.recipe.space import Draw, Pick, default, parameters, size
from engine.search import final, grid
from engine.search.aims import Aims
from engine.search.candidate import Candidate, FamilySpace, Trial
from engine.search.failures import hopeless
from engine.search.history import History

LAG = 8
FEW = 64  # so few candidates are tried one by one, whatever the sampler
STARTUP = 10  # so many trials are drawn at random before TPE learns from them
FEWEST = 2  # families that are drawn from at the least
FAMILY = "model"

STATES = {
    "complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL,
}  # fmt: skip

Drawn = tuple[Candidate, dict[str, Any]]


class Proposer:
    """Proposes candidates in order.

    Parameters
    ----------
    families : sequence of FamilySpace
    sampler : {"tpe", "random", "grid"}
    seed : int
    aims : Aims
        What candidates are compared by, and limited in.
    hurried : bool
        Whether cheap families come first, with values that are quick, and then with the defaults;
        else the defaults of the first families do.

    Raises
    ------
    RecipeError
        If a grid is wanted over too many candidates, or over real numbers.
    """

    def __init__(
        self, families: Sequence[FamilySpace], sampler: str, seed: int, aims: Aims,
        hurried: bool = False,
    ) -> None:  # fmt: skip
        self.aims = aims
        self.families = {family.name: family for family in families}
        self._untried = self._first(hurried)
        self._sampled = {f.name: f for f in families if space_size([f]) > 1}  # others: tried once
        self.sampler = "grid" if space_size(families) <= FEW else sampler
        self.seed = seed
        self._history = History(aims, self._frozen)
        self._grid: list[grid.Point] = []
        if self.sampler == "grid":
            _refuse_endless(families)
            self._grid = grid.points(families, seed)

    def limit(self, trials: int) -> int:
        """Number of trials that make sense: no more than there are candidates."""
        return min(trials, len(self._grid)) if self.sampler == "grid" else trials

    def propose(self, index: int, told: Sequence[Trial]) -> Drawn:
        """Draw trial ``index``, having seen of ``told`` the trials up to ``index - LAG``."""
        if self.sampler == "grid":
            name, values = self._grid[index]
            return self._resolve(name, lambda parameter: values[parameter.path])
        self._drop_tried(told)
        if self._untried:
            return self._untried.pop(0)
        return self._sample(index, told)

    def _first(self, hurried: bool) -> list[Drawn]:
        """Return the candidates that are tried before any is sampled, none of them twice."""
        families = list(self.families.values())
        if hurried:
            families.sort(key=lambda family: family.cost)
        found = [self._resolve(family.name, default) for family in families]
        if hurried:
            found = [*(self._resolve(family.name, family.hasty) for family in families), *found]
        return list({candidate.key: (candidate, values) for candidate, values in found}.values())

    def _drop_tried(self, told: Sequence[Trial]) -> None:
        """Take note of what an earlier run has tried, whichever its order was.

        What no time was left for then is tried now.
        """
        if self._untried:
            tried = {t.candidate.key for t in told if t.scores or t.state != "pruned"}
            self._untried = [one for one in self._untried if one[0].key not in tried]

    def _sample(self, index: int, told: Sequence[Trial]) -> Drawn:
        view = self._history.study(told[: max(0, index - LAG + 1)])
        view.sampler = self._seeded(index)
        asked = view.ask()
        name = self._family(asked.suggest_categorical(FAMILY, list(self._sampled)), index, told)
        drawn = self._resolve(name, lambda parameter: _suggest(asked, parameter))
        view.tell(asked, state=TrialState.FAIL)  # a failed trial is never looked at again
        return drawn

    def _frozen(self, trial: Trial) -> optuna.trial.FrozenTrial | None:
        known = trial.candidate.family in self._sampled
        return frozen(trial, self._sampled, self.aims) if known else None

    def _family(self, name: str, index: int, told: Sequence[Trial]) -> str:
        """Return a family, or where it is not worth another trial, another that is.

        It is not where it always fails. As long as TPE does not draw yet, only the better half of
        the families is, by their best scores so far, and two at least; of some nothing is known.
        """
        seen = told[: max(0, index - LAG + 1)]
        without = hopeless(seen)
        if self.sampler == "tpe" and len(seen) < STARTUP:
            order = self._by_score(seen)
            without |= set(order[max(FEWEST, math.ceil(len(order) / 2)) :])
        others = [other for other in self._sampled if other not in without]
        if name not in without or not others:
            return name
        random = np.random.default_rng([self.seed % 2**32, index])
        return others[int(random.integers(len(others)))]

    def _by_score(self, told: Sequence[Trial]) -> list[str]:
        """Return the families that are sampled and have a complete trial, the best first."""
        ranked = final.ranked(told, self.aims.maximize[0])
        found = dict.fromkeys(trial.candidate.family for trial in ranked)
        return [name for name in found if name in self._sampled]

    def _seeded(self, index: int) -> optuna.samplers.BaseSampler:
        seed = int(np.random.SeedSequence([self.seed % 2**32, index]).generate_state(1)[0])
        if self.sampler == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # of group, which we pin and test
            return optuna.samplers.TPESampler(
                seed=seed, multivariate=True, group=True, constant_liar=False,
                n_startup_trials=STARTUP,
            )  # fmt: skip

    def _resolve(self, name: str, choose: Callable[[Draw | Pick], Any]) -> Drawn:
        drawn: dict[str, Any] = {FAMILY: name}

        def note(parameter: Draw | Pick) -> Any:
            drawn[parameter.path] = choose(parameter)
            return drawn[parameter.path]

        return self.families[name].candidate(note), drawn


def _refuse_endless(families: Sequence[FamilySpace]) -> None:
    found = space_size(families)
    if found > grid.MOST:
        what = "real numbers" if found == float("inf") else f"{found:,.0f} candidates"
        hint = "give its ranges steps, or set search.sampler: tpe"
        raise RecipeError(Fault(f"a grid cannot cover {what}", "search.sampler", hint))


def distribution(parameter: Draw | Pick) -> BaseDistribution:
    """Return Optuna's form of a range."""
    if isinstance(parameter, Pick):
        return CategoricalDistribution(list(parameter.options))
    found = parameter.range
    if isinstance(found, Choice):
        raise TypeError(f"{parameter.path} is a choice, and was read as a number")
    if isinstance(found, Whole):
        step = 1 if found.log else found.step
        high = found.low + (found.high - found.low) // step * step
        return IntDistribution(found.low, high, found.log, step)
    if found.step is None:
        return FloatDistribution(found.low, found.high, found.log)
    return FloatDistribution(found.low, grid.numbers(found)[-1], step=found.step)


def _suggest(asked: optuna.Trial, parameter: Draw | Pick) -> Any:
    name = parameter.path
    match distribution(parameter):
        case CategoricalDistribution(choices=choices):
            return asked.suggest_categorical(name, choices)
        case IntDistribution(low=low, high=high, step=step, log=log):
            return asked.suggest_int(name=name, low=low, high=high, step=step, log=log)
        case FloatDistribution(low=low, high=high, step=step, log=log):
            return asked.suggest_float(name=name, low=low, high=high, step=step, log=log)
    raise TypeError(f"{name} has no form that Optuna knows")


def frozen(
    trial: Trial, families: Mapping[str, FamilySpace], aims: Aims
) -> optuna.trial.FrozenTrial:
    """Return Optuna's form of a finished trial.

    With several objectives it has no place for a trial of which only some folds are done.
    """
    family = families[trial.candidate.family]
    known = {p.path: distribution(p) for p in _ranges(family)}
    known[FAMILY] = CategoricalDistribution(list(families))
    complete, partly = trial.state == "complete", trial.state == "pruned"
    made = create_trial(
        state=TrialState.FAIL if partly and aims.are_several else STATES[trial.state],
        values=aims.values(trial) if complete else None,
        params=dict(trial.values),
        distributions={path: known[path] for path in trial.values},
        intermediate_values={} if aims.are_several else dict(enumerate(trial.scores)),
        user_attrs=_attributes(trial),
        constraints=aims.excess(trial),
    )
    if made.datetime_complete is not None:
        made.datetime_start = made.datetime_complete - timedelta(seconds=trial.seconds)
    return made


def _attributes(trial: Trial) -> dict[str, Any]:
    """What somebody would want to know of a trial besides, for whom its study is shown."""
    unit = trial.index if trial.same_as is None else trial.same_as
    known = {
        "error": trial.error, "rounds": trial.refit_rounds(), "same_as_trial": trial.same_as,
        "out_of_fold": f"units/{unit:06d}_*.npz" if trial.scores else None,
    }  # fmt: skip
    told = {key: value for key, value in known.items() if value not in (None, "")}
    return {"family": trial.candidate.family, "seconds": round(trial.seconds, 3), **told}


def _ranges(family: FamilySpace) -> list[Draw | Pick]:
    return [*parameters(family.features), *parameters(family.params)]


def space_size(families: Sequence[FamilySpace]) -> float:
    """Number of distinct candidates over all families."""
    return sum(size(family.features) * size(family.params) for family in families)


def dimensions(families: Sequence[FamilySpace]) -> int:
    """Number of ranges over all families; shared ones count once."""
    return len({p.path for p in itertools.chain.from_iterable(map(_ranges, families))})
