"""Blends against scikit-learn's voting estimators, and what they share."""

import copy

import numpy as np
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier, VotingClassifier, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from engine.bundle import persist
from engine.estimators.blend import BlendClassifier, BlendRegressor

WEIGHTS = [3.0, 1.0, 0.5]
TREE = DecisionTreeClassifier(max_depth=2, random_state=0)


def named(estimators):
    return [(str(number), one) for number, one in enumerate(estimators)]


@pytest.mark.parametrize("data", [load_breast_cancer, load_iris])
@pytest.mark.parametrize("names", [False, True])
def test_probabilities_are_those_of_scikit_learn_s_soft_vote(data, names):
    X, y = data(return_X_y=True)
    y = data().target_names[y] if names else y
    estimators = [LogisticRegression(max_iter=5000), GaussianNB(), TREE]
    voted = VotingClassifier(named(estimators), voting="soft", weights=WEIGHTS).fit(X, y)
    found = BlendClassifier(estimators, WEIGHTS).fit(X, y)
    np.testing.assert_allclose(found.predict_proba(X), voted.predict_proba(X), rtol=1e-12)
    assert (found.predict(X) == voted.predict(X)).all()
    held = BlendClassifier(estimators, WEIGHTS).holding(found.estimators_)
    assert (held.predict_proba(X) == found.predict_proba(X)).all()


def test_values_are_those_of_scikit_learn_s_voting_regressor():
    X, y = load_diabetes(return_X_y=True)
    estimators = [Ridge(), DecisionTreeRegressor(max_depth=3, random_state=0), Ridge(100)]
    voted = VotingRegressor(named(estimators), weights=WEIGHTS).fit(X, y)
    found = BlendRegressor(estimators, WEIGHTS).fit(X, y)
    np.testing.assert_allclose(found.predict(X), voted.predict(X), rtol=1e-12)


def test_without_probabilities_of_each_it_is_a_weighted_vote():
    X, y = load_iris(return_X_y=True)
    estimators = [RidgeClassifier(), DecisionTreeClassifier(max_depth=1), GaussianNB()]
    hard = BlendClassifier(estimators, [2, 2, 3]).fit(X, y)
    assert not hasattr(hard, "predict_proba")
    shares = hard.estimators_[0].predict(X)[:, None] == np.arange(3)
    soft = [one.predict_proba(X) for one in hard.estimators_[1:]]
    mixed = np.average([shares, *soft], axis=0, weights=[2, 2, 3])
    assert (hard.predict(X) == mixed.argmax(axis=1)).all()
    alone = BlendClassifier([RidgeClassifier(), RidgeClassifier(9)], [2, 2]).fit(X, y)
    pair = VotingClassifier(named(alone.estimators), voting="hard", weights=[2, 2]).fit(X, y)
    assert (alone.predict(X) == pair.predict(X)).all()


def test_a_member_that_never_saw_a_class_gives_it_nothing():
    X, y = load_iris(return_X_y=True)
    few = LogisticRegression(max_iter=500).fit(X[y < 2], y[y < 2])
    late = LogisticRegression(max_iter=500).fit(X[y > 0], y[y > 0])
    made = BlendClassifier([few, late]).holding([few, late])
    assert made.classes_.tolist() == [0, 1, 2]
    found = made.predict_proba(X)
    np.testing.assert_allclose(found[:, 0], few.predict_proba(X)[:, 0] / 2)
    np.testing.assert_allclose(found[:, 2], late.predict_proba(X)[:, 1] / 2)
    np.testing.assert_allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize("weights", [[1, 2, 3], [-1, 2], [0, 0], [np.nan, 1]])
def test_weights_are_one_for_each_and_from_0(weights):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="weights"):
        BlendClassifier([GaussianNB(), TREE], weights).fit(X, y)


class Counted(StandardScaler):
    """Counts how often rows go through it."""

    times = 0

    def transform(self, X, copy=None):
        Counted.times += 1
        return super().transform(X, copy)


def test_what_members_share_is_applied_once():
    X, y = load_iris(return_X_y=True)
    shared, own = (Counted().fit(X) for _ in range(2))
    models = [LogisticRegression(C=c).fit(shared.transform(X), y) for c in (0.1, 1, 9)]
    pipelines = [
        Pipeline([("features", features), ("model", model)])
        for features, model in zip((shared, own, shared), models, strict=True)
    ]
    made = BlendClassifier(pipelines, WEIGHTS).holding(pipelines)
    Counted.times = 0
    found = made.predict_proba(X)
    assert Counted.times == 2
    each = [one.predict_proba(X) for one in pipelines]
    np.testing.assert_allclose(found, np.average(each, axis=0, weights=WEIGHTS))


def test_what_members_share_they_share_on_disk_too(tmp_path):
    X, y = load_iris(return_X_y=True)
    features = ColumnTransformer([("0", StandardScaler(), [0, 1, 2])]).fit(X)
    models = [LogisticRegression(C=c).fit(features.transform(X), y) for c in (0.1, 9)]
    pipelines = [Pipeline([("features", features), ("model", model)]) for model in models]
    made = BlendClassifier(pipelines, [2, 1]).holding(pipelines)
    persist.save_pipeline(made, tmp_path / "made.skops")
    again = persist.load_pipeline(tmp_path / "made.skops")
    one, other = again.estimators_
    assert one["features"] is other["features"]
    assert one["model"] is not other["model"]
    assert (again.predict_proba(X) == made.predict_proba(X)).all()


def test_members_that_are_held_are_written_once():
    X, y = load_breast_cancer(return_X_y=True)
    forests = [RandomForestClassifier(20, random_state=seed).fit(X, y) for seed in range(2)]
    held = BlendClassifier(forests).holding(forests)
    written = skops.io.dumps(held)
    assert len(written) < 1.5 * sum(len(skops.io.dumps(forest)) for forest in forests)
    for made in (skops.io.loads(written, sorted(persist.TRUSTED)), copy.deepcopy(held)):
        assert made.estimators is made.estimators_
        assert (made.predict_proba(X) == held.predict_proba(X)).all()
    assert len(copy.deepcopy(BlendClassifier(forests)).estimators) == 2
