"""Families that do not go with the target or the number of rows are refused before any fit."""

import pytest

from engine.errors import RecipeError
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe


def said(tmp_path, task, problem="auto", target=None, data=None, **families):
    model = {name: family_tree(name) | told for name, told in families.items()}
    frame = mixed(120, task)
    if target is not None:
        frame["y"] = target(frame["y"])
    asked = recipe(model, problem={"task": problem}, data=data or {}, search={"trials": 1})
    with pytest.raises(RecipeError) as caught:
        Steps(asked, frame, tmp_path).run("search")
    return str(caught.value)


def test_too_many_rows_name_the_key(tmp_path):
    text = said(tmp_path, "binary", svm={"most_rows": 90})
    assert text == (
        "model.svm.most_rows: svm learns from at most 90 rows, and there are 96\n"
        "    leave it out, draw some with data.sample, or give it the time: model.svm.most_rows=96"
    )


def test_an_optional_family_is_left_out_and_it_is_said(tmp_path):
    model = {
        "svm": family_tree("svm") | {"most_rows": 90, "optional": True},
        "glm": family_tree("glm") | {"optional": True},
        "linear": family_tree("linear") | {"optional": True},
    }
    heard = []
    made = Steps(recipe(model, search={"trials": 2}), mixed(120), tmp_path)
    made.run("evaluate", lambda event, **facts: heard.append((event, facts)))
    assert {trial.candidate.family for trial in made["search"].trials} == {"linear"}
    notices = [facts["text"] for event, facts in heard if event == "notice"]
    assert "svm is left out: svm learns from at most 90 rows, and there are 96" in notices
    assert any(
        text.startswith("glm is left out: the family glm has no classif") for text in notices
    )
    assert not any("not tried" in text for text in notices)


def test_optional_families_of_which_none_suits_are_refused(tmp_path):
    text = said(tmp_path, "binary", svm={"most_rows": 90, "optional": True})
    assert "svm learns from at most 90 rows" in text


@pytest.mark.parametrize("name", ["svm", "gaussian_process", "knn"])
def test_families_that_are_slow_on_many_rows_have_a_cap(name):
    assert family_tree(name)["most_rows"] <= 100_000


def test_a_family_without_the_class_of_the_task(tmp_path):
    text = said(tmp_path / "a", "regression", naive_bayes={}, glm={})
    assert "the family naive_bayes has no regressor, and the target makes this regress" in text
    assert "glm" not in text
    assert "glm has no classifier" in said(tmp_path / "b", "binary", glm={})


def test_objectives_need_their_target(tmp_path):
    told = {"objective": "poisson"}
    assert "is for numbers, and the target has classes" in said(tmp_path / "a", "binary", glm={},
                                                                  xgboost=told)  # fmt: skip
    text = said(tmp_path / "b", "regression", target=lambda y: y - 5, xgboost=told)
    assert text.startswith("model.xgboost.objective: the objective poisson needs a target from 0")
    other = said(tmp_path / "c", "regression", target=lambda y: y - 5, glm={"objective": "tweedie"})
    assert "the objective tweedie needs a target from 0, and -" in other


def test_constraints_and_class_weights_need_theirs(tmp_path):
    told = {"monotone": {"size": "increasing"}}
    text = said(tmp_path / "a", "multiclass", xgboost=told)
    assert "with more than two classes, predictions have no direction" in text
    text = said(tmp_path / "b", "regression", xgboost={"class_weight": "balanced"})
    assert "the target is a number, and has no classes to weigh" in text
    text = said(tmp_path / "c", "binary", xgboost={"class_weight": {"yess": 2}})
    assert "model.xgboost.class_weight.yess: no row has the class 'yess'" in text
    assert "did you mean 'yes'?" in text


@pytest.mark.parametrize(
    ("task", "given"), [("binary", {"no": 0}), ("binary", {"yes": 0, "no": 0}),
                        ("multiclass", {"high": 0, "low": 0})],
)  # fmt: skip
def test_two_classes_weigh_more_than_nothing(tmp_path, task, given):
    text = said(tmp_path, task, linear={"class_weight": given})
    left = "one class weighs" if len(given) == 1 or task == "multiclass" else "no class weighs"
    assert text.startswith(f"model.linear.class_weight: {left} more than 0, and a model tells two ")
    assert "weigh two classes at the least" in text


def test_a_class_may_weigh_nothing_where_two_are_left(tmp_path):
    told = family_tree("linear") | {"class_weight": {"low": 0}}
    made = Steps(recipe({"linear": told}, search={"trials": 1}), mixed(120, "multiclass"), tmp_path)
    assert made.run("search").best.state == "complete"


def test_all_is_said_at_once(tmp_path):
    text = said(tmp_path, "binary", svm={"most_rows": 9}, knn={"most_rows": 9}, glm={})
    assert text.count("model.") >= 3


LINEAR_SVC = {"classifier": "sklearn.svm.LinearSVC", "builder": "plain", "params": {}}


def test_the_metric_that_the_target_decides_needs_probabilities(tmp_path):
    text = said(tmp_path / "a", "binary", svm=LINEAR_SVC)
    assert text.startswith("model.svm: the family svm gives no probabilities, which the metric roc")
    assert "have them learnt: model.svm.builder=calibrated" in text
    asked = recipe({"svm": family_tree("svm") | LINEAR_SVC | {"builder": "calibrated"}},
                   search={"trials": 1})  # fmt: skip
    found = Steps(asked, mixed(120, "binary"), tmp_path / "b").run("search")
    assert found.best.state == "complete"
