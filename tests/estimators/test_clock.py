"""Fits that stop when their time is up, with the rounds that they have."""

import time

import numpy as np
import pytest
import skops.io
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.base import clone
from xgboost import XGBClassifier, XGBRegressor

from engine.bundle import persist
from engine.estimators import clock
from engine.estimators.boosted import BoostedClassifier, BoostedRegressor
from engine.steps.warned import listening

MANY = 100_000
TREES = {"iterations": MANY, "thread_count": 1, "random_seed": 0, "learning_rate": 1e-3}
LEAVES = {"n_estimators": MANY, "n_jobs": 1, "verbosity": -1, "learning_rate": 1e-3}
DEEP = {"n_estimators": MANY, "n_jobs": 1, "learning_rate": 1e-3}
MADE = {
    "xgboost": (XGBClassifier(**DEEP), XGBRegressor(**DEEP)),
    "lightgbm": (LGBMClassifier(**LEAVES), LGBMRegressor(**LEAVES)),
    "catboost": (TREES, TREES),
}


def data(rows=300):
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, 3))
    return X, X[:, 0] + random.normal(size=rows) / 3


@pytest.fixture(params=MADE)
def library(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["classes", "numbers"])
def classify(request):
    return request.param


def made(library, classify, **given):
    wrapper = BoostedClassifier if classify else BoostedRegressor
    return wrapper(MADE[library][not classify], library=library, **given)


@pytest.mark.parametrize("rounds", [None, MANY], ids=["all rows", "watches"])
def test_a_fit_stops_when_its_time_is_up(library, classify, rounds):
    X, y = data()
    y = (y > 0).astype(int) if classify else y
    begin = time.monotonic()
    with listening() as warned, clock.within(0.5):
        fitted = made(library, classify, rounds=rounds).fit(X, y)
    assert time.monotonic() - begin < 20  # all of it takes minutes
    assert 1 <= fitted.rounds_ < MANY
    assert warned == ["ConvergenceWarning: its time was up before it had stopped getting better"]
    assert np.isfinite(fitted.predict(X)).all()


def test_what_was_stopped_is_kept_like_any_other(tmp_path, library, classify):
    X, y = data()
    y = (y > 0).astype(int) if classify else y
    with listening(), clock.within(0.3):
        fitted = made(library, classify).fit(X, y)
    persist.save_pipeline(fitted, tmp_path / "model.skops")
    found = skops.io.load(tmp_path / "model.skops", trusted=sorted(persist.TRUSTED))
    np.testing.assert_array_equal(found.predict(X), fitted.predict(X))


def test_a_fit_with_time_to_spare_is_the_same_as_one_without_a_clock(library, classify):
    X, y = data()
    y = (y > 0).astype(int) if classify else y
    few = made(library, classify, rounds=2)
    model = few.estimator
    rates = {"learning_rate": 0.3}
    few.estimator = (
        {**model, **rates} if isinstance(model, dict) else clone(model).set_params(**rates)
    )
    alone = few.fit(X, y).predict(X)
    rounds = few.rounds_
    with clock.within(1000):
        timed = few.fit(X, y).predict(X)
    assert few.rounds_ == rounds
    np.testing.assert_array_equal(timed, alone)


def test_an_inner_end_is_no_later_than_an_outer_one():
    assert not clock.is_set()
    with clock.within(0):
        with clock.within(1000):
            assert clock.is_over()
        with clock.within(None):
            assert clock.is_over()
    with clock.within(None):
        assert not clock.is_set()
    assert not clock.is_over()
