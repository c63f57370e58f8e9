"""What whoever chose a family's defaults and ranges promises: they make sense on any data.

A test inherits :class:`SenseSuite`; families are found in ``conf/model``, and none is listed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import log_loss, mean_squared_error, r2_score

from engine.contracts import Predicted, Task
from engine.recipe.space import Draw, Pick, parameters
from engine.steps.assemble import spaces
from engine.testing.family import PAIRS, Fitted, shorter
from engine.testing.frames import noisy
from engine.testing.recipes import recipe

LEARNING = [(family, task) for family, task in PAIRS if family != "dummy"]
SEEDS = 4
UNIT = 1000.0
ALIKE = 0.05  # of R²: trees cut elsewhere where numbers are rounded otherwise


def _ends() -> list[tuple[str, str, str]]:
    """Each family that learns numbers, with each end of each of its ranges."""
    return [
        (family, choice.path, end)
        for family, task in LEARNING
        if task == "regression"
        for choice in parameters(spaces(recipe({"it": shorter(family)}), classify=False)[0].params)
        if isinstance(choice, Draw)
        for end in ("low", "high")
    ]


class SenseSuite:
    """Promises of defaults and ranges."""

    @pytest.mark.slow
    @pytest.mark.parametrize(("family", "task"), LEARNING)
    def test_its_defaults_are_better_than_a_guess(self, family: str, task: Task) -> None:
        ratios = []
        for seed in range(SEEDS):
            made = Fitted(shorter(family), task, frame=noisy(400, task, seed))
            new = noisy(1000, task, seed=SEEDS + seed)
            truth = new.pop("y")
            ratios.append(_loss(made, made.predict(new), truth) / _guess(made, truth))
        assert np.mean(ratios) < 1

    @pytest.mark.slow
    @pytest.mark.parametrize(("family", "path", "end"), _ends())
    def test_a_range_means_the_same_in_any_unit(self, family: str, path: str, end: str) -> None:
        def choose(choice: Draw | Pick) -> Any:
            if isinstance(choice, Draw) and choice.path == path:
                return getattr(choice.range, end)
            return choice.default

        scores = []
        for unit in (1.0, UNIT, 1 / UNIT):
            frame = noisy(200, "regression")
            frame["y"] *= unit
            made = Fitted(_unstopped(family), "regression", frame=frame, choose=choose)
            scores.append(r2_score(frame["y"], made.predict(made.raw).value))
        assert np.ptp(scores) < ALIKE


def _unstopped(family: str) -> dict[str, Any]:
    """A row that stops early nowhere: when it stops may turn on the last digit."""
    row = shorter(family, early_stopping=None)
    if "early_stopping" in row["params"]:
        row["params"] |= {"early_stopping": False, "max_iter": 60}
    return row


def _loss(made: Fitted, predicted: Predicted, truth: pd.Series[Any]) -> float:
    if not made.target.classes:
        return float(mean_squared_error(truth, predicted.value))
    codes = _codes(made, truth)
    if predicted.probability is None:
        return float((predicted.value != codes).mean())
    return float(log_loss(codes, predicted.probability))


def _guess(made: Fitted, truth: pd.Series[Any]) -> float:
    """The loss of predicting the mean, or the shares of the classes."""
    if not made.target.classes:
        return float(mean_squared_error(truth, np.full(len(truth), made.target.values.mean())))
    shares = np.bincount(made.target.values.astype(int)) / len(made.target.values)
    return float(log_loss(_codes(made, truth), np.tile(shares, (len(truth), 1))))


def _codes(made: Fitted, truth: pd.Series[Any]) -> NDArray[Any]:
    return np.array([made.target.classes.index(label) for label in truth])
