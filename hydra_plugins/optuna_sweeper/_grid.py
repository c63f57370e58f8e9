"""The points of a grid that no trial has tried yet.

Optuna's own ``GridSampler`` knows a grid again only as a whole: in a study that is carried on
with a wider one it would begin anew, and come to an end before all points were tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from hydra_plugins.optuna_sweeper._space import Space

Point = Mapping[str, Any]


def points(space: Space, seed: int | None) -> list[Point]:
    """Return every point of a space, in the order that the seed gives."""
    values = space.grid()
    found: list[Point] = [
        dict(zip(values, point, strict=True)) for point in product(*values.values())
    ]
    if seed is None:
        return found
    order = np.random.default_rng(seed % 2**32).permutation(len(found))
    return [found[place] for place in order]


def untried(grid: Sequence[Point], tried: Iterable[Point]) -> list[Point]:
    """Return the points whose values no trial had; what else was drawn for it does not count."""
    names = list(grid[0])
    known = {tuple(point[name] for name in names) for point in tried if point.keys() >= set(names)}
    return [point for point in grid if tuple(point.values()) not in known]


class At(BaseSampler):
    """Draws one point."""

    def __init__(self, point: Point) -> None:
        self._point = point

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return {}

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        if param_name not in self._point:
            raise ValueError(f"a grid does not draw {param_name}")
        return self._point[param_name]
