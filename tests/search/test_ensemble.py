"""The greedy choice against one that is spelt out, and what keeps it from fitting noise."""

import itertools
import math

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from engine import catalogue
from engine.search import ensemble
from engine.search.ensemble import Limits, Pool, greedy, mixed

CLASSIFIERS = [
    make_pipeline(StandardScaler(), LogisticRegression()),
    GaussianNB(),
    KNeighborsClassifier(7),
    DecisionTreeClassifier(max_depth=3, random_state=0),
    RandomForestClassifier(20, max_depth=4, random_state=0, n_jobs=1),
]
REGRESSORS = [
    Ridge(1),
    KNeighborsRegressor(9),
    DecisionTreeRegressor(max_depth=3, random_state=0),
    RandomForestRegressor(20, random_state=0, n_jobs=1),
]


def pooled(load, estimators, metric, folds=4):
    X, y = load(return_X_y=True)
    classify = metric != "rmse"
    tables, truth = [], []
    for train, valid in KFold(folds, shuffle=True, random_state=0).split(X):
        fitted = [one.fit(X[train], y[train]) for one in estimators]
        told = [o.predict_proba(X[valid]) if classify else o.predict(X[valid]) for o in fitted]
        tables.append(np.stack(told) if classify else np.stack(told)[..., None])
        truth.append(y[valid])
    classes = len(np.unique(y)) if classify else 0
    return Pool(tables, truth, catalogue.find("metrics", metric), classes)


ORACLES = {
    "roc_auc": lambda y, p: -roc_auc_score(y, p[:, 1]),
    "log_loss": log_loss,
    "rmse": lambda y, p: math.sqrt(mean_squared_error(y, p[:, 0])),
}
POOLS = [
    (load_breast_cancer, CLASSIFIERS, "roc_auc"),
    (load_wine, CLASSIFIERS, "log_loss"),
    (load_diabetes, REGRESSORS, "rmse"),
]


def spelt_out(pool, metric, steps):
    """Grow lists of candidates, one at a time, by scikit-learn's metrics; return their means."""
    oracle, number = ORACLES[metric], len(pool.tables[0])

    def mean(taken):
        folds = zip(pool.tables, pool.truth, strict=True)
        means = ((y, np.mean([table[i] for i in taken], axis=0)) for table, y in folds)
        return np.mean([oracle(y, told) for y, told in means])

    taken = []
    for _ in range(steps):
        taken = min(
            ([*taken, i] for i in range(number)),
            key=lambda one: (round(mean(one), 12), len(set(one)), one[-1]),
        )
        yield tuple(taken), mean(taken)


@pytest.mark.parametrize(("load", "estimators", "metric"), POOLS)
def test_it_takes_what_a_greedy_search_spelt_out_takes(load, estimators, metric, monkeypatch):
    monkeypatch.setattr(ensemble, "MOST_STEPS", 8)
    monkeypatch.setattr(ensemble, "PATIENCE", 8)
    monkeypatch.setattr(ensemble, "NOISE", -math.inf)
    monkeypatch.setattr(ensemble, "ROUND", 12)
    pool = pooled(load, estimators, metric)
    counts = greedy(pool.losses, len(estimators), range(4), Limits())
    path = list(spelt_out(pool, metric, 8))
    taken, least = min(path, key=lambda step: (round(step[1], 12), len(set(step[0]))))
    assert counts == tuple(taken.count(i) for i in range(len(estimators)))
    assert pool.losses(counts).mean() == pytest.approx(least)
    alone = [tuple(row) for row in np.eye(len(estimators), dtype=int).tolist()]
    assert least <= min(pool.losses(counts).mean() for counts in alone)


@pytest.mark.parametrize(("load", "estimators", "metric"), POOLS)
def test_a_mixture_is_scored_as_scikit_learn_scores_the_mean(load, estimators, metric):
    pool = pooled(load, estimators, metric)
    for counts in itertools.islice(itertools.product(range(3), repeat=len(estimators)), 1, 40, 7):
        folds = zip(pool.tables, pool.truth, strict=True)
        oracle = [ORACLES[metric](y, np.average(t, axis=0, weights=counts)) for t, y in folds]
        np.testing.assert_allclose(pool.losses(counts), oracle, rtol=1e-9)


