import numpy as np
import pytest
from sklearn.feature_selection import f_classif, f_regression

from engine import catalogue
from engine.bundle import persist
from engine.recipe import space
from engine.steps.features import steps_of
from engine.testing import transform
from engine.testing.transform import TransformSuite, block, made, rows
from engine.transforms import Surroundings


class TestTransforms(TransformSuite):
    pass


def make(step, option="", params=None, **around):
    made = catalogue.find("transforms", step)(option, params or {}, Surroundings(**around))
    return getattr(made, "estimator", made)


def test_words_of_a_recipe_are_the_parameters_of_the_class():
    assert make("reduce", "pca", {"components": 3}).n_components == 3
    assert make("impute", "constant", {"fill_value": -1}).value == -1
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


def test_words_of_the_catalogue_are_the_classes_they_name():
    assert make("expand", "interactions").interaction_only
    assert type(make("scale", "normalize")).__name__ == "Normalizer"
    assert make("dates", "cycles", {"cycles": ["week"]}).cycles == ("week",)
    assert (make("dates", "both").parts[0], make("dates", "both").cycles[0]) == ("year", "day")
    assert make("text", "tfidf", {"ngrams": [1, 2], "words": 50}).ngram_range == (1, 2)
    assert make("text", "char_ngrams").analyzer == "char_wb"
    assert make("lags", params={"lags": [1, 7]}).lags == (1, 7)
    assert make("encode", "target", classify=False).numeric is True
    assert make("encode", "target", seed=4).seed == 4


def test_columns_are_chosen_by_a_model_of_the_task_and_the_seed():
    for classify, name in ((True, "ExtraTreesClassifier"), (False, "ExtraTreesRegressor")):
        made = make("select", "from_model", {"columns": 2}, classify=classify, seed=6)
        assert type(made.estimator).__name__ == name
        assert made.estimator.random_state == 6
    table = rows()
    y = (table["number2"] > table["number2"].median()).astype(int)
    features = block("select", {"from_model": {"columns": 1}})
    chosen = transform.made(features).fit_transform(table, y)
    np.testing.assert_array_equal(chosen[:, 0], table["number2"])


@pytest.mark.parametrize(
    ("given", "drawn", "expected"),
    [
        ({"pca": "range(2, 20)"}, 7, ("reduce", "pca", {"components": 7})),
        ({"lags": "range(1, 5)"}, 3, ("lags", "", {"lags": 3})),
        ({"rolling": {"windows": "range(2, 9)"}}, 4, ("rolling", "", {"windows": 4})),
        ({"clip": {"low": "interval(-1, 0)"}}, -0.5, ("clip", "", {"low": -0.5})),
        ({"tfidf": {"words": "range(10, 90)"}}, 50, ("text", "tfidf", {"words": 50})),
        (
            {"Binarizer": {"threshold": "interval(0, 9)"}},
            2.0,
            ("Binarizer", "", {"threshold": 2.0}),
        ),
        ({"onehot": "choice(true, none)"}, "true", ("encode", "onehot", {})),
        (
            {"spline": {"default": 4, "search": "range(3, 8)"}},
            5,
            ("expand", "spline", {"knots": 5}),
        ),
    ],
)
def test_a_range_may_stand_in_any_of_them(given, drawn, expected):
    node = space.build({"a": {"steps": given}}, "features.blocks")
    (parameter,) = space.parameters(node)
    assert parameter.path.startswith("features.blocks.a.steps.")
    tree = space.resolve(node, lambda _: drawn)
    assert steps_of(tree["a"]["steps"]) == [expected]


@pytest.mark.parametrize(
    ("word", "params", "classify"),
    [
        *(("select_k_best", {"score_func": name}, True)
          for name in ("f_classif", "mutual_info_classif", "chi2")),
        *(("select_k_best", {"score_func": name}, False)
          for name in ("f_regression", "mutual_info_regression", "r_regression")),
        *(("select_from_model", {"estimator": name}, classify)
          for name in ("extra_trees", "random_forest", "linear") for classify in (True, False)),
    ],
)  # fmt: skip
def test_columns_are_chosen_by_what_a_recipe_names_and_saved(word, params, classify, tmp_path):
    y = np.arange(80) % 2
    fitted = made(block(word, {**params, "columns": 2}), classify=classify).fit(rows(), y)
    persist.save_pipeline(fitted, tmp_path / "features.skops")
    loaded = persist.load_pipeline(tmp_path / "features.skops")
    np.testing.assert_array_equal(loaded.transform(rows()), fitted.transform(rows()))
