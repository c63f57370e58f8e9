"""Boosting libraries behind one shape: what is kept of them, and rows unlike any before."""

import subprocess
import sys

import numpy as np
import pytest
import skops.io
from lightgbm import LGBMClassifier, LGBMRegressor
from xgboost import XGBClassifier, XGBRegressor

from engine.bundle import persist
from engine.errors import BundleError
from engine.estimators import boosters
from engine.estimators.boosted import BoostedClassifier, BoostedRegressor
from engine.estimators.boosters import catboost, ebm
from engine.recipe import estimators

BAGS = {"max_rounds": 60, "outer_bags": 2, "interactions": 1, "n_jobs": 1, "random_state": 0}
TREES = {"iterations": 40, "thread_count": 1, "random_seed": 0}
LEAVES = {"n_estimators": 40, "n_jobs": 1, "verbosity": -1}
MADE = {
    "xgboost": (XGBClassifier(n_estimators=40, n_jobs=1), XGBRegressor(n_estimators=40, n_jobs=1)),
    "lightgbm": (LGBMClassifier(**LEAVES), LGBMRegressor(**LEAVES)),
    "catboost": (TREES, TREES),
    "ebm": (BAGS, BAGS),
}


def data(rows=200, seed=0):
    random = np.random.default_rng(seed)
    X = np.column_stack([random.integers(0, 5, rows), random.normal(size=(rows, 2))]).astype(float)
    X[random.random(X.shape) < 0.08] = np.nan
    return X, (np.nan_to_num(X[:, 1]) + (X[:, 0] == 2) > 0.3).astype(int)


def made(library, classify, **given):
    wrapper = BoostedClassifier if classify else BoostedRegressor
    return wrapper(MADE[library][not classify], library=library, categories=1, **given)


@pytest.mark.parametrize("library", MADE)
@pytest.mark.parametrize("classify", [True, False])
def test_codes_never_seen_and_missing_ones_are_safe(library, classify):
    X, y = data()
    fitted = made(library, classify).fit(X, y)
    strange = X[:6].copy()
    strange[:, 0] = [77, np.nan, 4.0, 0.0, 1e6, -5]
    found = fitted.predict(strange)
    assert np.isfinite(found).all()
    for row in range(6):
        np.testing.assert_allclose(fitted.predict(strange[[row]]), found[[row]], rtol=1e-6)


@pytest.mark.parametrize("library", ["catboost", "ebm"])
@pytest.mark.parametrize("classify", [True, False])
def test_what_is_kept_needs_no_type_but_ours(tmp_path, library, classify):
    X, y = data()
    fitted = made(library, classify, rounds=5).fit(X, y)
    skops.io.dump(fitted, tmp_path / "m.skops")
    kind = "Classifier" if classify else "Regressor"
    found = skops.io.get_untrusted_types(file=tmp_path / "m.skops")
    assert found == [f"engine.estimators.boosted.Boosted{kind}"]
    loaded = skops.io.load(tmp_path / "m.skops", trusted=found)
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))


@pytest.mark.parametrize("library", ["xgboost", "lightgbm", "catboost"])
def test_it_stops_early_and_keeps_the_best_rounds(library):
    X, _ = data()
    y = np.random.default_rng(1).integers(0, 2, len(X))
    fitted = made(library, True, rounds=3).fit(X, y)
    assert 1 <= fitted.rounds_ < 40
    whole = made(library, True).fit(X, y)
    assert whole.rounds_ == 40


def test_an_explainable_machine_is_asked_to_watch_the_rows_it_is_told():
    bags = ebm._bags(100, 20, 3, seed=1)
    assert bags.shape == (120, 3)
    assert (bags[100:] == -1).all()
    assert set(np.unique(bags[:100])) == {0, 1}
    assert (bags[:100].mean(axis=0) > 0.7).all()
    assert (bags[:, 0] != bags[:, 1]).any()
    X, y = data()
    told = made("ebm", True, rounds=5).fit(X[:150], y[:150], watch=(X[150:], y[150:]))
    alone = made("ebm", True, rounds=5).fit(X, y)
    assert (told.predict_proba(X) != alone.predict_proba(X)).any()
    assert told.rounds_ is None


def test_an_explainable_machine_predicts_without_its_library(tmp_path):
    X, y = data()
    fitted = made("ebm", True).fit(X, y)
    persist.save_pipeline(fitted, tmp_path / "m.skops")
    np.save(tmp_path / "X.npy", X)
    code = (
        "import sys, numpy as np; from pathlib import Path; from engine.bundle import persist;"
        "sys.modules['interpret'] = None; m = persist.load_pipeline(Path('m.skops'));"
        "print(m.predict_proba(np.load('X.npy'))[:, 1].sum())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert float(ran.stdout) == pytest.approx(fitted.predict_proba(X)[:, 1].sum()), ran.stderr


def test_a_bundle_whose_library_is_not_there_says_how_to_get_it(tmp_path, monkeypatch):
    X, y = data()
    fitted = made("catboost", True).fit(X, y)
    monkeypatch.setattr(catboost, "is_installed", lambda name: False)
    catboost._read.cache_clear()
    with pytest.raises(
        BundleError, match=r"catboost is not installed\n.*recipe-engine\[boosting\]"
    ):
        fitted.predict(X)
    trees = made("lightgbm", True).fit(X, y)
    persist.save_pipeline(trees, tmp_path / "m.skops")
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    monkeypatch.setitem(sys.modules, "lightgbm.sklearn", None)
    monkeypatch.setitem(sys.modules, "lightgbm.basic", None)
    with pytest.raises(BundleError, match=r"lightgbm.* is not installed"):
        persist.load_pipeline(tmp_path / "m.skops")


def test_rows_that_weigh_nothing_are_left_out():
    X, y = data()
    weight = np.where(np.arange(len(y)) % 3 == 0, 0.0, 1.0)
    one = made("lightgbm", True).fit(X, y, weight)
    other = made("lightgbm", True).fit(X[weight > 0], y[weight > 0], weight[weight > 0])
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    with pytest.raises(ValueError, match="zero"):
        made("lightgbm", True).fit(X, y, np.zeros(len(y)))
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        boosters.Rows.of(X, y, -weight)


def test_files_and_other_machines_are_no_parameters_of_boosters():
    for name in ("lightgbm.LGBMClassifier", "catboost.CatBoostRegressor"):
        known = set(estimators.parameters(name))
        assert not known & {"machines", "output_model", "train_dir", "snapshot_file", "config"}
    assert {"max_bin", "cat_smooth", "num_leaves"} <= set(
        estimators.parameters("lightgbm.LGBMClassifier")
    )


def test_a_target_that_is_scaled_is_predicted_in_its_own_unit():
    X, _ = data()
    y = 50 + np.nan_to_num(X[:, 1]) + np.random.default_rng(1).normal(0, 0.1, len(X))
    scaled = {
        unit: made("xgboost", False, rounds=5, scale_target=True).fit(
            X, unit * y, watch=(X[:40], unit * y[:40])
        )
        for unit in (1.0, 1e-4)
    }
    assert abs(scaled[1.0].predict(X) - y).mean() < 0.2
    np.testing.assert_allclose(scaled[1e-4].predict(X), 1e-4 * scaled[1.0].predict(X), rtol=1e-6)
    plain = made("xgboost", False, rounds=5).fit(X, y, watch=(X[:40], y[:40]))
    np.testing.assert_allclose(plain.predict(X), scaled[1.0].predict(X), atol=0.05)
