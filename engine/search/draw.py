"""Who proposes the next candidate: the defaults, then a sampler that always draws the same.

Trial ``i`` is drawn by a sampler seeded from (seed, i) that has seen exactly the trials up to
``i - lag``. So the draws depend neither on how many workers there are, nor on which of them is
faster, nor on whether the search was interrupted.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState, create_trial

from engine.recipe.ranges import Whole
from engine.recipe.space import Draw, Pick, default, parameters, size
from engine.search.candidate import Candidate, FamilySpace, Trial

LAG = 8
FEW = 64  # so few candidates are tried one by one, whatever the sampler
FAMILY = "model"
Drawn = tuple[Candidate, dict[str, Any]]


def distribution(parameter: Draw | Pick) -> BaseDistribution:
    """Return Optuna's form of a range."""
    if isinstance(parameter, Pick):
        return CategoricalDistribution(list(parameter.options))
    found = parameter.range
    if isinstance(found, Whole):
        return IntDistribution(found.low, found.high, found.log, 1 if found.log else found.step)
    step = getattr(found, "step", None)
    return FloatDistribution(found.low, found.high, getattr(found, "log", False), step)  # type: ignore[union-attr]


class Proposer:
    """Proposes candidates in order.

    Parameters
    ----------
    families : sequence of FamilySpace
    sampler : {"tpe", "random", "grid"}
    seed : int
    maximize : bool
        Direction of the metric.
    """

    def __init__(
        self, families: Sequence[FamilySpace], sampler: str, seed: int, maximize: bool
    ) -> None:
        self.families = {family.name: family for family in families}
        few = space_size(families) <= FEW
        self.sampler = "grid" if few else sampler
        self.seed = seed
        direction = "maximize" if maximize else "minimize"
        self._view = optuna.create_study(direction=direction)
        self._seen = 0
        self._grid = _grid(list(self.families.values()), seed) if self.sampler == "grid" else []

    def limit(self, trials: int) -> int:
        """Number of trials that make sense: no more than there are candidates."""
        return min(trials, len(self._grid)) if self.sampler == "grid" else trials

    def propose(self, index: int, told: Sequence[Trial]) -> Drawn:
        """Draw trial ``index``, having seen of ``told`` the trials up to ``index - LAG``."""
        names = list(self.families)
        if index < len(names):
            return self._resolve(names[index], {}, use_defaults=True)
        if self.sampler == "grid":
            values = self._grid[index]
            return self._resolve(values[FAMILY], values, use_defaults=False)
        return self._sample(index, told)

    def _sample(self, index: int, told: Sequence[Trial]) -> Drawn:
        visible = max(0, index - LAG + 1)
        for trial in told[self._seen : visible]:
            self._view.add_trial(frozen(trial, self.families))
        self._seen = max(self._seen, min(visible, len(told)))
        self._view.sampler = self._seeded(index)
        asked = self._view.ask()
        values: dict[str, Any] = {FAMILY: asked.suggest_categorical(FAMILY, list(self.families))}

        def choose(parameter: Draw | Pick) -> Any:
            values[parameter.path] = _suggest(asked, parameter)
            return values[parameter.path]

        candidate = self.families[values[FAMILY]].candidate(choose)
        self._view.tell(asked, state=TrialState.FAIL)  # a failed trial is never looked at again
        return candidate, values

    def _seeded(self, index: int) -> optuna.samplers.BaseSampler:
        seed = int(np.random.SeedSequence([self.seed % 2**32, index]).generate_state(1)[0])
        if self.sampler == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        return optuna.samplers.TPESampler(
            seed=seed, multivariate=True, group=True, constant_liar=False, n_startup_trials=10
        )

    def _resolve(self, name: str, values: Mapping[str, Any], use_defaults: bool) -> Drawn:
        drawn: dict[str, Any] = {FAMILY: name}

        def choose(parameter: Draw | Pick) -> Any:
            value = default(parameter) if use_defaults else values[parameter.path]
            drawn[parameter.path] = value
            return value

        return self.families[name].candidate(choose), drawn


def _suggest(asked: optuna.Trial, parameter: Draw | Pick) -> Any:
    match distribution(parameter):
        case CategoricalDistribution(choices=choices):
            return asked.suggest_categorical(parameter.path, choices)
        case IntDistribution() as d:
            return asked.suggest_int(name=parameter.path, low=d.low, high=d.high, step=d.step, log=d.log)
        case FloatDistribution() as d:
            return asked.suggest_float(name=parameter.path, low=d.low, high=d.high, step=d.step, log=d.log)


def frozen(trial: Trial, families: Mapping[str, FamilySpace]) -> optuna.trial.FrozenTrial:
    """Return Optuna's form of a finished trial."""
    family = families[trial.candidate.family]
    known = {p.path: distribution(p) for node in (family.features, family.params)
             for p in parameters(node)}  # fmt: skip
    known[FAMILY] = CategoricalDistribution(list(families))
    complete = trial.state == "complete"
    return create_trial(
        state=TrialState.COMPLETE if complete else TrialState.FAIL,
        value=trial.mean if complete else None,
        params=dict(trial.values),
        distributions={path: known[path] for path in trial.values},
        intermediate_values=dict(enumerate(trial.scores)),
        user_attrs={"error": trial.error} if trial.error else {},
    )


def _grid(families: Sequence[FamilySpace], seed: int) -> list[dict[str, Any]]:
    """Every candidate, the defaults of each family first, the others in a seeded order."""
    firsts: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for family in families:
        defaults: dict[str, Any] = {FAMILY: family.name}
        family.candidate(lambda p, into=defaults: into.setdefault(p.path, default(p)))  # type: ignore[misc]
        firsts.append(defaults)
        others += [values for values in _all_of(family) if values != defaults]
    np.random.default_rng(seed).shuffle(others)  # type: ignore[arg-type]
    return firsts + others


def _all_of(family: FamilySpace) -> Iterator[dict[str, Any]]:
    """Walk the conditional space depth first: each path of choices once."""
    pending: list[dict[str, Any]] = [{FAMILY: family.name}]
    while pending:
        values = pending.pop()
        missing: list[Draw | Pick] = []

        def choose(p: Draw | Pick, values: dict[str, Any] = values, missing: Any = missing) -> Any:
            if p.path not in values and not missing:
                missing.append(p)
            return values.get(p.path, default(p))

        family.candidate(choose)
        if missing:
            p = missing[0]
            pending += [{**values, p.path: option} for option in reversed(_options(p))]
        else:
            yield values


def _options(parameter: Draw | Pick) -> list[Any]:
    if isinstance(parameter, Pick):
        return list(parameter.options)
    found = parameter.range
    count = found.size()
    if math.isinf(count):
        raise ValueError(f"{parameter.path} is an interval; a grid needs steps")
    step = getattr(found, "step", None) or 1
    return [found.low + step * i for i in range(int(count))]  # type: ignore[union-attr]


def space_size(families: Sequence[FamilySpace]) -> float:
    """Number of distinct candidates over all families."""
    return sum(size(family.features) * size(family.params) for family in families)


def dimensions(families: Sequence[FamilySpace]) -> int:
    """Number of ranges over all families; shared ones count once."""
    nodes = itertools.chain.from_iterable((f.features, f.params) for f in families)
    return len({p.path for node in nodes for p in parameters(node)})
