"""A plan says why a step is to be done: which key, file, rows or library has changed."""

import pytest

from engine.plan import fingerprint
from engine.plan.fingerprint import Parts
from tests.plan.project import write_data


def test_nothing_was_run(new):
    steps = new.steps()
    assert steps["search"]["why"] == ["never run"]
    assert steps["refit"]["why"] == ["after choose"]
    assert steps["pack"]["why"] == ["after refit, evaluate"]


@pytest.mark.parametrize(
    ("override", "step", "why"),
    [
        ("seed=7", "search", "seed: 0 -> 7"),
        ("evaluation.metric=log_loss", "search", 'evaluation.metric: "roc_auc" -> "log_loss"'),
        ("evaluation.folds=4", "split", "evaluation.folds: 3 -> 4"),
        ("evaluation.folds=4", "search", "evaluation.folds: 3 -> 4"),
        ("data.drop=[city]", "load", 'data.drop: [] -> ["city"]'),
        ("evaluation.metrics=[f1]", "evaluate", 'evaluation.metrics: ["accuracy"] -> ["f1"]'),
        ("model=[linear]", "search", "model.decision_tree is gone"),
        ("model.linear.params.C=2", "search", "model.linear.params.C: "),
    ],
)
def test_a_key_is_named_with_its_old_and_new_value(project, override, step, why):
    assert any(line.startswith(why) for line in project.steps(override)[step]["why"])


def test_what_has_changed_is_said_once(project):
    assert project.steps("evaluation.folds=4")["search"]["why"] == ["evaluation.folds: 3 -> 4"]


def test_the_file_is_named_with_its_rows_before_and_after(project):
    write_data(project.root / "data.csv", rows=1200)
    steps = project.steps()
    for step in ("load", "search"):
        assert steps[step]["why"] == ["data.csv has changed (120 -> 1,200 rows)"]


def test_columns_that_came_and_went_are_named(project):
    write_data(project.root / "data.csv", rows=120, height=180)
    assert project.steps()["search"]["why"] == ["data.csv has changed (with height)"]


def test_other_values_in_as_many_rows_are_said_to_be_so(project):
    path = project.root / "data.csv"
    path.write_text(path.read_text("utf-8").replace("Aachen", "Aarhus"), "utf-8")
    why = project.steps()["search"]["why"]
    assert why == ["data.csv has changed (other values in 120 rows)"]


def test_another_file_is_told_by_the_key_alone(project):
    write_data(project.root / "other.csv", rows=60)
    why = project.steps("data.source=other.csv")["load"]["why"]
    assert why == ['data.source: "data.csv" -> "other.csv"']


def test_a_library_is_named_with_both_versions(project, monkeypatch):
    real = fingerprint._version
    monkeypatch.setattr(fingerprint, "_version", lambda n: "9.9" if n == "optuna" else real(n))
    assert project.steps()["search"]["why"] == [f"optuna {real('optuna')} -> 9.9"]


def test_a_longer_search_says_what_is_there(project):
    assert project.steps("search.trials=8")["search"]["why"] == ["5 of 8 trials are done"]


def test_a_result_that_is_gone_is_said_to_be(project):
    for folder in project.stored("evaluate"):
        (folder / "scores.json").unlink()
    assert project.steps()["evaluate"]["why"] == ["its result is gone or damaged"]


def test_an_order_that_has_changed_is_said_to_have():
    before = Parts({"features": {"a": 1, "b": 2}}, {}, {}, {})
    after = Parts({"features": {"b": 2, "a": 1}}, {}, {}, {})
    assert before.fingerprint != after.fingerprint
    assert after.changed_since(before) == [
        "features.b and what stands beside it are in another order"
    ]
