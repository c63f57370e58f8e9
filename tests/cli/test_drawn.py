"""``engine run -m hydra/sweeper=optuna``: jobs drawn from what earlier ones have scored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.cli import main
from engine.search import driver

ROOT = Path(__file__).resolve().parents[2]

RECIPE = """
data: {source: "sklearn:iris", target: target}
model: [decision_tree]
search: {trials: 7}
evaluation: {folds: 2, metric: accuracy}
"""
DEPTH = "model.decision_tree.params.max_depth"
LEAF = "model.decision_tree.params.min_samples_leaf"
SWEEP = ["run", "tiny", "-m", "hydra/sweeper=optuna", f"{DEPTH}=range(1,4)", f"{LEAF}=choice(1,20)"]
FOUR = [*SWEEP, "hydra.sweeper.n_trials=4"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a small recipe."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "tiny.yaml").write_text(RECIPE, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _folders(here: Path) -> list[Path]:
    return sorted((here / "outputs" / "tiny" / "multirun").iterdir())


def _board(here: Path) -> list[dict[str, Any]]:
    (folder,) = _folders(here)
    return list(json.loads((folder / "jobs.json").read_text("utf-8"))["jobs"])


def _best(here: Path) -> dict[str, Any]:
    (folder,) = _folders(here)
    return dict(yaml.safe_load((folder / "optimization_results.yaml").read_text("utf-8")))


def test_the_best_job_is_found_and_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(FOUR) == 0
    assert "no search within a job" in capsys.readouterr().err
    board, best = _board(here), _best(here)
    means = [row["mean"] for row in board]
    assert means == sorted(means, reverse=True)  # accuracy: more is better
    assert len(set(means)) > 1
    assert best["best_value"] == means[0]
    assert board[0]["overrides"] == [f"{key}={best['best_params'][key]}" for key in (DEPTH, LEAF)]
    cards = [_folders(here)[0] / str(number) / "scorecard.json" for number in range(4)]
    assert [json.loads(card.read_text("utf-8"))["trials"] for card in cards] == [1] * 4


@pytest.mark.slow
def test_the_same_command_skips_what_is_done_and_more_jobs_are_added(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(FOUR)
    before = _board(here)
    assert main([*SWEEP, "hydra.sweeper.n_trials=6", "hydra.sweeper.n_jobs=3"]) == 0
    assert capsys.readouterr().err.count("done already") == 4
    after = {row["job"]: row["overrides"] for row in _board(here)}
    assert len(after) == 6
    assert all(after[row["job"]] == row["overrides"] for row in before)
    monkeypatch.setattr(driver.Driver, "run", None)
    assert main(FOUR) == 0  # nothing is searched again
    assert len(_board(here)) == 4


@pytest.mark.slow
def test_a_study_that_is_kept_is_carried_on(here: Path) -> None:
    kept = ["hydra.sweeper.storage=sqlite:///study.db", "hydra.sweeper.study_name=s"]
    main([*FOUR, *kept])
    before = _board(here)
    assert main([*FOUR, *kept]) == 0
    assert _board(here) == before
    assert main([*SWEEP, "hydra.sweeper.n_trials=5", *kept]) == 0
    assert sorted(row["job"] for row in _board(here)) == [0, 1, 2, 3, 4]


KEPT = ["hydra.sweeper.storage=sqlite:///study.db", "hydra.sweeper.study_name=s"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["evaluation.metric=log_loss"], "evaluation.metric: accuracy -> log_loss"),
        (["evaluation.folds=3"], "evaluation.folds: 2 -> 3"),
        (["search.trials=3"], "search.trials is new"),
        (["model.decision_tree.params.ccp_alpha=0.5"], "model.decision_tree.params.ccp_alpha: "),
        ([f"{LEAF}=9"], f"{LEAF} is new"),
        (["--fresh"], "--fresh begins anew, and the study 's' is kept"),
    ],
)
def test_a_study_of_something_else_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    two = [*SWEEP, *KEPT, "hydra.sweeper.n_trials=2"]
    assert main(two) == 0
    if told.startswith(DEPTH[:5]) and words[0].startswith(LEAF):
        two.remove(f"{LEAF}=choice(1,20)")
    assert main([*two, *words]) == 2
    printed = capsys.readouterr().err
    assert told in printed
    assert "another hydra.sweeper.study_name" in printed
    assert len(_board(here)) == 2  # in the only folder there is


def test_other_data_are_something_else_to_a_study(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(f"{n},{n % 7},{'ab'[n % 2]}" for n in range(80))
    words = [*SWEEP, *KEPT, "data.source=rows.csv", "data.target=c", "hydra.sweeper.n_trials=1"]
    (here / "rows.csv").write_text(f"a,b,c\n{rows}\n", "utf-8")
    assert main(words) == 0
    (here / "rows.csv").write_text(f"a,b,c\n{rows}\n80,1,a\n", "utf-8")
    assert main(words) == 2
    assert "data.content: " in capsys.readouterr().err


def test_a_full_study_shows_the_jobs_it_holds_whatever_their_ranges(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*SWEEP[:4], *KEPT]
    assert main([*words, f"{DEPTH}=range(1,3)", "hydra.sweeper.n_trials=3"]) == 0
    assert main([*words, f"{DEPTH}=range(2,5)", "hydra.sweeper.n_trials=2"]) == 0
    assert [row["job"] for row in _board(here)] == [0, 1, 2]
    (here / "outputs").rename(here / "elsewhere")
    capsys.readouterr()
    assert main([*words, f"{DEPTH}=range(1,3)", "hydra.sweeper.n_trials=3"]) == 2
    assert "no job left to run, and none of its jobs is in outputs/tiny" in capsys.readouterr().err
    assert main([*words, f"{DEPTH}=range(1,3)", "hydra.sweeper.n_trials=4"]) == 0
    assert "3 earlier jobs of the study not shown" in capsys.readouterr().err
    (here / "study.db").unlink()
    assert main([*words, f"{DEPTH}=range(1,3)", "hydra.sweeper.n_trials=2"]) == 0
    assert [row["job"] for row in _board(here)] == [0, 1]  # 3 was of another study of that name


def test_ranges_may_stand_in_the_recipe_and_the_command_line_wins(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweeper = {"params": {DEPTH: "range(1,9)", LEAF: "choice(1,2)"}, "n_trials": 3}
    tree = {**yaml.safe_load(RECIPE), "hydra": {"sweeper": sweeper}}
    tree["defaults"] = [{"override /hydra/sweeper": "optuna"}, {"override /model": "decision_tree"}]
    del tree["model"]
    text = "# @package _global_\n" + yaml.safe_dump(tree)
    (here / "recipes" / "tiny.yaml").write_text(text, "utf-8")
    assert main(["plan", "tiny", "-m", f"{DEPTH}=range(2,3)", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["ranges"] == {LEAF: ["1", "2"], DEPTH: ["2", "3"]}
    assert (plan["jobs"], plan["trials_per_job"], plan["fits_per_job"]) == (3, 1, 2)
    assert main(["run", "tiny", "-m", f"{DEPTH}=2"]) == 0
    assert set(_best(here)["best_params"]) == {LEAF}


@pytest.mark.parametrize(
    ("sweeper", "words"),
    [
        ("n_trials: 3", ["hydra/sweeper=optuna"]),
        ("use: optuna, n_trials: 3, sampler: random", []),
        ("use: optuna, n_trials: 3, sampler: {use: tpe, n_startup_trials: 2}", []),
        ("n_trials: 3, sampler: {use: grid}", ["hydra/sweeper=optuna"]),
    ],
)
def test_ranges_may_stand_in_a_short_recipe(
    here: Path, capsys: pytest.CaptureFixture[str], sweeper: str, words: list[str]
) -> None:
    params = f'params: {{{DEPTH}: "range(2, 8)"}}'
    text = f"{RECIPE}hydra: {{sweeper: {{{sweeper}, {params}}}}}\n"
    (here / "recipes" / "tiny.yaml").write_text(text, "utf-8")
    assert main(["check", "tiny"]) == 0
    capsys.readouterr()
    assert main(["plan", "tiny", "-m", *words, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["jobs"], plan["ranges"]) == (3, {DEPTH: ["2", "8"]})
    assert main(["run", "tiny", "-m", *words]) == 0
    assert len(_board(here)) == 3
    assert set(_best(here)["best_params"]) == {DEPTH}


@pytest.mark.parametrize(
    ("hydra", "told"),
    [
        ("{sweeper: {use: optun}}", "tiny.yaml:6: there is no option of hydra/sweeper 'optun'"),
        ("{sweeper: {use: optuna, sampler: tpi}}", "no option of hydra/sweeper/sampler 'tpi'"),
        ("{sweeper: {n_trails: 3}}", "tiny.yaml:6: there is no key 'n_trails' in `hydra.sweeper`"),
        ("{sweeper: {use: optuna, n_trials: many}}", "'many'; a whole number was expected"),
        ("{launcher: jobs}", "there is no option of hydra/launcher 'jobs'"),
    ],
)
def test_faults_of_who_makes_jobs_are_told_with_their_line(
    here: Path, capsys: pytest.CaptureFixture[str], hydra: str, told: str
) -> None:
    (here / "recipes" / "tiny.yaml").write_text(f"{RECIPE}hydra: {hydra}\n", "utf-8")
    assert main(["check", "tiny"]) == 2
    assert told in capsys.readouterr().err


def test_settings_of_a_sweeper_that_is_not_chosen(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"{RECIPE}hydra: {{sweeper: {{n_trials: 3}}}}\n"
    (here / "recipes" / "tiny.yaml").write_text(text, "utf-8")
    assert main(["run", "tiny", "-m", "seed=1,2"]) == 2
    told = capsys.readouterr().err
    assert "tiny.yaml:6: the recipe's `hydra.sweeper` has settings of a sweeper that is not" in told
    assert "hydra/sweeper=optuna, or `use: optuna`" in told


def test_the_search_within_a_job_is_on_where_it_is_asked_for(here: Path) -> None:
    words = [*SWEEP[:-1], "hydra.sweeper.n_trials=1", "search.trials=2", f"{LEAF}='range(1,9)'"]
    assert main(words) == 0
    card = _folders(here)[0] / "0" / "scorecard.json"
    assert json.loads(card.read_text("utf-8"))["trials"] == 2


def test_families_are_drawn_and_each_is_tried(here: Path) -> None:
    words = ["run", "tiny", "-m", "hydra/sweeper=optuna", "hydra/sweeper/sampler=grid"]
    assert main([*words, "model=linear,[decision_tree,dummy]"]) == 0
    assert {row["family"] for row in _board(here)} == {"linear", "decision_tree"}
    trials = [json.loads((p / "scorecard.json").read_text())["trials"] for p in _jobs(here)]
    assert sorted(trials) == [1, 2]


def _jobs(here: Path) -> list[Path]:
    return [path.parent for path in _folders(here)[0].glob("*/scorecard.json")]


def test_a_job_that_fails_is_told_and_the_others_go_on(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "tiny", "-m", "hydra/sweeper=optuna", "hydra/sweeper/sampler=grid"]
    assert main([*words, "data.target=target,nope"]) == 2
    assert "nope" in capsys.readouterr().err
    assert sum(bool(row["error"]) for row in _board(here)) == 1
    assert _best(here)["best_params"] == {"data.target": "target"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["model=choice(decision_tree,decision_twee)"], "did you mean"),
        (["evaluation.folds=range(1,3)"], "evaluation.folds"),
        (["evaluation.metric=accuracy,log_loss"], "scores of several metrics cannot be compared"),
        ([], "nothing is drawn, and all jobs would be alike"),
        ([f"{DEPTH}=1,2", "hydra.sweeper.direction=[maximize,minimize]"], "1 metric (accuracy)"),
        ([f"{DEPTH}=1,2", "hydra.sweeper.direction=minimize"], "accuracy has the direction max"),
        ([f"{DEPTH}=1,2", "hydra.sweeper.storage=sqlite:////no/x.db"], "/no/x.db cannot be opened"),
        ([f"{DEPTH}=range(3,1)"], f"{DEPTH}=range(3,1)"),
        (["hydra.sweeper.n_trial=3"], "n_trial"),
        (["hydra/sweeper/sampler=tpi"], "did you mean"),
        (["hydra/sweeper/sampler=grid", "seed=interval(0,1)"], "seed"),
        (["+hydra.sweeper.params={search.trails: 3}"], "hydra.sweeper.params: there is no key"),
        (["+hydra.sweeper.search_space={seed: {type: int}}"], "hydra.sweeper.params"),
    ],
)
def test_a_fault_in_any_job_is_told_before_the_first_begins(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["run", "tiny", "-m", "hydra/sweeper=optuna", *words]) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert "job 1" not in printed.err
    assert "++" not in printed.err
    assert "fault of the engine" not in printed.err
    assert not list(Path().glob("outputs/tiny/multirun/*"))


def test_several_metrics_give_the_pareto_front(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = ["run", "tiny", "-m", "hydra/sweeper=optuna", "hydra/sweeper/sampler=grid"]
    words = [*grid, f"{DEPTH}=1,3,9", f"{LEAF}=1,20", "evaluation.metrics=[log_loss,brier]"]
    assert main([*words, "hydra.sweeper.direction=[maximize,maximize]"]) == 2
    told = capsys.readouterr().err
    assert "log_loss has the direction minimize, not maximize" in told
    assert "hydra.sweeper.direction=[maximize,minimize]" in told
    assert main([*words, "hydra.sweeper.direction=[maximize,minimize]"]) == 0
    printed = capsys.readouterr().out
    assert "Pareto front" in printed
    assert "brier" not in printed
    board = _board(here)
    points = {row["job"]: (-row["means"]["accuracy"], row["means"]["log_loss"]) for row in board}
    front = {
        job
        for job, (a, b) in points.items()
        if not any(c <= a and d <= b and (c, d) != (a, b) for c, d in points.values())
    }
    assert {row["job"] for row in board if row["front"]} == front
    assert 0 < len(front) < len(board) == 6
    solutions = sorted(tuple(s["values"]) for s in _best(here)["solutions"])
    assert solutions == sorted((-points[job][0], points[job][1]) for job in front)


def test_a_recipe_cannot_name_a_function_that_draws(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = RECIPE + "hydra: {sweeper: {custom_search_space: os.abort}}\n"
    (here / "recipes" / "tiny.yaml").write_text(text, "utf-8")
    assert main(["check", "tiny"]) == 2
    assert "tiny.yaml:6: `custom_search_space` is not allowed" in capsys.readouterr().err


@pytest.mark.slow
def test_the_joblib_launcher_gives_the_same_jobs(here: Path) -> None:
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    main(FOUR)
    alone = [(row["job"], row["overrides"], row["mean"]) for row in _board(here)]
    words = [sys.executable, "-m", "engine", *FOUR, "--fresh", "hydra/launcher=joblib"]
    # joblib keeps its workers, and the folder they work in, as long as the process lives
    subprocess.run(words, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    board = json.loads((_folders(here)[-1] / "jobs.json").read_text("utf-8"))["jobs"]
    assert [(row["job"], row["overrides"], row["mean"]) for row in board] == alone
