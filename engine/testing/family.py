"""What every model family promises: a file in ``conf/model`` is picked up unlisted.

A test inherits :class:`FamilySuite`; pytest then runs each promise for each family and task.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from engine.bundle import persist
from engine.bundle.input import Contract, encode
from engine.bundle.predict import Model
from engine.contracts import Predicted, Task
from engine.models.setting import Setting, class_name
from engine.recipe import abilities, estimators
from engine.recipe.schema import Family
from engine.recipe.space import Choose, Draw, default, parameters, size
from engine.steps import inner
from engine.steps.assemble import pipeline, spaces
from engine.steps.columns import roles
from engine.steps.split import Split
from engine.steps.target import read_target
from engine.testing.frames import mixed
from engine.testing.recipes import FAMILIES, family, family_tree, recipe

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
SHORTER = {"n_estimators": 60, "iterations": 60, "max_rounds": 300, "outer_bags": 2}
"""Rounds and bags that are enough for a promise; what takes them has fewer in most tests."""

NOT_OF_THE_FIT = (DeprecationWarning, FutureWarning)


def _kind(task: Task) -> str:
    return "regressor" if task == "regression" else "classifier"


PAIRS = [(f, t) for f in FAMILIES for t in TASKS if getattr(family(f), _kind(t))]
"""Each family with each task that it has a class for."""

OBJECTIVES = [(f, word) for f in FAMILIES for word in family(f).objectives]
MONOTONE = [
    (f, t) for f, t in PAIRS if family(f).takes.monotone and t != "multiclass"
]  # fmt: skip


def shorter(name: str, **parts: Any) -> dict[str, Any]:
    """Return the row of a family with fewer rounds, and other values for some of its keys."""
    tree = family_tree(name)
    given = tree.get("params", {})
    cut = {key: count for key, count in SHORTER.items() if key in given}
    return {**tree, "params": {**given, **cut}, **parts}


class Fitted:
    """A family with its defaults, fitted on data with everything that makes columns hard.

    ``frame`` gives other data, and ``choose`` other values of ranges.
    """

    def __init__(
        self, family: str | Mapping[str, Any], task: Task, seed: int = 0,
        rounds: int | None = None, rows: int = 150, threads: int = 1, counts: bool = False,
        frame: pd.DataFrame | None = None, choose: Choose = default,
    ) -> None:  # fmt: skip
        frame = mixed(rows, task) if frame is None else frame
        if counts:
            frame["y"] = np.floor(np.exp(frame["y"] / 3))
        problem = {"task": task if counts else "auto"}  # few whole numbers look like classes
        model = family if isinstance(family, str) else {"it": family}
        self.recipe = recipe(model, problem=problem)
        self.target = read_target(frame, self.recipe)
        self.raw = frame.drop(columns="y")
        columns = tuple(role.column for role in roles(self.raw) if role.column)
        self.contract = Contract(columns)
        self.space = spaces(self.recipe, bool(self.target.classes))[0]
        classify = bool(self.target.classes)
        setting = Setting(classify, seed=seed, rounds=rounds, rows=len(frame), threads=threads)
        self.unfitted = pipeline(self.recipe, self.space.candidate(choose), columns, setting)
        with warnings.catch_warnings(record=True) as caught, threadpool_limits(1):
            warnings.simplefilter("always")
            self.fitted = self.fit()
        self.warned = [w for w in caught if not issubclass(w.category, NOT_OF_THE_FIT)]

    def fit(self, weights: NDArray[np.float64] | None = None) -> Any:
        """Fit a clone on all rows, as a search does."""
        made, every = clone(self.unfitted), np.arange(len(self.raw))
        split = Split(self.target, every, every[:0], (), "plain", weights=weights)
        y, row = self.target.values, next(iter(self.recipe.model.values()))
        X = made["features"].fit_transform(self.numbers(self.raw), y)
        inner.fit(made["model"], X, y, inner.Weighed(row, split, every))
        return made

    def numbers(self, raw: pd.DataFrame) -> Any:
        """Raw rows as numbers."""
        return encode(raw, self.contract).frame.to_numpy()

    def predict(self, raw: pd.DataFrame, fitted: Any = None) -> Predicted:
        """Predict raw rows."""
        return Model(fitted or self.fitted, self.target.classes).predict(self.numbers(raw))

    def level(self, predicted: Predicted) -> NDArray[np.float64]:
        """Return what rises with the target: the last class's probability, or the value."""
        if predicted.probability is None:
            return predicted.value.astype(np.float64)
        return np.asarray(predicted.probability[:, -1])


@cache
def fitted(name: str, task: Task) -> Fitted:
    """Return a family fitted with fewer rounds, once for all tests that only look at it."""
    return Fitted(shorter(name), task)


def same(one: Predicted, other: Predicted) -> None:
    """Assert that two predictions are equal to the last bit."""
    np.testing.assert_array_equal(one.value, other.value)
    assert (one.probability is None) == (other.probability is None)
    if one.probability is not None and other.probability is not None:
        np.testing.assert_array_equal(one.probability, other.probability)


