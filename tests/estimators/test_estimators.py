import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.estimator_checks import check_estimator
from xgboost import XGBClassifier, XGBRegressor

from engine.estimators.blend import BlendClassifier, BlendRegressor
from engine.estimators.boosted import BoostedClassifier, BoostedRegressor
from engine.estimators.calibrated import CalibratedClassifier
from engine.estimators.capped import Capped
from engine.estimators.clip import Clip
from engine.estimators.correlated import DropCorrelated
from engine.estimators.dates import DateParts
from engine.estimators.frequency import Frequency
from engine.estimators.hashed import Hashed
from engine.estimators.missing import MissingBeside
from engine.estimators.rare import Rare
from engine.estimators.signed import SignedClassifier, SignedRegressor

PARTS = DateParts().parts
FEW = {"iterations": 8, "depth": 2, "thread_count": 1, "random_seed": 0}
QUIET = {"n_estimators": 8, "n_jobs": 1, "verbosity": -1, "min_child_samples": 2}
BAGS = {
    "max_rounds": 400,
    "learning_rate": 0.1,
    "outer_bags": 2,
    "interactions": 0,
    "n_jobs": 1,
    "validation_size": 0,
}
SMALL = {"n_estimators": 8, "max_depth": 2, "n_jobs": 1}
OURS = [
    DateParts(),
    Capped(PCA(2), "n_components"),
    *(made() for made in (Clip, DropCorrelated, Frequency, Hashed, MissingBeside, Rare)),
    BoostedClassifier(XGBClassifier(**SMALL)),
    BoostedClassifier(XGBClassifier(**SMALL), rounds=3),
    BoostedRegressor(XGBRegressor(**SMALL)),
    BoostedClassifier(LGBMClassifier(**QUIET), library="lightgbm"),
    BoostedRegressor(LGBMRegressor(**QUIET), library="lightgbm", rounds=3),
    BoostedClassifier(FEW, library="catboost"),
    BoostedRegressor(FEW, library="catboost", rounds=3),
    BoostedClassifier(BAGS, library="ebm"),
    BoostedRegressor(BAGS, library="ebm"),
    CalibratedClassifier(SVC()),
    BlendClassifier([LogisticRegression(), DecisionTreeClassifier(random_state=0)], [2, 1]),
    BlendClassifier([RidgeClassifier(), DecisionTreeClassifier(random_state=0)]),
    BlendRegressor([Ridge(), DecisionTreeRegressor(random_state=0)], [1, 2]),
    SignedClassifier(DecisionTreeClassifier(random_state=0), "monotonic_cst", (1,)),
    SignedRegressor(DecisionTreeRegressor(random_state=0), "monotonic_cst", (1,)),
]
STAMPS = st.integers(-3_000_000_000, 6_000_000_000)
FRACTIONS = st.floats(-3e9, 6e9, allow_nan=False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", OURS, ids=lambda made: type(made).__name__)
def test_scikit_learn_s_own_checks_pass(estimator):
    unfit = {
        "check_classifiers_one_label": "one class only is refused, and said so",
        "check_fit2d_1sample": "one row cannot be split",
        "check_sample_weight_equivalence_on_dense_data": "rows are parted and binned unweighed",
    }
    check_estimator(estimator, expected_failed_checks=unfit)


@pytest.mark.parametrize("estimator", OURS, ids=lambda made: type(made).__name__)
def test_it_is_cloned_and_its_parameters_are_its_own(estimator):
    again = clone(estimator)
    assert repr(again) == repr(estimator)
    for name, value in again.get_params(deep=False).items():
        assert getattr(again, name) is value


@given(values=st.lists(st.one_of(st.none(), STAMPS, FRACTIONS), min_size=1, max_size=30))
def test_parts_of_dates_are_those_of_pandas(values):
    seconds = pd.Series(values, dtype="float64")
    found = pd.DataFrame(
        DateParts().fit_transform(seconds.to_numpy()[:, None]), columns=list(PARTS)
    )
    whole = np.floor(seconds.dropna())
    dates = pd.to_datetime(whole.astype("int64"), unit="s")
    parts = dates.dt
    there = found.loc[seconds.notna()]
    for name, oracle in {
        "year": parts.year, "month": parts.month, "day": parts.day, "weekday": parts.day_of_week,
        "day_of_year": parts.day_of_year, "hour": parts.hour,
    }.items():  # fmt: skip
        np.testing.assert_array_equal(there[name], oracle)
    np.testing.assert_array_equal(found["seconds"], seconds)
    assert found.loc[seconds.isna()].isna().all().all()


def test_parts_of_dates_have_names():
    frame = pd.DataFrame({"signup": [0.0], "opened": [86400.0]})
    parts = DateParts().fit(frame)
    names = parts.get_feature_names_out()
    assert list(names) == [f"{name}_{part}" for name in frame for part in PARTS]
    assert parts.transform(frame).shape == (1, len(names))
    assert DateParts().fit(frame.to_numpy()).get_feature_names_out()[7] == "x1_year"


def data(rows=200, classes=2, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 4))
    X[:, 0] = random.integers(0, 5, rows)
    X[random.random(X.shape) < 0.05] = np.nan
    return X, (np.nan_to_num(X[:, 1]) * 2).astype(int) % classes


