"""What columns go through: the steps of a block, and what is done without one."""

import numpy as np
import pytest

from engine.bundle.input import Column
from engine.errors import DataError
from engine.recipe import space
from engine.steps.features import steps_of, transformer, treatments
from engine.testing.recipes import family

COLUMNS = (
    Column("a", "number"),
    Column("b", "number"),
    Column("c", "category", ("x", "y")),
    Column("d", "date"),
    Column("e", "boolean"),
)
X = np.array([[1, 2, 0, 0, 1], [3, np.nan, 1, 86400 * 400, 0], [5, 1, np.nan, np.nan, 1]] * 4)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ({"impute": "mean"}, [("impute", "mean", {})]),
        ({"impute": True}, [("impute", "median", {})]),
        ({"impute": "none"}, []),
        ({"impute": None}, []),
        ({"impute": False}, []),
        ({"impute": {"knn": {"neighbors": 3}}}, [("impute", "knn", {"neighbors": 3})]),
        ({"impute": {"knn": None}}, [("impute", "knn", {})]),
        ({"scale": {"robust": {}}}, [("scale", "robust", {})]),
        ({"reduce": "pca", "pca": {"components": 2}}, [("reduce", "pca", {"components": 2})]),
        (
            {"reduce": {"pca": {"whiten": True}}, "pca": {"components": 2}},
            [("reduce", "pca", {"whiten": True, "components": 2})],
        ),
        ({"reduce": "svd", "pca": {"components": 2}}, [("reduce", "svd", {})]),
        ({"reduce": "none", "pca": {"components": 2}}, []),
        (
            {"scale": "minmax", "impute": "mean"},
            [("scale", "minmax", {}), ("impute", "mean", {})],
        ),
    ],
)
def test_steps_are_words_or_parameters_or_both(steps, expected):
    assert steps_of(steps) == expected


def test_a_choice_with_parameters_beside_it_acts_only_where_it_is_chosen():
    steps = {"reduce": "choice(none, pca)", "pca": {"components": "range(2, 20)"}}
    node = space.build({"amounts": {"steps": steps}}, "features.blocks")
    read = {}
    for choice in ("none", "pca"):

        def choose(parameter, choice=choice):
            return choice if parameter.path.endswith("reduce") else 7

        read[choice] = steps_of(space.resolve(node, choose)["amounts"]["steps"])
    assert read == {"none": [], "pca": [("reduce", "pca", {"components": 7})]}


def test_an_option_of_a_choice_may_bring_parameters():
    steps = {
        "reduce": {"default": "none", "search": ["none", {"pca": {"components": "range(2, 5)"}}]}
    }
    node = space.build({"a": {"steps": steps}}, "features.blocks")
    draws = [p for p in space.parameters(node) if isinstance(p, space.Draw)]
    pick = next(p for p in space.parameters(node) if isinstance(p, space.Pick))
    label = next(text for text in pick.options if text != "none")
    tree = space.resolve(node, lambda p: label if p is not draws[0] else 4)
    assert steps_of(tree["a"]["steps"]) == [("reduce", "pca", {"components": 4})]


def fit(features, name="linear"):
    found = treatments(COLUMNS, features, family(name))
    return transformer(found, COLUMNS, 0, True).fit(X, np.arange(12) % 2)


@pytest.mark.parametrize(
    ("columns", "width"),
    [("number", 2), ("a", 1), (["a", "boolean"], 2), (["number", "a", "b"], 2)],
)
def test_a_block_takes_kinds_names_or_lists_of_them(columns, width):
    features = {"rest": "drop", "blocks": {"some": {"columns": columns}}}
    assert fit(features).transform(X).shape[1] == width


@pytest.mark.parametrize(("rest", "width"), [("drop", 1), ("keep", 5)])
def test_the_rest_is_dropped_or_kept_as_it_is(rest, width):
    blocks = {"some": {"columns": "a"}}
    assert fit({"rest": rest, "blocks": blocks}, "xgboost").transform(X).shape[1] == width


def test_by_itself_every_kind_is_treated_for_a_family_without_talents():
    table = fit({"rest": "auto"}).transform(X)
    assert np.isfinite(table).all()
    assert table.shape[1] > 2 + 2 + 7


def test_native_categories_come_first_and_missing_values_stay():
    table = fit({"rest": "auto"}, "xgboost").transform(X)
    np.testing.assert_array_equal(table[:, 0], X[:, 2])
    assert np.isnan(table[:, 2]).any()


def test_a_native_category_that_the_fold_never_saw_is_missing():
    fitted = fit({"rest": "auto"}, "xgboost")
    strange = X.copy()
    strange[:, 2] = 7
    assert np.isnan(fitted.transform(strange)[:, 0]).all()


@pytest.mark.parametrize("name", ["numbers", "transformers", "n_jobs", "a__b", "rest", "0 numbers"])
def test_a_block_may_be_called_as_it_likes(name):
    features = {"rest": "auto", "blocks": {name: {"columns": "a", "steps": {"scale": "minmax"}}}}
    assert fit(features).transform(X).shape[0] == 12


def test_a_column_that_is_not_there_is_named_with_what_is_near():
    features = {"blocks": {"amounts": {"columns": ["numbr"]}}}
    with pytest.raises(DataError, match=r"(?s)features.blocks.amounts.columns.*'numbr'.*'number'"):
        treatments(COLUMNS, features, family("linear"))


def test_features_that_leave_no_column_are_refused():
    with pytest.raises(
        DataError, match=r"(?s)no column is left to learn from.*features.rest: auto"
    ):
        fit({"rest": "drop"})