@pytest.mark.parametrize(("family", "task"), PAIRS)
class FamilySuite:
    """Promises of a family, for each task."""

    def test_predicts_what_has_the_shape_of_its_task(self, family: str, task: Task) -> None:
        made = fitted(family, task)
        predicted = made.predict(made.raw)
        assert predicted.value.shape == (len(made.raw),)
        assert np.isfinite(predicted.value).all()
        if predicted.probability is not None:
            assert predicted.probability.shape == (len(made.raw), len(made.target.classes))
            np.testing.assert_allclose(predicted.probability.sum(axis=1), 1, atol=1e-5)
        assert size(made.space.params) >= 1

    def test_gives_probabilities_if_it_is_said_to(self, family: str, task: Task) -> None:
        given = fitted(family, task).predict(fitted(family, task).raw).probability is not None
        said = abilities.gives_probabilities(family_tree(family)) and task != "regression"
        assert given == said

    def test_its_defaults_lie_in_its_ranges_and_warn_of_nothing(
        self, family: str, task: Task
    ) -> None:
        made = Fitted(family, task)
        assert [str(w.message) for w in made.warned] == []
        for choice in parameters(made.space.params):
            if isinstance(choice, Draw):
                assert choice.range.holds(choice.default)
            else:
                assert choice.default in choice.options

    def test_is_saved_and_loaded_with_equal_predictions(
        self, family: str, task: Task, tmp_path: Path
    ) -> None:
        made = fitted(family, task)
        persist.save_pipeline(made.fitted, tmp_path / "pipeline.skops")
        loaded = persist.load_pipeline(tmp_path / "pipeline.skops")
        same(made.predict(made.raw), made.predict(made.raw, loaded))
        assert [path.name for path in tmp_path.iterdir()] == ["pipeline.skops"]

    def test_is_repeatable(self, family: str, task: Task) -> None:
        made, again = (Fitted(shorter(family), task, seed=3) for _ in range(2))
        same(made.predict(made.raw), again.predict(made.raw))

    def test_learns_from_few_rows(self, family: str, task: Task) -> None:
        made = Fitted(shorter(family), task, rows=20)
        assert np.isfinite(made.level(made.predict(made.raw))).all()

    def test_runs_the_threads_it_is_given(self, family: str, task: Task) -> None:
        row = Family.model_validate(family_tree(family))
        for threads in (1, 2):
            given = list(_settings(_unfitted(family, task, threads), str(row.threads)))
            assert given == ([threads] if row.threads in _known(row, task) else [])

    def test_takes_weights_if_it_is_said_to(self, family: str, task: Task) -> None:
        if not abilities.takes_weights(family_tree(family), _kind(task)):
            model = fitted(family, task).fitted["model"]
            assert "sample_weight" not in inspect.signature(model.fit).parameters
            return
        row = shorter(family)
        if "min_samples_leaf" in row["params"]:  # in leaves of one row each, weights move nothing
            row["params"]["min_samples_leaf"] = 10
        made = Fitted(row, task)
        y = made.target.values
        high = y >= np.median(y) if task == "regression" else y == y.max()
        heavy = made.fit(np.where(high, 30.0, 1.0))
        others = mixed(80, task, seed=1).drop(columns="y")
        moved = made.level(made.predict(others, heavy)) - made.level(made.predict(others))
        assert moved.mean() > 0

    def test_takes_rows_unlike_any_before(self, family: str, task: Task) -> None:
        made = fitted(family, task)
        strange = made.raw.head(12).copy()
        strange["colour"] = "never seen"
        strange["size"] = [np.inf, -np.inf, np.nan, 1e300, -1e300, 0.0] * 2
        strange["signup"] = pd.Timestamp("1905-02-03")
        strange["opened"] = None
        strange["member"] = None
        alone = [made.predict(strange.iloc[[i]]).value[0] for i in range(12)]
        together = made.predict(strange).value
        np.testing.assert_allclose(np.asarray(alone, float), np.asarray(together, float), rtol=1e-6)


class ConstraintSuite:
    """Promises of families that take constraints and objectives."""

    @pytest.mark.parametrize(("family", "task"), MONOTONE)
    def test_predictions_only_rise_or_only_fall(self, family: str, task: Task) -> None:
        reached = []
        for word, sign in (("increasing", 1), ("decreasing", -1)):
            made = Fitted(shorter(family, monotone={"size": word}), task)
            row = made.raw.iloc[[3]].loc[lambda f: f.index.repeat(60)].reset_index(drop=True)
            found = made.level(made.predict(row.assign(size=np.linspace(0, 20, 60))))
            assert (sign * np.diff(found) >= -1e-6).all()
            reached.append(np.ptp(found))
        assert max(reached) > 0.1  # the target goes with it in one of the directions
        assert min(reached) < max(reached) / 2

    @pytest.mark.parametrize(("family", "word"), OBJECTIVES)
    def test_an_objective_is_what_its_word_says(self, family: str, word: str) -> None:
        level = {"quantile": 0.9} if word == "quantile" else {}
        made = Fitted(shorter(family, objective=word, **level), "regression", counts=True)
        found, truth = made.predict(made.raw).value, made.target.values
        if word == "quantile":
            assert 0.75 < (truth <= found + 1e-9).mean() <= 1
            assert found.mean() > truth.mean()
        else:
            assert (found >= 0).all()
            assert found.mean() == pytest.approx(truth.mean(), rel=0.35)


def _unfitted(name: str, task: Task, threads: int) -> Any:
    """Return the estimator that a builder makes for so many threads, without fitting it."""
    frame = mixed(60, task)
    made = recipe(name)
    target = read_target(frame, made)
    columns = [role.column for role in roles(frame.drop(columns="y")) if role.column]
    candidate = spaces(made, bool(target.classes))[0].candidate(default)
    return pipeline(made, candidate, columns, Setting(bool(target.classes), threads=threads))[-1]


def _settings(estimator: Any, name: str) -> list[Any]:
    """Return the values of a parameter in an estimator, and in what it holds."""
    known = estimator.get_params(deep=True)
    held = known["estimator"] if isinstance(known.get("estimator"), dict) else {}
    return [v for k, v in {**known, **held}.items() if k.rpartition("__")[2] == name]


def _known(row: Family, task: Task) -> list[str]:
    return estimators.parameters(class_name(row, task != "regression")) or []
