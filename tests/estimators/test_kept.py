"""Matrices of XGBoost that are kept from one fit to the next."""

import gc

import numpy as np
import pytest
from xgboost import XGBClassifier, XGBRegressor
from xgboost import sklearn as theirs

from engine.estimators.boosted import BoostedClassifier, BoostedRegressor
from engine.estimators.boosters import keep, kept


@pytest.fixture(name="X")
def _rows():
    return np.random.default_rng(0).normal(size=(300, 6))


@pytest.fixture
def y(X):
    return (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)


@pytest.fixture
def made(monkeypatch):
    """The matrices that were made anew."""
    found = []
    plain = theirs.QuantileDMatrix

    def counted(*args, **given):
        found.append(given["label"])
        return plain(*args, **given)

    monkeypatch.setattr(theirs, "QuantileDMatrix", counted)
    return found


def fitted(X, y, rounds=5, weight=None, seed=0, **params):
    given = {"n_estimators": 20, "max_depth": 3, "tree_method": "hist", "n_jobs": 1} | params
    classify = y.dtype.kind == "i"
    wrapper, inner = (
        (BoostedClassifier, XGBClassifier) if classify else (BoostedRegressor, XGBRegressor)
    )
    model = wrapper(inner(**given), rounds=rounds, seed=seed).fit(X, y, weight)
    return model.predict_proba(X) if classify else model.predict(X)


@pytest.mark.parametrize("rounds", [None, 5])
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("classify", [True, False])
def test_predictions_are_those_of_matrices_made_anew(X, y, made, rounds, weighed, classify):
    weight = np.random.default_rng(1).uniform(0, 1, 300) if weighed else None
    if weighed:
        weight[:20] = 0
    y = y if classify else y + X[:, 2]
    expected = [fitted(X.copy(), y, rounds, weight, max_depth=depth) for depth in (2, 3, 4)]
    anew = len(made)
    keep(X)
    found = [fitted(X, y, rounds, weight, max_depth=depth) for depth in (2, 3, 4)]
    np.testing.assert_array_equal(found, expected)
    assert len(made) - anew == anew / 3, "they were made once"


def test_other_targets_weights_bins_or_rows_have_matrices_of_their_own(X, y, made):
    keep(X)
    ones = np.ones(300)
    variants = [
        {}, {"y": 1 - y}, {"weight": ones}, {"weight": 2 * ones}, {"max_bin": 16}, {"seed": 1},
        {"y": np.roll(y, 1)}, {"n_jobs": 2},
    ]  # fmt: skip
    for given in variants:
        before = len(made)
        found = fitted(X, **{"y": y} | given)
        assert len(made) == before + 2, given
        np.testing.assert_array_equal(found, fitted(X.copy(), **{"y": y} | given))


def test_they_go_with_the_array(X, y):
    copy = X.copy()
    keep(copy)
    keep(copy)
    fitted(copy, y)
    assert kept.is_kept(copy)
    assert len(kept._made[id(copy)]) == 2
    number = id(copy)
    del copy
    gc.collect()
    assert number not in kept._made


def test_nothing_is_kept_of_an_array_that_was_not_announced(X, y, made):
    fitted(X, y)
    fitted(X, y)
    assert len(made) == 4
    assert not kept.is_kept(X)


def test_the_estimator_is_left_as_it_was(X, y):
    keep(X)
    estimator = XGBClassifier(n_estimators=5, tree_method="hist")
    model = BoostedClassifier(estimator, rounds=2).fit(X, y)
    assert "_create_dmatrix" not in vars(model.estimator_)
    assert "_create_dmatrix" not in vars(estimator)