def test_categories_are_split_as_such():
    random = np.random.default_rng(0)
    X = random.integers(0, 8, (400, 1)).astype(float)
    y = np.isin(X[:, 0], [1, 4, 6]).astype(int)
    booster = XGBClassifier(n_estimators=1, max_depth=1, max_cat_to_onehot=1, learning_rate=1)
    by_sets = BoostedClassifier(booster, categories=1).fit(X, y)
    by_order = BoostedClassifier(booster).fit(X, y)
    assert (by_sets.predict(X) == y).all()
    assert (by_order.predict(X) != y).any()


def test_it_stops_before_all_rounds_and_predicts_with_the_best():
    X, _ = data()
    y = np.random.default_rng(1).integers(0, 2, 200)
    fitted = BoostedClassifier(XGBClassifier(n_estimators=300, n_jobs=1), rounds=5).fit(X, y)
    assert fitted.rounds_ < 100
    assert fitted.estimator_.best_iteration + 1 == fitted.rounds_


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_class_is_among_the_rows_to_fit(shuffle):
    X, _ = data(60)
    y = np.zeros(60, int)
    y[-7:] = [1, 2, 3, 3, 3, 4, 4]
    booster = BoostedClassifier(XGBClassifier(**SMALL), rounds=3, shuffle=shuffle).fit(X, y)
    assert booster.classes_.tolist() == [0, 1, 2, 3, 4]
    assert booster.predict_proba(X).shape == (60, 5)


def test_where_nothing_is_left_to_watch_all_rounds_are_taken():
    X, _ = data(20)
    y = np.array([0] * 18 + [1, 1])
    booster = BoostedClassifier(XGBClassifier(**SMALL), rounds=3, shuffle=False).fit(X, y)
    assert booster.rounds_ == 8


def test_labels_may_be_any_numbers_and_one_alone_is_refused():
    X, y = data()
    fitted = BoostedClassifier(XGBClassifier(**SMALL)).fit(X, np.where(y, 7, 3))
    assert set(fitted.predict(X)) <= {3, 7}
    with pytest.raises(ValueError, match="only one class is left"):
        BoostedClassifier(XGBClassifier(**SMALL)).fit(X, np.ones(200))


def test_watched_rows_of_a_class_that_is_not_fitted_are_left_out():
    X, y = data()
    watch = X[:30], np.where(y[:30], 1, 9)
    booster = BoostedClassifier(XGBClassifier(**SMALL), rounds=2).fit(X[30:], y[30:], watch=watch)
    assert booster.classes_.tolist() == [0, 1]


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_names_of_columns_are_remembered_and_checked():
    X, y = data()
    frame = pd.DataFrame(X, columns=list("abcd"))
    fitted = BoostedClassifier(XGBClassifier(**SMALL)).fit(frame, y)
    assert list(fitted.feature_names_in_) == list("abcd")
    with pytest.raises(ValueError, match="3 features, but BoostedClassifier is expecting 4"):
        fitted.predict(frame.to_numpy()[:, :3])
