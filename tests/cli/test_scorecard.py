"""What a scorecard says to people beside its numbers."""

import json

import pandas as pd
import pytest

from engine.cli import main
from engine.cli.scorecard import short_values
from engine.testing.frames import noisy

RECIPE = """
data: {source: "sklearn:iris", target: target}
model: linear
search: {trials: 1}
evaluation: {folds: 2, holdout: 0.2}
"""
SAYS = "The packed model is fitted on all 150 rows. The scores are an estimate"


def test_final_rows_all_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris.yaml").write_text(RECIPE, "utf-8")
    assert main(["run", "iris.yaml"]) == 0
    assert "fitted on all" not in capsys.readouterr().out
    assert main(["run", "iris.yaml", "evaluation.final_rows=all"]) == 0
    assert f"{SAYS} by one that saw 120 or fewer.\n" in capsys.readouterr().out
    assert main(["show", "iris"]) == 0
    assert SAYS in capsys.readouterr().out
    assert main(["run", "iris.yaml", "evaluation.final_rows=all", "evaluation.holdout=0"]) == 0
    assert "fitted on all" not in capsys.readouterr().out  # the same rows


def test_a_value_in_a_list_is_told_with_the_step_it_is_of():
    values = {"features.blocks.a.steps.lags.1": 3, "model.linear.params.C": 0.51234}
    assert short_values(values) == "lags.1=3 C=0.512"


SEVERAL = """
data: {source: noisy.csv, target: y}
model: [linear, decision_tree, knn, naive_bayes]
search: {trials: 8}
evaluation: {folds: 4, holdout: 0.2}
"""


@pytest.mark.slow
def test_what_came_out_is_told_with_its_members(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    noisy(300, seed=2).to_csv("noisy.csv", index=False)
    (tmp_path / "noisy.yaml").write_text(SEVERAL, "utf-8")
    assert main(["run", "noisy.yaml", "search.final=ensemble"]) == 0
    said = capsys.readouterr().out
    assert "Members of the ensemble of" in said
    assert "Scorecard of ensemble of" in said
    assert main(["show", "noisy"]) == 0
    assert "Members of the ensemble of" in capsys.readouterr().out
    assert main(["runs", "noisy"]) == 0
    assert "ensemble of" in capsys.readouterr().out
    assert main(["show", "noisy", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert sum(one["weight"] for one in card["members"]) == pytest.approx(1)
    assert card["trial"] in [one["trial"] for one in card["members"]]
    noisy(50, seed=4).drop(columns="y").to_csv("new.csv", index=False)
    assert main(["predict", "noisy", "new.csv", "-o", "ensemble.csv"]) == 0
    assert len(pd.read_csv("ensemble.csv")) == 50
    capsys.readouterr()
    assert main(["run", "noisy.yaml", "search.final=bag"]) == 0
    out = capsys.readouterr()
    assert "search: done already" in out.err, "it is read by the steps after the search"
    assert "4 models of folds" in out.out
    assert "Scorecard of bag of" in out.out
    assert main(["predict", "noisy", "new.csv", "-o", "bag.csv"]) == 0
    assert not pd.read_csv("bag.csv").equals(pd.read_csv("ensemble.csv"))
