"""How much rows and classes count: read from a column, and used in fitting alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils.class_weight import compute_class_weight

from engine import catalogue
from engine.bundle.predict import Model
from engine.errors import DataError
from engine.estimators import boosted
from engine.steps import weights
from engine.steps.target import Target
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family, family_tree, recipe

WEIGHED = {"weight": "w"}


def said(frame):
    with pytest.raises(DataError) as caught:
        weights.read(frame, recipe(data=WEIGHED), np.arange(len(frame)))
    return str(caught.value)


def test_weights_are_read_and_rows_without_a_target_weigh_nothing():
    frame = pd.DataFrame({"w": ["1", 2.5, 0, None], "y": [1, 2, 3, None]})
    read = weights.read(frame, recipe(data=WEIGHED), np.arange(3))
    assert read.tolist() == [1, 2.5, 0, 0]
    assert weights.read(frame, recipe(), np.arange(3)) is None


@pytest.mark.parametrize(
    ("value", "found"),
    [(-0.5, "'-0.5'"), (np.nan, "nothing"), ("heavy", "'heavy'"), (np.inf, "'inf'")],
)
def test_a_weight_that_is_no_number_from_0_is_told_with_its_row(value, found):
    frame = pd.DataFrame({"w": pd.Series([1.0, 2.0, value], dtype=object)})
    text = said(frame)
    assert text.startswith("data.weight: the column 'w' must hold numbers from 0")
    assert f"but row 3 holds {found}" in text
    assert "mend or leave out this row" in text


def test_weights_of_0_alone_are_refused():
    assert "all weights in the column 'w' are 0" in said(pd.DataFrame({"w": [0, 0.0]}))


@given(st.lists(st.integers(0, 3), min_size=2, max_size=60))
def test_balanced_is_what_scikit_learn_calls_so(codes):
    y = np.array(codes)
    classes = tuple("abcd")
    target = Target("multiclass", classes, y, "")
    linear = family("linear").model_copy(update={"class_weight": "balanced"})
    found = weights.of(linear, None, target, np.arange(len(y)))
    oracle = compute_class_weight("balanced", classes=np.unique(y), y=y)
    np.testing.assert_allclose(found, oracle[np.searchsorted(np.unique(y), y)])
    sums = np.bincount(y, found)
    np.testing.assert_allclose(sums[sums > 0], sums.max())


def test_classes_weigh_what_the_recipe_says_times_what_rows_weigh():
    target = Target("binary", ("no", True), np.array([0, 1, 1, 0]), "")
    linear = family("linear").model_copy(update={"class_weight": {"true": 3.0}})
    found = weights.of(linear, np.array([1.0, 1, 2, 0]), target, np.arange(4))
    np.testing.assert_allclose(found, np.array([1, 3, 6, 0]) / 2.5)
    assert found.mean() == 1, "what weights are to each other matters, and not their unit"
    assert weights.of(family("linear"), None, target, np.arange(4)) is None


def test_the_column_is_no_feature_and_moves_what_is_fitted_and_no_score_by_itself(tmp_path):
    frame = mixed(200).assign(w=np.random.default_rng(0).integers(0, 9, 200))
    made = {}
    for name, data in (("plain", {"drop": ["w"]}), ("weighed", WEIGHED)):
        asked = recipe("linear", data=data, search={"trials": 1})
        given = frame.drop(columns="w") if name == "plain" else frame
        made[name] = Steps(asked, given, tmp_path / name)
        made[name].run("evaluate")
    one, other = made["plain"], made["weighed"]
    assert one["assemble"].contract == other["assemble"].contract
    first = other["assemble"].roles[0]
    assert (first.name, first.reason) == ("w", "named as data.weight")
    a, b = (m["refit"].pipeline["model"].coef_ for m in (one, other))
    assert np.abs(a - b).max() > 1e-3
    split = other["split"]
    X = np.asarray(other["assemble"].numbers[split.holdout])
    predicted = Model(other["refit"].pipeline, split.target.classes).predict(X)
    score = catalogue.find("metrics", "roc_auc")(split.target.values[split.holdout], predicted, 2)
    assert other["evaluate"].holdout["roc_auc"] == score, "each row of the holdout counts once"


def test_equal_weights_are_no_weights(tmp_path):
    scores = []
    for value in (None, 7):
        data = WEIGHED if value else {}
        frame = mixed(150) if value is None else mixed(150).assign(w=value)
        asked = recipe("linear", data=data, search={"trials": 1})
        scores.append(Steps(asked, frame, tmp_path / str(value)).run("search").best.mean)
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)


def test_watched_rows_weigh_too(tmp_path, monkeypatch):
    seen, fit = [], boosted.BoostedClassifier.fit

    def spy(self, X, y, sample_weight=None, watch=None):
        seen.append((sample_weight, watch))
        return fit(self, X, y, sample_weight, watch)

    monkeypatch.setattr(boosted.BoostedClassifier, "fit", spy)
    frame = mixed(300).dropna(subset=["shop"]).assign(w=2.0)
    tree = family_tree("xgboost", n_estimators=5) | {"class_weight": {"yes": 3}}
    asked = recipe({"xgboost": tree}, data=WEIGHED | {"group": "shop"}, search={"trials": 1})
    Steps(asked, frame, tmp_path).run("search")
    weight, (_, y, watched) = seen[0]
    assert len(np.unique(weight)) == 2
    assert len(watched) == len(y)
    positive = int(y[watched.argmax()])
    np.testing.assert_allclose(watched[y == positive] / watched[y != positive].max(), 3)


def test_trees_of_scikit_learn_watch_weighed_rows(tmp_path, monkeypatch):
    seen, fit = [], HistGradientBoostingClassifier.fit

    def spy(self, X, y, sample_weight=None, X_val=None, y_val=None, sample_weight_val=None):
        seen.append((sample_weight, sample_weight_val))
        return fit(self, X, y, sample_weight, X_val=X_val, y_val=y_val,
                   sample_weight_val=sample_weight_val)  # fmt: skip

    monkeypatch.setattr(HistGradientBoostingClassifier, "fit", spy)
    tree = {"hist_gradient_boosting": family_tree("hist_gradient_boosting", max_iter=5)}
    frame = mixed(300).assign(w=np.arange(300) % 3 + 1.0).dropna(subset=["shop"])
    asked = recipe(tree, data=WEIGHED | {"group": "shop"}, search={"trials": 1})
    Steps(asked, frame, tmp_path).run("refit")
    *folds, refit = seen
    assert all(a is not None and b is not None for a, b in folds)
    assert refit[0] is not None, "it takes all rows, each with its weight"
    assert refit[1] is None


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "catboost", "svm", "random_forest", "mlp"])
def test_balanced_classes_raise_the_rarer_class(tmp_path, name):
    frame = mixed(240)
    frame = frame[(frame["y"] == "yes").cumsum().le(25) | (frame["y"] == "no")]
    mean = []
    for told in ({}, {"class_weight": "balanced"}):
        tree = family_tree(name)
        quick = {k: 40 for k in ("n_estimators", "iterations") if k in tree["params"]}
        if "min_samples_leaf" in tree["params"]:
            quick["min_samples_leaf"] = 8
        made = Steps(
            recipe({name: family_tree(name, **quick) | told}, search={"trials": 1}),
            frame, tmp_path / str(len(told)),
        )  # fmt: skip
        made.run("search")
        outcome = made["search"].out_of_fold(made["search"].best, 0)
        mean.append(float(outcome.probability[:, 1].mean()))
    assert mean[1] > mean[0] + 0.02
