"""Findings, and an order that was overruled, are told in plan, run, scorecard and leaderboard."""

import json

import pandas as pd
import pytest

from engine.cli import main
from tests.plan.project import make


@pytest.fixture
def leaky(tmp_path, monkeypatch):
    """A project whose data have a column that gives the target away, and copies."""
    project = make(tmp_path)
    monkeypatch.chdir(project.root)
    frame = pd.read_csv("data.csv").assign(left=lambda f: (f.bought == "yes") * 3.5)
    frame = pd.concat([frame, frame.iloc[:25]]).assign(day=range(145))
    frame.to_csv("data.csv", index=False)
    return project


FOUND = "the column 'left' gives the target away: "


def test_they_are_told_by_plan_and_by_each_run(leaky, capsys):
    assert any(text.startswith(FOUND) for text in leaky.plan()["findings"])
    assert main(["plan", "small"]) == 0
    assert FOUND in capsys.readouterr().err
    for _ in range(2):  # the second reuses all
        ran = leaky.run()
        events = [(facts.get("step"), facts.get("text", "")) for _, facts in ran.heard.events]
        (told,) = [i for i, (_, text) in enumerate(events) if text.startswith(FOUND)]
        assert told < [step for step, _ in events].index("search")
        tree = json.loads((ran.folder / "findings.json").read_text("utf-8"))
        assert [
            one["facts"]["columns"] for one in tree["findings"] if "columns" in one["facts"]
        ] == [["left"]]
        assert any(text.startswith(FOUND) for text in ran.card["findings"])


def test_the_scorecard_names_them(leaky, capsys):
    assert main(["run", "small", "search.trials=1"]) == 0
    assert "found before the search: " in capsys.readouterr().err


def test_nothing_is_told_of_sound_data(project):
    assert project.plan()["findings"] == []
    assert project.run().card["findings"] == []


def test_time_that_is_overruled_is_marked_everywhere(leaky, capsys):
    given = ("data.time=day", "data.drop=[left]", "search.trials=2")
    order = (*given, "evaluation.order=random")
    tree = leaky.plan(*order)["data"]
    assert tree["random_order"]
    assert tree["split_because"].endswith("evaluation.order is random and overrules data.time")
    assert main(["run", "small", *order]) == 0
    shown = capsys.readouterr()
    board = [line for line in shown.out.splitlines() if line[:1].isdigit()]
    assert all("(random order)" in line for line in board)
    assert "evaluation.order is random: models were scored on rows of their past" in shown.err
    ran = leaky.run(*order)
    assert ran.card["random_order"]
    assert json.loads((ran.folder / "bundle" / "scores.json").read_text())["random_order"]
    plain = leaky.run(*given)
    assert not plain.card["random_order"]
    assert plain.card["split"] == "forward"


def test_the_fits_of_all_repeats_are_counted(project):
    tree = project.plan("evaluation.repeats=2", "search.trials=4")
    assert tree["search"]["fits"] == 4 * 3 * 2
    assert (tree["data"]["folds"], tree["data"]["repeats"]) == (6, 2)
    ran = project.run("evaluation.repeats=2", "search.trials=4")
    assert ran.fits == 24


def test_a_window_holds_for_the_packed_model_too(leaky):
    given = ("data.time=day", "data.drop=[left]", "search.trials=1", "model=decision_tree")
    whole = leaky.run(*given)
    short = leaky.run(*given, "evaluation.window=sliding")
    scores = [ran.card["holdout"]["roc_auc"] for ran in (whole, short)]
    assert scores[0] != scores[1]
