"""``engine run -m``: jobs, their leaderboard, and skipping what is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main
from engine.search import driver

SWEEP = ["run", "tiny", "-m", "model=linear,decision_tree", "seed=1,2", "search.trials=2"]

RECIPE = """
data: {source: "sklearn:iris", target: target}
model: [linear]
search: {trials: 2}
evaluation: {folds: 2}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a small recipe."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "tiny.yaml").write_text(RECIPE, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _multirun(here: Path) -> Path:
    (folder,) = (here / "outputs" / "tiny" / "multirun").iterdir()
    return folder


def test_each_combination_is_a_whole_job_of_its_own(here: Path) -> None:
    assert main(SWEEP) == 0
    folder = _multirun(here)
    cards = [json.loads((folder / str(i) / "scorecard.json").read_text()) for i in range(4)]
    assert [card["family"] for card in cards] == ["linear"] * 2 + ["decision_tree"] * 2
    assert all((folder / str(i) / "bundle" / "manifest.json").exists() for i in range(4))


def test_the_leaderboard_has_means_over_seeds_best_first(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SWEEP, "--json"]) == 0
    board = json.loads(capsys.readouterr().out)
    assert [row["jobs"] for row in board["settings"]] == [2, 2]
    for row in board["settings"]:
        own = [job["mean"] for job in board["jobs"] if row["overrides"][0] in job["overrides"]]
        assert row["mean"] == pytest.approx(sum(own) / 2)
    means = [row["mean"] for row in board["jobs"]]
    assert means == sorted(means)  # log_loss: less is better


def test_seeds_share_their_folds_unless_told_otherwise(here: Path) -> None:
    main(SWEEP)
    plans = [json.loads((_multirun(here) / str(i) / "plan.json").read_text()) for i in range(2)]
    prints = [{s["name"]: s["fingerprint"] for s in plan["steps"]} for plan in plans]
    assert prints[0]["split"] == prints[1]["split"]
    assert prints[0]["search"] != prints[1]["search"]


def test_the_same_command_skips_what_is_done_and_mends_what_is_not(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(SWEEP)
    (_multirun(here) / "2" / "scorecard.json").unlink()  # as if it had been killed

    def refuse(*_: object) -> None:
        raise AssertionError("a finished search was run again")

    monkeypatch.setattr(driver.Driver, "run", refuse)
    capsys.readouterr()
    assert main(SWEEP) == 0
    told = capsys.readouterr().err
    assert told.count("done already") == 3
    assert (_multirun(here) / "2" / "scorecard.json").exists()


def test_fresh_begins_a_new_multirun_and_searches_again(here: Path) -> None:
    main(SWEEP)
    assert main([*SWEEP, "--fresh"]) == 0
    folders = sorted((here / "outputs" / "tiny" / "multirun").iterdir())
    plans = [json.loads((folder / "0" / "plan.json").read_text()) for folder in folders]
    assert len(plans) == 2
    assert all(step["state"] == "done now" for step in plans[1]["steps"])


def test_a_job_that_fails_is_told_and_the_others_go_on(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "tiny", "-m", "evaluation.metric=log_loss,rmse", "search.trials=1"]
    assert main(words) == 2
    out = capsys.readouterr().out
    assert "rmse" in out
    assert "log_loss 0." in out


def test_a_fault_in_any_job_is_told_before_the_first_begins(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "tiny", "-m", "evaluation.folds=2,1"]) == 2
    assert "evaluation.folds" in capsys.readouterr().err
    assert not (here / "outputs").exists()


def test_a_range_means_jobs_and_a_quoted_one_is_searched(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    depth = "model.decision_tree.params.max_depth"
    leaf = "model.decision_tree.params.min_samples_leaf"
    words = [
        "plan",
        "tiny",
        "-m",
        "model=decision_tree",
        f"{depth}=range(2,5)",
        f"{leaf}='range(1,3)'",
    ]
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["overrides"][1] for row in rows] == [f"{depth}={n}" for n in (2, 3, 4)]


def test_an_interval_cannot_be_swept_by_the_basic_sweeper(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "tiny", "-m", "model.linear.params.C=interval(0,1)"]) == 2
    assert "in quotes it is searched" in capsys.readouterr().err


@pytest.mark.slow
def test_the_joblib_launcher_gives_the_same_scores(here: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    main(SWEEP)
    alone = json.loads((_multirun(here) / "jobs.json").read_text())["jobs"]
    assert main([*SWEEP, "--fresh", "hydra/launcher=joblib"]) == 0
    folders = sorted((here / "outputs" / "tiny" / "multirun").iterdir())
    beside = json.loads((folders[-1] / "jobs.json").read_text())["jobs"]
    scores = [[(tuple(r["overrides"]), r["mean"]) for r in rows] for rows in (alone, beside)]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("name", ["2024", "null"])
def test_a_recipe_whose_name_reads_as_something_else_is_swept(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (here / "recipes" / "tiny.yaml").rename(here / "recipes" / f"{name}.yaml")
    assert main(["run", name, "-m", "seed=1,2", "search.trials=1", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["jobs"]
    assert sorted(row["overrides"] for row in rows) == [["seed=1"], ["seed=2"]]


def test_changed_data_begins_a_new_multirun_and_keeps_the_old_figures(here: Path) -> None:
    rows = "".join(f"{i},{i * 7 % 5},{'ab'[i % 2]}\n" for i in range(40))
    (here / "data.csv").write_text(f"n,m,y\n{rows}", "utf-8")
    words = [*SWEEP[:-1], "search.trials=1", "data.source=data.csv", "data.target=y"]
    assert main(words) == 0
    (here / "data.csv").write_text(f"n,m,y\n{rows}9,9,a\n", "utf-8")
    assert main(words) == 0
    folders = list((here / "outputs" / "tiny" / "multirun").iterdir())
    assert len(folders) == 2
    assert all((folder / "jobs.json").is_file() for folder in folders)


def test_a_multirun_can_be_shown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(SWEEP)
    folder = str(_multirun(here))
    capsys.readouterr()
    assert main(["show", folder]) == 0
    assert "Means over seeds" in capsys.readouterr().out
    assert main(["show", folder, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["jobs"]) == 4
