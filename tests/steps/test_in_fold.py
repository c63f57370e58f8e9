"""Nothing of the validation rows enters what is fitted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from engine import catalogue
from engine.bundle.predict import Model
from engine.contracts import Fold
from engine.recipe.space import default
from engine.steps import unit
from engine.steps.assemble import pipeline, spaces
from engine.steps.material import Material
from engine.steps.split import Split
from engine.testing.family import PAIRS
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe

SPY = {
    "blocks": {
        "amounts": {"columns": "number", "steps": {"impute": "mean", "scale": "standard"}},
        "words": {"columns": "category", "steps": {"encode": "onehot"}},
    }
}


def material(made, metric):
    return Material(made.recipe, made["split"], made["assemble"], catalogue.find("metrics", metric))


def first_candidate(made, family=None):
    found = spaces(made.recipe, bool(made["split"].target.classes))
    return next(s for s in found if family in (None, s.name)).candidate(default)


def steps(recipe, frame, tmp_path):
    made = Steps(recipe, frame, tmp_path)
    made.run("assemble")
    return made


def test_an_outlier_in_validation_rows_moves_nothing(tmp_path):
    frame = mixed(200)
    plain = steps(recipe("linear", features=SPY), frame, tmp_path / "a")
    valid = plain["split"].train[plain["split"].folds[0].valid]
    loud = frame.copy()
    loud.loc[valid[0], ["size", "age"]] = 1e12
    other = steps(recipe("linear", features=SPY), loud, tmp_path / "b")
    candidate = first_candidate(plain)
    fitted = []
    for made in (plain, other):
        whole = pipeline(
            made.recipe,
            candidate,
            made["assemble"].contract.columns,
            material(made, "roc_auc").setting(),
        )
        train, _ = material(made, "roc_auc").prepared(candidate, 0, whole["features"]).matrices
        fitted.append((train, whole["features"].transformers_[0][1][-1].mean_))
    np.testing.assert_array_equal(fitted[0][0], fitted[1][0])
    np.testing.assert_array_equal(fitted[0][1], fitted[1][1])
    assert np.abs(fitted[0][1]).max() < 1e3


def test_only_training_rows_of_the_fold_reach_fit(tmp_path):
    made = steps(recipe("linear", features=SPY), mixed(120), tmp_path)
    seen = []

    class Spy:
        def fit_transform(self, X, y):
            seen.append((X, y))
            return X

        def transform(self, X):
            return X

    found = material(made, "roc_auc")
    train, valid = found.prepared(first_candidate(made), 1, Spy()).matrices
    fold, rows = made["split"].folds[1], made["split"].train
    (X, y), numbers = seen[0], made["assemble"].numbers
    np.testing.assert_array_equal(X, numbers[rows[fold.train]])
    np.testing.assert_array_equal(y, made["split"].target.values[rows[fold.train]])
    np.testing.assert_array_equal(valid, numbers[rows[fold.valid]])
    assert train is X
    assert not set(rows[fold.train]) & set(rows[fold.valid])


def test_folds_and_holdout_are_apart(tmp_path):
    made = steps(recipe("linear"), mixed(120), tmp_path)
    split = made["split"]
    assert not set(split.train) & set(split.holdout)
    valid = np.concatenate([fold.valid for fold in split.folds])
    assert sorted(valid) == list(range(len(split.train)))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("family", "task"), [pair for pair in PAIRS if pair[1] != "multiclass"])
def test_the_cache_predicts_as_the_whole_clone(tmp_path, family, task):
    made = steps(recipe(family, evaluation={"folds": 2}), mixed(160, task), tmp_path)
    found = material(made, {"binary": "roc_auc", "regression": "rmse"}[task])
    candidate = first_candidate(made)
    for again in range(2):  # the second time the matrices are taken from the cache
        outcome = unit.fit_unit(found, candidate, 1)
        assert not outcome.error
        assert len(found._prepared) == 1, again
    columns, classes = made["assemble"].contract.columns, made["split"].target.classes
    whole = clone(pipeline(made.recipe, candidate, columns, found.setting()))
    fold = made["split"].folds[1]
    with threadpool_limits(1):
        whole.fit(found.columns(fold.train), found.y(fold.train))
    predicted = Model(whole, classes).predict(found.columns(fold.valid))
    np.testing.assert_array_equal(predicted.value, outcome.value)
    if classes:
        expected = predicted.probability.astype(np.float32)
        np.testing.assert_array_equal(expected, outcome.probability)


def hard(rows=200):
    """Mixed columns, and those of which more than a position is learnt: text, and many levels."""
    random = np.random.default_rng(1)
    words = [f"word{i}" for i in range(300)]
    return mixed(rows).assign(
        note=[" ".join(random.choice(words, 6)) for _ in range(rows)],
        place=random.choice([f"place {i}" for i in range(90)], rows),
        moment=random.permutation(rows),
        who=random.integers(0, 5, rows),
    )


PAST = {
    "rest": "auto",
    "blocks": {"past": {"columns": "size", "steps": {"lags": 2, "rolling": {"windows": 3}}}},
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("family", "back"),  # in time, what xgboost and mlp watch to stop is chosen outside the clone
    [("linear", False), ("xgboost", False), ("mlp", False), ("linear", True),
     ("random_forest", True)],
)  # fmt: skip
def test_the_cache_predicts_as_the_whole_clone_of_text_and_what_lies_back(tmp_path, family, back):
    parts = {"data": {"time": "moment"}, "features": PAST} if back else {}
    made = steps(recipe(family, evaluation={"folds": 2}, **parts), hard(), tmp_path)
    assert {"text"} <= {column.kind for column in made["assemble"].contract.columns}
    found = material(made, "roc_auc")
    candidate = first_candidate(made)
    outcome = unit.fit_unit(found, candidate, 1)
    assert not outcome.error
    columns, classes = made["assemble"].contract.columns, made["split"].target.classes
    whole = clone(pipeline(made.recipe, candidate, columns, found.setting()))
    fold = made["split"].folds[1]
    with threadpool_limits(1):
        whole.fit(found.columns(fold.train), found.y(fold.train))
    predicted = Model(whole, classes).predict(found.columns(fold.valid))
    np.testing.assert_array_equal(predicted.probability.astype(np.float32), outcome.probability)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_target_encoding_never_sees_validation_rows(tmp_path_factory, seed):
    frame = hard()
    made = steps(recipe("linear"), frame, tmp_path_factory.mktemp("a"))
    split = made["split"]
    fold, candidate = split.folds[0], first_candidate(made)
    y = split.target.values.copy()
    valid = split.train[fold.valid]
    y[valid] = np.random.default_rng(seed).integers(0, 2, len(valid))
    pairs = []
    for target in (split.target, replace(split.target, values=y)):
        made["split"] = replace(split, target=target)
        found = material(made, "roc_auc")
        columns = made["assemble"].contract.columns
        features = pipeline(made.recipe, candidate, columns, found.setting())["features"]
        pairs.append(found.prepared(candidate, 0, features).matrices)
    for one, other in zip(*pairs, strict=True):
        np.testing.assert_array_equal(one.toarray(), other.toarray())


def test_words_are_learnt_inside_the_fold(tmp_path):
    frame = hard()
    plain = steps(recipe("linear"), frame, tmp_path / "a")
    fold = plain["split"].folds[0]
    valid = plain["split"].train[fold.valid]
    frame.loc[valid, "note"] += " onlyhere onlyhere"
    made = steps(recipe("linear"), frame, tmp_path / "b")
    found, candidate = material(made, "roc_auc"), first_candidate(made)
    columns = made["assemble"].contract.columns
    features = pipeline(made.recipe, candidate, columns, found.setting())["features"]
    found.prepared(candidate, 0, features)
    texts = next(part for _, part, _ in features.transformers_ if hasattr(part, "terms_"))
    assert "word1" in texts.terms_[0]
    assert "onlyhere" not in texts.terms_[0]


def test_families_that_need_other_features_do_not_share_them(tmp_path):
    made = steps(recipe("linear xgboost decision_tree"), mixed(160), tmp_path)
    found = material(made, "roc_auc")
    for family in ("linear", "xgboost", "decision_tree"):
        assert not unit.fit_unit(found, first_candidate(made, family), 0).error
    assert len(found._prepared) == 3


def test_the_order_of_steps_makes_other_features(tmp_path):
    there = {"impute": {"constant": {"value": 100}}, "scale": "minmax"}
    back = dict(reversed(there.items()))
    tree = {"linear": {}, "mlp": {}}
    from engine.testing.recipes import family_tree

    for name, order in zip(tree, (there, back), strict=True):
        block = {"columns": "number", "steps": order}
        tree[name] = {**family_tree(name), "features": {"blocks": {"a": block}, "rest": "drop"}}
        tree[name] |= {"scale": True, "encode": "onehot", "native": {}}
    made = steps(recipe(tree), mixed(160), tmp_path)
    found = material(made, "roc_auc")
    for name in tree:
        assert not unit.fit_unit(found, first_candidate(made, name), 0).error
    assert len(found._prepared) == 2


def test_prepared_folds_have_a_cap_in_bytes(tmp_path):
    made = steps(recipe("linear"), mixed(160), tmp_path)
    found = material(made, "roc_auc")
    candidate = first_candidate(made)
    unit.fit_unit(found, candidate, 0)
    found.cache = 2 * found._bytes() + 100
    for number in range(5):
        unit.fit_unit(found, candidate, number)
    assert len(found._prepared) == 2


def test_columns_are_decided_by_training_rows_and_never_by_y(tmp_path):
    frame = mixed(200)
    plain = steps(recipe("linear"), frame, tmp_path / "a")
    other = frame.copy()
    other.loc[plain["split"].holdout, "colour"] = "only in the holdout"
    again = steps(recipe("linear"), other, tmp_path / "b")
    assert plain["assemble"].contract == again["assemble"].contract
    assert [role.name for role in plain["assemble"].roles] == [
        r.name for r in again["assemble"].roles
    ]
    shuffled = frame.assign(y=frame["y"].sample(frac=1, random_state=0).to_numpy())
    third = Steps(recipe("linear"), shuffled, tmp_path / "c")
    third["split"] = Split(
        third.run("split").target, plain["split"].train, plain["split"].holdout,
        plain["split"].folds, "plain",
    )  # fmt: skip
    assert third.run("assemble").contract == plain["assemble"].contract


def test_a_class_absent_from_a_fold_has_probability_zero(tmp_path):
    frame = mixed(150, "multiclass")
    for family in ("linear", "xgboost", "random_forest", "hist_gradient_boosting", "mlp"):
        made = steps(recipe(family), frame, tmp_path / family)
        split = made["split"]
        codes = split.target.values[split.train]
        without = np.flatnonzero(codes != 1)
        valid = np.flatnonzero(codes == 1)[:5]
        valid = np.concatenate([valid, without[:10]])
        fold = Fold(without[10:], valid)
        made["split"] = Split(split.target, split.train, split.holdout, (fold,), split.how)
        outcome = unit.fit_unit(material(made, "accuracy"), first_candidate(made), 0)
        assert not outcome.error, family
        assert (outcome.probability[:, 1] == 0).all()
        np.testing.assert_allclose(outcome.probability.sum(axis=1), 1, rtol=1e-5)


def test_nothing_is_warned_of(tmp_path, recwarn):
    made = steps(recipe("mlp linear", search={"trials": 2}), mixed(100), tmp_path)
    frame = pd.DataFrame(made.run("search").trials)
    assert (frame["state"] == "complete").all()
    assert not recwarn.list
