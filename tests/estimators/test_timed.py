"""Forests and histogram boosting that stop when their time is up."""

import inspect
import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import Ridge

from engine.bundle import persist
from engine.estimators import clock, timed
from engine.steps.warned import listening

MANY = 200_000
FORESTS = [ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor]
HISTOGRAMS = [HistGradientBoostingClassifier, HistGradientBoostingRegressor]
ENDLESS = [
    *(made(n_estimators=MANY, random_state=0) for made in FORESTS),
    *(made(max_iter=MANY, early_stopping=True, n_iter_no_change=MANY) for made in HISTOGRAMS),
]


def data(rows=300):
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, 3))
    return X, (X[:, 0] + random.normal(size=rows) / 3 > 0).astype(int)


def name(model):
    return type(model).__name__


@pytest.mark.parametrize("model", ENDLESS, ids=name)
def test_it_stops_when_its_time_is_up(tmp_path, model):
    X, y = data()
    begin = time.monotonic()
    with listening() as warned, clock.within(0.5):
        fitted = timed.fit(clone(model), X, y)
    assert time.monotonic() - begin < 20  # all of it takes minutes
    parts = "rounds" if hasattr(model, "max_iter") else "trees"
    text = f"ConvergenceWarning: its time was up before it had all of its 200,000 {parts}"
    assert warned == [text]
    assert fitted.get_params() == model.get_params()
    persist.save_pipeline(fitted, tmp_path / "model.skops")
    loaded = persist.load_pipeline(tmp_path / "model.skops")
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))


@pytest.mark.parametrize("made", [*FORESTS, *HISTOGRAMS], ids=lambda made: made.__name__)
@pytest.mark.parametrize("parts", [1, 4, 30])
def test_with_time_to_spare_it_is_the_same_as_without_a_clock(made, parts):
    X, y = data()
    many = "n_estimators" if made in FORESTS else "max_iter"
    given = {many: parts, "random_state": 3}
    alone = made(**given).fit(X, y)
    with clock.within(1000), listening() as warned:
        found = timed.fit(made(**given), X, y)
    np.testing.assert_array_equal(found.predict(X), alone.predict(X))
    assert warned == []


def test_weights_by_class_are_kept_and_such_a_forest_is_grown_at_once():
    X, y = data()
    y[: len(y) // 3] = 0
    forest = RandomForestClassifier(30, class_weight="balanced", random_state=0)
    with clock.within(1000), listening() as warned:
        found = timed.fit(clone(forest), X, y)
    np.testing.assert_array_equal(found.predict_proba(X), forest.fit(X, y).predict_proba(X))
    assert warned == []


def test_others_are_fitted_as_they_are():
    X, y = data()
    with clock.within(0):
        found = timed.fit(Ridge(), X, y, sample_weight=np.ones(len(y)))
    np.testing.assert_allclose(found.coef_, Ridge().fit(X, y).coef_)


@pytest.mark.parametrize("made", HISTOGRAMS)
def test_the_library_still_looks_at_its_scores_where_it_is_stood_in_for(made):
    assert list(inspect.signature(made._should_stop).parameters) == ["self", "scores"]
