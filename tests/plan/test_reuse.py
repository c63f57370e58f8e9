"""What is done again after a change, and what is not."""

import os
import time

import pytest

from engine.plan import fingerprint
from engine.plan.outputs import read_json
from engine.steps import learner, unit
from tests.plan.project import write_data

AFTER = ["search", "choose", "refit", "evaluate", "pack"]
ALL = ["load", "expect", "split", "assemble", "inspect", *AFTER]


def test_a_first_run_does_every_step(new):
    ran = new.run()
    assert ran.done == ALL
    assert ran.fits == 15


def test_a_second_run_reuses_everything(project):
    ran = project.run()
    assert ran.done == []
    assert ran.heard.steps("step_reused") == ALL
    assert all(step["state"] == "done" for step in project.steps().values())


def test_a_second_run_has_the_same_results(project):
    first = project.outputs.latest("small")
    second = project.run().folder
    for name in ("leaderboard.json", "folds.csv", "holdout.parquet", "out_of_fold.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    keys = ("cv", "holdout", "family", "values", "rows", "data")
    cards = [read_json(folder / "scorecard.json") for folder in (first, second)]
    assert [cards[0][key] for key in keys] == [cards[1][key] for key in keys]


def test_another_secondary_metric_refits_nothing(project, monkeypatch):
    monkeypatch.setattr(unit, "fit_unit", None)
    monkeypatch.setattr(learner.Learner, "fitted", None)
    ran = project.run("evaluation.metrics=[accuracy,f1,mcc]")
    assert ran.done == ["evaluate", "pack"]
    assert set(ran.card["cv"]) == {"roc_auc", "accuracy", "f1", "mcc"}


def test_another_first_metric_is_another_study(project):
    ran = project.run("evaluation.metric=log_loss")
    assert ran.fits == 15
    assert "search" in ran.done
    assert not {"load", "split", "assemble"} & set(ran.done)
    assert len(project.stored("search")) == 2


def test_another_seed_keeps_the_split(project):
    assert project.run("seed=7").done == AFTER


def test_another_formula_is_another_table_of_numbers(project):
    ran = project.run("features.derive.ratio='income / age'")
    assert ran.done == ["assemble", "inspect", *AFTER]
    again = project.run("features.derive.ratio='age / income'")
    assert again.done == ran.done
    assert again.card["cv"] != ran.card["cv"]


def test_another_expectation_refits_nothing(project):
    ran = project.run("data.expect.age={min: 20}")
    assert ran.done == ["expect"]
    assert project.run("data.expect.age={min: 0}").done == ["expect"]


def test_another_evaluation_seed_changes_the_split_and_all_that_follows(project):
    ran = project.run("evaluation.seed=7")
    assert ran.done == [step for step in ALL if step not in ("load", "expect")]


def test_more_trials_reuse_those_that_are_done(project):
    before = read_json(project.outputs.latest("small") / "leaderboard.json")
    ran = project.run("search.trials=8")
    assert ran.fits <= 9  # three trials of three folds, less what was drawn twice
    assert ran.card["trials"] == 8
    again = project.run("search.trials=5")
    assert again.fits == 0
    assert read_json(again.folder / "leaderboard.json") == before


@pytest.mark.parametrize(
    "override",
    ["compute.workers=2", "compute.threads=1", "search.timeout=1h", "search.trials=4"],
)
def test_what_does_not_change_results_is_in_no_fingerprint(project, override):
    before = {name: step["fingerprint"] for name, step in project.steps().items()}
    after = {name: step["fingerprint"] for name, step in project.steps(override).items()}
    same = {"load", "split", "assemble", "search"}
    assert {name: before[name] for name in same} == {name: after[name] for name in same}
    assert project.run(override).fits == 0


def test_what_comes_out_is_chosen_without_another_search(project):
    ran = project.run("search.final=bag")
    assert (ran.fits, ran.done) == (0, ["choose", "refit", "evaluate", "pack"])
    assert ran.card["came_out"].startswith("bag of ")
    assert project.run().done == []
    assert project.run("search.final=bag").done == []


def test_more_trials_that_change_no_member_refit_nothing(project):
    ran = project.run("search.trials=8")
    assert ran.card["trial"] == 0, "the best is among the first five"
    assert ran.done == ["search", "choose", "evaluate", "pack"]


def test_another_content_does_all_again(project):
    write_data(project.root / "data.csv", rows=130)
    ran = project.run()
    assert ran.done == ALL
    assert ran.fits == 15


def test_a_mere_touch_does_nothing(project):
    os.utime(project.root / "data.csv", (time.time() + 60, time.time() + 60))
    assert project.run().done == []


def test_another_version_of_a_library_does_again_what_it_was_used_for(project, monkeypatch):
    real = fingerprint._version
    monkeypatch.setattr(fingerprint, "_version", lambda n: "9.9" if n == "skops" else real(n))
    assert project.run().done == ["pack"]


def test_what_a_family_is_given_beside_its_parameters_changes_the_packed_pipeline(project):
    """The candidate stays the same: only how columns reach it differs."""
    before = project.run("model=[linear]", "search.trials=1")
    after = project.run("model=[linear]", "search.trials=1", "model.linear.scale=false")
    assert {"search", "refit", "evaluate", "pack"} <= set(after.done)
    assert before.card["holdout"] != after.card["holdout"] or before.card["cv"] != after.card["cv"]


def test_the_order_of_steps_is_part_of_what_is_asked(project):
    block = (
        "features:\n  blocks:\n    numbers:\n      columns: number\n      steps:\n"
        "        {}\n        {}\n"
    )
    text = project.recipe.read_text("utf-8")
    project.recipe.write_text(text + block.format("scale: minmax", "expand: polynomial"), "utf-8")
    project.run()
    project.recipe.write_text(text + block.format("expand: polynomial", "scale: minmax"), "utf-8")
    assert "search" in project.run().done
