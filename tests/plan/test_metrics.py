"""Metrics with parameters, from the command line to the files of a run and back."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest

from engine.cli import main
from engine.errors import RecipeError

COST = "cost(false_positive: 1, false_negative: 4)"
FIRST = "evaluation.metric={cost:{false_positive:1,false_negative:4}}"
OTHERS = "evaluation.metrics=[f_beta_2,precision_at_10%,0.7*roc_auc+0.3*f1]"


def test_one_name_stands_everywhere(new):
    ran = new.run(FIRST, OTHERS)
    names = [COST, "f_beta_2", "precision_at_10%", "0.7*roc_auc+0.3*f1"]
    assert ran.card["metric"] == COST
    assert list(ran.card["cv"]) == list(ran.card["holdout"]) == names
    with next(ran.folder.rglob("*.csv")).open(encoding="utf-8", newline="") as file:
        assert {row["metric"] for row in csv.DictReader(file)} == set(names)
    (study,) = new.stored("search")
    assert json.loads((study / "facts.json").read_text("utf-8"))["metric"] == COST
    assert new.plan(FIRST)["data"]["metric"] == COST


def test_less_cost_ranks_first_and_is_that_of_the_predictions(new):
    ran = new.run(FIRST, OTHERS)
    (evaluated,) = new.stored("evaluate")
    rows = json.loads((evaluated / "scores.json").read_text("utf-8"))["leaderboard"]
    means = [row["cv"][COST]["mean"] for row in rows]
    assert len(set(means)) == 2
    assert means == sorted(means)
    held = pd.read_parquet(next(ran.folder.rglob("holdout.parquet")))
    wrong = held[held["truth"] != held["prediction"]]
    costs = np.where(wrong["truth"] == "yes", 4, 1)
    assert ran.card["holdout"][COST] == pytest.approx(costs.sum() / len(held))


def test_a_study_is_carried_on_and_read_again(new):
    new.run(FIRST, "search.trials=2")
    longer = new.run("evaluation.metric='cost(false_negative: 4, false_positive: 1)'")
    assert len(new.stored("search")) == 1  # the same metric, written otherwise
    assert longer.card["trials"] == 5
    assert new.run(FIRST).done == []


def test_other_costs_are_another_study(new):
    new.run(FIRST)
    new.run("evaluation.metric={cost:{false_positive:1,false_negative:5}}")
    assert len(new.stored("search")) == 2


def test_another_secondary_metric_refits_nothing(new):
    new.run()
    ran = new.run("evaluation.metrics=[f_beta_2]")
    assert (ran.fits, ran.done) == (0, ["evaluate", "pack"])


def test_jobs_differ_in_parameters_and_are_ranked(new, capsys):
    asked = "evaluation.metric=f_beta_2,0.5*mae+0.5*rmse,0.5*f1-0.5*log_loss"
    assert main(["run", "small", "-m", asked, "search.trials=2"]) != 0  # one is of another task
    board = json.loads(next(new.root.rglob("jobs.json")).read_text("utf-8"))
    found = {row["metric"] for row in board["jobs"]}
    assert found == {"f_beta_2", "0.5*f1-0.5*log_loss", None}


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("evaluation.metrics=[{cost:{matrix:{yes:{nein:1}},otherwise:1}}]", "no class 'nein'"),
        ("evaluation.metrics=[{cost:{matrix:{yes:{no:1}}}}]", "lacks the cost of no taken for yes"),
        ("evaluation.metrics=[precision_at_500]", "looks at 500 rows, and a fold or the holdout"),
        ("evaluation.metrics=[pinball_0.9]", "pinball_0.9 is for regression, and the target"),
    ],
)
def test_what_the_target_does_not_fit_is_refused_before_anything_is_fitted(new, override, said):
    with pytest.raises(RecipeError, match=said) as caught:
        new.run(override)
    assert caught.value.faults[0].where == "evaluation.metrics"
    assert not list(new.outputs.store.root.glob("search-*/*.npz"))
