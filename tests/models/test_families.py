import pytest

from engine.models import plain
from engine.models.boosted import build
from engine.models.setting import Setting, accepted, class_name
from engine.testing.family import ConstraintSuite, FamilySuite, Fitted
from engine.testing.recipes import FAMILIES, family


class TestFamilies(FamilySuite):
    pass


class TestConstraints(ConstraintSuite):
    pass


def test_all_of_conf_is_picked_up():
    assert {"dummy", "linear", "xgboost", "mlp"} <= set(FAMILIES)


def test_parameters_go_to_the_class_that_has_them():
    linear = family("linear")
    settings = {task: Setting(task) for task in (True, False)}
    params = {"C": 3.0, "alpha": 5.0, "max_iter": 77}
    assert plain.build(linear, params, settings[True]).get_params()["C"] == 3.0
    ridge = plain.build(linear, params, settings[False])
    assert (ridge.alpha, ridge.max_iter) == (5.0, 77)
    assert accepted(class_name(linear, False), params) == {"alpha": 5.0, "max_iter": 77}


def test_circumstances_reach_the_estimator_and_the_recipe_overrules_them():
    forest = family("random_forest")
    setting = Setting(True, seed=7, threads=3)
    made = plain.build(forest, {}, setting)
    assert (made.random_state, made.n_jobs) == (7, 3)
    assert plain.build(forest, {"n_jobs": 1, "random_state": 1}, setting).random_state == 1
    trees = plain.build(family("hist_gradient_boosting"), {}, Setting(True, categories=2))
    assert trees.categorical_features == [0, 1]


@pytest.mark.parametrize("classify", [True, False])
def test_a_refit_takes_its_rounds_and_stops_at_nothing(classify):
    trees = family("xgboost")
    search = build(trees, {"n_estimators": 900}, Setting(classify, in_time=True, seed=5))
    assert (search.rounds, search.shuffle, search.seed, search.validation) == (50, False, 5, 0.1)
    refit = build(trees, {"n_estimators": 900}, Setting(classify, rounds=17))
    assert refit.rounds is None
    assert refit.estimator.n_estimators == 17
    without = family("xgboost").model_copy(update={"early_stopping": None})
    assert build(without, {"n_estimators": 900}, Setting(classify)).rounds is None


def test_another_seed_fits_otherwise():
    made = [Fitted("random_forest", "binary", seed=seed) for seed in (1, 2)]
    first, second = (one.predict(one.raw).probability for one in made)
    assert (first != second).any()