def given(table):
    """Losses of mixtures as the mean of given losses: nothing is to be gained by mixing."""
    return lambda counts: np.average(table, axis=0, weights=counts)


def test_of_equals_the_simplest_and_the_first_is_taken():
    table = np.array([[2.0, 2], [1, 1], [1, 1]])
    counts = greedy(given(table), 3, range(2), Limits())
    assert [count > 0 for count in counts] == [False, True, False]


def test_only_the_folds_that_count_are_looked_at():
    table = np.array([[1.0, 9], [2, 1]])
    assert greedy(given(table), 2, [0], Limits())[1] == 0
    assert greedy(given(table), 2, [1], Limits())[0] == 0


@pytest.mark.parametrize(
    ("gains", "members"), [([1, -0.5, 1, -1.1], 1), ([1, 0.5, 1, 1.1], 2), ([4, -1, -1, -1], 1)]
)
def test_a_gain_within_noise_is_not_worth_a_member(gains, members):
    def losses(counts):
        gain = 0.01 * np.array(gains) * (counts[1] > 0)
        return np.ones(4) + 0.5 * (counts[0] == 0) - gain

    counts = greedy(losses, 2, range(4), Limits())
    assert sum(count > 0 for count in counts) == members


@pytest.mark.parametrize("members", [1, 2, 3])
def test_it_keeps_to_a_number_of_members(members):
    pool = pooled(load_diabetes, REGRESSORS, "rmse")
    counts = greedy(pool.losses, len(REGRESSORS), range(4), Limits(members))
    assert 1 <= sum(count > 0 for count in counts) <= members


def test_it_keeps_to_what_members_may_cost_together():
    pool = pooled(load_diabetes, REGRESSORS, "rmse")
    free = greedy(pool.losses, 4, range(4), Limits())
    costs = tuple(float(count > 0) + 0.01 for count in free)
    held = sum(cost for cost, count in zip(costs, free, strict=True) if count)
    assert held > 2, "several are worth it"
    dear = greedy(pool.losses, 4, range(4), Limits(costs=costs, budget=1.5))
    spent = sum(cost for cost, count in zip(costs, dear, strict=True) if count)
    assert spent <= 1.5 < held


def test_labels_drawn_at_random_are_told_no_better_by_weights_of_other_folds():
    random = np.random.default_rng(0)
    tables = [random.dirichlet([1, 1], (25, 40)) for _ in range(5)]
    truth = [random.integers(0, 2, 40) for _ in range(5)]
    pool = Pool(tables, truth, catalogue.find("metrics", "roc_auc"), 2)
    own = greedy(pool.losses, 25, range(5), Limits())
    apart = []
    for fold in range(5):
        counts = greedy(pool.losses, 25, [k for k in range(5) if k != fold], Limits())
        apart.append(-pool.losses(counts)[fold])
    assert -pool.losses(own).mean() > 0.58, "weights fit the noise that they are chosen on"
    assert np.mean(apart) < 0.54


def test_a_metric_without_meaning_is_never_chosen():
    table = np.array([[[-500.0], [0.4]], [[0.5], [0.3]]])
    pool = Pool([table], [np.array([0.3, 0.1])], catalogue.find("metrics", "rmsle"), 0)
    assert pool.losses((1, 0))[0] == np.inf
    assert greedy(pool.losses, 2, [0], Limits())[0] == 0


def test_means_of_values_and_of_probabilities():
    values = mixed((3, 1), np.array([[[1.0], [2]], [[5], [2]]]), 0)
    assert values.value.tolist() == [2, 2]
    assert values.probability is None
    told = mixed((1, 1), np.array([[[0.9, 0.1]], [[0.2, 0.8]]]), 2)
    np.testing.assert_allclose(told.probability, [[0.55, 0.45]])
    assert told.value.tolist() == [0]
