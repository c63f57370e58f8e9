"""Constraints by a column's name, at its place behind the features."""

import numpy as np
import pytest

from engine.errors import RecipeError
from engine.models import Setting
from engine.recipe.space import default
from engine.steps.assemble import pipeline, spaces
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe


def steps(tmp_path, monotone, name="xgboost", task="binary", **parts):
    tree = family_tree(name) | {"monotone": monotone}
    made = Steps(recipe({name: tree}, search={"trials": 1}, **parts), mixed(200, task), tmp_path)
    made.run("assemble")
    return made


def model(made):
    candidate = spaces(made.recipe, True)[0].candidate(default)
    return pipeline(made.recipe, candidate, made["assemble"].contract.columns, Setting(True))


def test_constrained_columns_stand_behind_the_categories(tmp_path):
    made = steps(tmp_path, {"size": "increasing", "member": "decreasing"})
    whole = model(made)
    assert whole["model"].categories == 2
    assert whole["model"].signs == (0, 0, 1, -1)
    X = made["assemble"].numbers
    names = [column.name for column in made["assemble"].contract.columns]
    out = whole["features"].fit_transform(X)
    np.testing.assert_array_equal(out[:, 2], X[:, names.index("size")])
    np.testing.assert_array_equal(out[:, 3], X[:, names.index("member")])
    free = model(steps(tmp_path / "free", {}))["features"].fit_transform(X)
    assert out.shape == free.shape


def test_scaling_keeps_the_order_and_an_indicator_is_left_out(tmp_path):
    impute = {"median": {"add_indicator": True}}
    blocks = {"a": {"columns": ["age", "size"], "steps": {"impute": impute, "scale": "quantile"}}}
    made = steps(tmp_path, {"age": "increasing"}, features={"blocks": blocks})
    whole = model(made)
    X = made["assemble"].numbers
    age = X[:, [c.name for c in made["assemble"].contract.columns].index("age")]
    there = ~np.isnan(age)
    out = whole["features"].fit_transform(X)
    place = whole["model"].signs.index(1)
    order = np.argsort(age[there], kind="stable")
    assert (np.diff(out[there, place][order]) >= 0).all()
    assert len(np.unique(out[:, place + 1])) > 9, "the next is the other column, no indicator"


@pytest.mark.parametrize(
    ("monotone", "features", "said"),
    [
        ({"sise": "increasing"}, {}, "there is no column 'sise' to learn from\n    did you mean"),
        ({"colour": "increasing"}, {}, "categories and texts have no order"),
        ({"signup": "increasing"}, {}, "`dates: parts` stands between"),
        (
            {"size": "increasing"},
            {"blocks": {"a": {"columns": ["size"], "steps": {"expand": "polynomial"}}}},
            "does not reach xgboost as one column in order: `expand: polynomial` stands between",
        ),
        ({"size": "increasing"}, {"rest": "drop", "blocks": {"a": {"columns": ["age"]}}},
         "the column 'size' reaches no model"),
    ],
)  # fmt: skip
def test_what_does_not_arrive_as_one_column_is_refused(tmp_path, monotone, features, said):
    made = steps(tmp_path, monotone, features=features)
    with pytest.raises(RecipeError) as caught:
        made.run("search")
    (name,) = monotone
    assert str(caught.value).startswith(f"model.xgboost.monotone.{name}: ")
    assert said in str(caught.value)


def test_the_direction_is_kept_from_end_to_end(tmp_path):
    made = steps(tmp_path, {"size": "decreasing"}, "lightgbm", "regression")
    fitted = made.run("refit").pipeline
    rows = np.repeat(np.asarray(made["assemble"].numbers[:1]), 50, axis=0)
    names = [column.name for column in made["assemble"].contract.columns]
    rows[:, names.index("size")] = np.linspace(0, 20, 50)
    assert (np.diff(fitted.predict(rows)) <= 1e-9).all()


def test_a_fold_that_was_prepared_for_a_free_family_does_not_serve_a_constrained_one(tmp_path):
    tree = {
        "free": family_tree("xgboost", n_estimators=9),
        "bound": family_tree("xgboost", n_estimators=9) | {"monotone": {"member": "decreasing"}},
    }
    parts = {"evaluation": {"folds": 2}, "search": {"trials": 2}, "compute": {"threads": 1}}
    both = Steps(recipe(tree, **parts), mixed(200), tmp_path / "both")
    alone = Steps(recipe({"bound": tree["bound"]}, **parts), mixed(200), tmp_path / "alone")
    (bound,) = [t for t in both.run("search").trials if t.candidate.family == "bound"]
    (same,) = [t for t in alone.run("search").trials if t.candidate.key == bound.candidate.key]
    assert bound.scores == same.scores
