import numpy as np
import pytest
from sklearn.feature_selection import f_classif, f_regression

from engine import catalogue
from engine.testing.transform import TransformSuite, block, made, rows
from engine.transforms import Surroundings


class TestTransforms(TransformSuite):
    pass


def make(step, option="", params=None, **around):
    made = catalogue.find("transforms", step)(option, params or {}, Surroundings(**around))
    return getattr(made, "estimator", made)


def test_words_of_a_recipe_are_the_parameters_of_the_class():
    assert make("reduce", "pca", {"components": 3}).n_components == 3
    assert make("impute", "constant", {"value": -1}).fill_value == -1
    assert make("impute", "knn", {"neighbors": 9}).n_neighbors == 9
    assert make("scale", "quantile", {"quantiles": 10}).n_quantiles == 10
    assert make("bin", "uniform", {"bins": 3}).n_bins == 3
    assert make("expand", "spline", {"knots": 7}).n_knots == 7
    assert make("select", "k_best", {"columns": 2}).k == 2


WORDS = {("reduce", "pca"): "components", ("reduce", "svd"): "components",
         ("select", "k_best"): "columns"}  # fmt: skip


@pytest.mark.parametrize(("step", "option"), WORDS)
@pytest.mark.parametrize(("wanted", "given"), [(20, 4), (4, 4), (3, 3)])
def test_a_number_of_columns_is_capped_by_those_there_are(step, option, wanted, given):
    features = block(step, {option: {WORDS[step, option]: wanted}})
    table = made(features).fit_transform(rows(), np.arange(80) % 2)
    assert table.shape[1] == given


@pytest.mark.parametrize("option", ["pca", "svd"])
def test_the_cap_counts_what_earlier_steps_made(option):
    steps = {"encode": "onehot", "reduce": {option: {"components": 4}}}
    features = {"rest": "drop", "blocks": {"a": {"columns": "category", "steps": steps}}}
    assert made(features).fit_transform(rows()).shape[1] == 4, "of two columns with three levels"
    assert made(features).fit_transform(rows(3)).shape[1] <= 3, "of three rows"


def test_a_share_or_a_word_is_left_as_it_is():
    assert make("reduce", "pca", {"components": 0.5}).n_components == 0.5
    assert make("reduce", "pca", {"components": "mle"}).n_components == "mle"
    assert make("select", "k_best", {"columns": "all"}).k == "all"


def test_the_default_of_pca_reduces():
    alike = rows()
    for i in range(1, 4):
        alike[f"number{i}"] = alike["number0"]
    table = made(block("reduce", "pca")).fit_transform(alike)
    assert table.shape[1] == 1


def test_columns_are_chosen_by_what_the_target_is():
    assert make("select", classify=True).score_func is f_classif
    assert make("select", classify=False).score_func is f_regression


def test_the_seed_reaches_what_draws_unless_the_recipe_gives_one():
    assert make("reduce", "svd", seed=5).random_state == 5
    assert make("reduce", "svd", {"random_state": 1}, seed=5).random_state == 1


@pytest.mark.parametrize("option", ["median", "mean", "most_frequent", "constant", "knn"])
def test_a_column_that_a_fold_has_no_value_of_stays(option):
    table = rows().assign(number1=np.nan)
    fitted = made(block("impute", option)).fit(table)
    assert fitted.transform(rows()).shape[1] == 4
    assert np.isfinite(fitted.transform(table)).all()
