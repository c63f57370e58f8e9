"""What every model family promises: a file in ``conf/model`` is picked up unlisted.

A test inherits :class:`FamilySuite`; pytest then runs each promise for each family and task.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from engine.bundle import persist
from engine.bundle.input import Contract, encode
from engine.bundle.predict import Model
from engine.contracts import Predicted, Task
from engine.models.setting import Setting
from engine.recipe.space import default, size
from engine.steps.assemble import pipeline, spaces
from engine.steps.columns import roles
from engine.steps.target import read_target
from engine.testing.frames import mixed
from engine.testing.recipes import FAMILIES, recipe

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")


class Fitted:
    """A family's defaults, fitted on data with everything that makes columns hard."""

    def __init__(self, family: str, task: Task, seed: int = 0, rounds: int | None = None) -> None:
        frame = mixed(150, task)
        self.recipe = recipe(family)
        self.target = read_target(frame, self.recipe)
        self.raw = frame.drop(columns="y")
        columns = tuple(role.column for role in roles(self.raw) if role.column)
        self.contract = Contract(columns)
        self.space = spaces(self.recipe, bool(self.target.classes))[0]
        setting = Setting(bool(self.target.classes), seed=seed, rounds=rounds)
        self.unfitted = pipeline(self.recipe, self.space.candidate(default), columns, setting)
        self.fitted = clone(self.unfitted).fit(self.numbers(self.raw), self.target.values)

    def numbers(self, raw: pd.DataFrame) -> Any:
        """Raw rows as numbers."""
        return encode(raw, self.contract).frame.to_numpy()

    def predict(self, raw: pd.DataFrame, fitted: Any = None) -> Predicted:
        """Predict raw rows."""
        return Model(fitted or self.fitted, self.target.classes).predict(self.numbers(raw))


def same(one: Predicted, other: Predicted) -> None:
    """Assert that two predictions are equal to the last bit."""
    np.testing.assert_array_equal(one.value, other.value)
    assert (one.probability is None) == (other.probability is None)
    if one.probability is not None and other.probability is not None:
        np.testing.assert_array_equal(one.probability, other.probability)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("task", TASKS)
class FamilySuite:
    """Promises of a family, for each task."""

    def test_predicts_what_has_the_shape_of_its_task(self, family: str, task: Task) -> None:
        made = Fitted(family, task)
        predicted = made.predict(made.raw)
        assert predicted.value.shape == (len(made.raw),)
        assert np.isfinite(predicted.value).all()
        if predicted.probability is not None:
            assert predicted.probability.shape == (len(made.raw), len(made.target.classes))
            np.testing.assert_allclose(predicted.probability.sum(axis=1), 1, atol=1e-5)
        assert made.space.name == family
        assert size(made.space.params) >= 1

    def test_is_saved_and_loaded_with_equal_predictions(
        self, family: str, task: Task, tmp_path: Path
    ) -> None:
        made = Fitted(family, task)
        persist.save_pipeline(made.fitted, tmp_path / "pipeline.skops")
        loaded = persist.load_pipeline(tmp_path / "pipeline.skops")
        same(made.predict(made.raw), made.predict(made.raw, loaded))
        assert [path.name for path in tmp_path.iterdir()] == ["pipeline.skops"]

    def test_is_repeatable(self, family: str, task: Task) -> None:
        made, again = Fitted(family, task, seed=3), Fitted(family, task, seed=3)
        same(made.predict(made.raw), again.predict(made.raw))

    def test_takes_rows_unlike_any_before(self, family: str, task: Task) -> None:
        made = Fitted(family, task)
        strange = made.raw.head(12).copy()
        strange["colour"] = "never seen"
        strange["size"] = [np.inf, -np.inf, np.nan, 1e300, -1e300, 0.0] * 2
        strange["signup"] = pd.Timestamp("1905-02-03")
        strange["opened"] = None
        strange["member"] = None
        alone = [made.predict(strange.iloc[[i]]).value[0] for i in range(12)]
        together = made.predict(strange).value
        np.testing.assert_allclose(np.asarray(alone, float), np.asarray(together, float), rtol=1e-6)
