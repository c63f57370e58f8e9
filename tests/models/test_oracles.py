"""A family's defaults are those of the bare estimator, fitted with the same parameters and data."""

import warnings

import numpy as np
import pytest
from catboost import CatBoostClassifier, CatBoostRegressor
from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor
from lightgbm import LGBMClassifier, LGBMRegressor
from scipy.special import expit
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import QuantileRegressor, TweedieRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from threadpoolctl import threadpool_limits

from engine import catalogue
from engine.models import Setting
from engine.recipe import objectives, space
from engine.recipe.schema import Family
from engine.steps.assemble import _params
from engine.testing.recipes import family_tree

CODES = 4


def data(rows=240, seed=0, classes=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 5))
    X[:, 0] = random.integers(0, CODES, rows)
    y = X[:, 1] + 2 * (X[:, 0] == 1) + random.normal(size=rows) / 3
    return X, np.digitize(y, np.quantile(y, np.arange(1, classes) / classes)) if classes else y


def with_holes(X):
    holed = X.copy()
    holed[::9, 0] = np.nan
    holed[::7, 2] = np.nan
    return holed


def built(name, classify, categories=0, stops=False, **told):
    """Return a family's row, its defaults, and what its builder makes of them."""
    tree = family_tree(name) | told | ({} if stops else {"early_stopping": None})
    family = Family.model_validate(tree)
    params = space.resolve(space.build(_params(family, classify), f"model.{name}.params"),
                           space.default)  # fmt: skip
    setting = Setting(classify, seed=5, categories=categories)
    made = catalogue.find("models", family.builder).build(family, params, setting)
    return params | (objectives.parameters(family) if not classify else {}), made


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        yield


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_lightgbm(classes):
    X, y = data(classes=classes)
    X = with_holes(X)
    params, made = built("lightgbm", bool(classes), categories=1)
    bare = (LGBMClassifier if classes else LGBMRegressor)(**params, random_state=5, n_jobs=1)
    bare.fit(X, y, categorical_feature=[0])
    how = "predict_proba" if classes else "predict"
    np.testing.assert_array_equal(getattr(made.fit(X, y), how)(X), getattr(bare, how)(X))
    assert made.rounds_ == bare.booster_.current_iteration()


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_catboost(classes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, y = data(classes=classes)
    X = with_holes(X)
    params, made = built("catboost", bool(classes), categories=1)
    params |= {"iterations": 50}
    made.estimator |= {"iterations": 50}
    cells = X.astype(object)
    cells[:, 0] = np.nan_to_num(X[:, 0], nan=-1).astype(int)
    bare = (CatBoostClassifier if classes else CatBoostRegressor)(
        **params, random_seed=5, thread_count=1, verbose=False, allow_writing_files=False
    ).fit(cells, y, cat_features=[0])
    how = "predict_proba" if classes else "predict"
    found, expected = getattr(made.fit(X, y), how)(X), getattr(bare, how)(cells)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert list(tmp_path.iterdir()) == [], "nothing is written into the current folder"


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_ebm(classes):
    X, y = data(classes=classes)
    X = with_holes(X)
    params, made = built("ebm", bool(classes), categories=1, stops=True)
    fewer = {"max_rounds": 200, "outer_bags": 2}
    made.estimator |= fewer
    kind = ExplainableBoostingClassifier if classes else ExplainableBoostingRegressor
    bare = kind(
        **params | fewer, random_state=5, n_jobs=1, early_stopping_rounds=50, validation_size=0.15,
        feature_types=["nominal", *["continuous"] * 4],
    ).fit(X, y)  # fmt: skip
    strange = with_holes(data(60, seed=1)[0])
    strange[::5, 0] = 99
    strange[1, 1:] = [1e300, -1e300, 0, np.nan]
    how = "predict_proba" if classes else "predict"
    found, expected = getattr(made.fit(X, y), how)(strange), getattr(bare, how)(strange)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_svm_of_numbers_on_a_scaled_target():
    X, y = data()
    params, made = built("svm", False)
    scale = StandardScaler().fit((y * 1e4)[:, None])
    bare = SVR(**params).fit(X, scale.transform((y * 1e4)[:, None]).ravel())
    expected = scale.inverse_transform(bare.predict(X)[:, None]).ravel()
    np.testing.assert_allclose(made.fit(X, y * 1e4).predict(X), expected, rtol=1e-9)
    assert np.corrcoef(expected, y)[0, 1] > 0.9


def test_svm_of_classes_is_platt_s_scaling_of_its_scores():
    X, y = data(classes=2)
    params, made = built("svm", True)
    bare = SVC(**params).fit(X, y)
    made.fit(X, y)
    np.testing.assert_array_equal(made.estimator_.decision_function(X), bare.decision_function(X))
    line = made.scale_
    by_hand = expit(line.coef_[0, 0] * bare.decision_function(X) + line.intercept_[0])
    np.testing.assert_allclose(made.predict_proba(X)[:, 1], by_hand)
    others, truth = data(4000, seed=3, classes=2)
    found = made.predict_proba(others)[:, 1]
    for low in (0.1, 0.3, 0.5, 0.7):
        part = (found >= low) & (found < low + 0.2)
        assert truth[part].mean() == pytest.approx(found[part].mean(), abs=0.15)


@pytest.mark.parametrize(
    ("name", "bare", "classes", "told", "given"),
    [
        ("extra_trees", ExtraTreesClassifier, 3, {}, {"random_state": 5}),
        ("naive_bayes", GaussianNB, 3, {}, {}),
        ("knn", KNeighborsRegressor, 0, {}, {}),
        ("glm", TweedieRegressor, 0, {"objective": "poisson"}, {}),
        ("glm", TweedieRegressor, 0, {"objective": "tweedie", "power": 1.3}, {}),
        ("glm", QuantileRegressor, 0, {"objective": "quantile", "scale_target": False}, {}),
    ],
)
def test_the_others(name, bare, classes, told, given):
    X, y = data(classes=classes)
    y = y if classes else np.abs(y)
    params, made = built(name, bool(classes), **told)
    made.fit(X, y)
    np.testing.assert_array_equal(made.predict(X), bare(**params, **given).fit(X, y).predict(X))


def test_neighbours_are_never_more_than_rows():
    family = Family.model_validate(family_tree("knn"))
    build = catalogue.find("models", "neighbours").build
    for rows, count in ((6, 6), (50, 10), (None, 10)):
        made = build(family, {"n_neighbors": 10}, Setting(True, rows=rows))
        assert made.n_neighbors == count


def test_an_unknown_kernel_is_told():
    family = Family.model_validate(family_tree("gaussian_process"))
    with pytest.raises(ValueError, match="no kernel 'rbx' for a Gaussian process; known: rbf"):
        catalogue.find("models", "gaussian_process").build(family, {"kernel": "rbx"}, Setting(True))
