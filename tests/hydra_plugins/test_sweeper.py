"""Sweeps of an application of Hydra's, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
import yaml

from tests.hydra_plugins.application import ROOT, Application

SEED = "hydra.sweeper.sampler.seed=1"
RANGES = ("x=interval(-5,5)", "kind=choice(a,b,'c, d')")


def test_ranges_of_the_configuration_and_of_the_command_line(app: Application) -> None:
    app.configure(params={"x": "range(1,3)", "kind": "choice(a,b)"}, n_trials=40)
    printed = app.sweep("hydra/sweeper/sampler=grid", "x=range(2,4)", "hydra.sweeper.n_jobs=3")
    assert app.results == {"name": "optuna", "best_params": {"kind": "b", "x": 2}, "best_value": 0}
    assert sorted(app.jobs) == [f"{x} {kind}" for x in (2, 3, 4) for kind in "ab"]
    assert "The grid has 6 points" in printed
    assert (app.folder / "out" / "5" / ".hydra" / "overrides.yaml").exists()
    kept = yaml.safe_load((app.folder / "out" / "multirun.yaml").read_text("utf-8"))
    assert kept["hydra"]["sweeper"]["n_trials"] == 40


def test_several_objectives_give_the_pareto_front(app: Application) -> None:
    app.configure(direction=["minimize", "maximize"], n_trials=8, n_jobs=8)
    app.sweep("two=true", "x=range(0,7)", "hydra/sweeper/sampler=grid")
    found = sorted((s["params"]["x"], *s["values"]) for s in app.results["solutions"])
    assert found == [(x, (x - 2) ** 2 + 1, x) for x in range(2, 8)]


@pytest.mark.slow
def test_a_killed_sweep_is_carried_on_to_the_same_total(app: Application, tmp_path: Path) -> None:
    words = (*RANGES, SEED, "hydra.sweeper.n_trials=14", "hydra.sweeper.n_jobs=3")
    app.sweep(*words)
    whole = app.jobs
    (app.folder / "jobs.txt").unlink()
    kept = (*words, "hydra.sweeper.storage=sqlite:///study.db", "hydra.sweeper.study_name=s")
    app.sweep(*kept, "die_at=6", code=9)
    app.sweep(*kept)
    first, last = app.jobs[:6], app.jobs[6:]
    assert first == whole[:6]
    assert last == whole[3:]  # the batch that was killed is run again
    study = optuna.load_study(study_name="s", storage=f"sqlite:///{tmp_path}/study.db")
    assert [t.state.name for t in study.trials] == ["COMPLETE"] * 14
    app.sweep(*kept)
    assert app.jobs[6:] == last
    assert app.results["best_value"] == study.best_value


@pytest.mark.slow
def test_a_job_that_fails_ends_the_sweep_unless_it_may(app: Application) -> None:
    words = ("hydra/sweeper/sampler=grid", "kind=choice(a,bad,void)", "hydra.sweeper.n_jobs=3")
    printed = app.sweep(*words, code=1)
    assert "RuntimeError: a bad day" in printed or "which cannot be compared" in printed
    assert not (app.folder / "out" / "optimization_results.yaml").exists()
    app.sweep(*words, "hydra.sweeper.max_failure_rate=0.7")
    assert app.results["best_params"] == {"kind": "a"}
    app.sweep(*words, "hydra.sweeper.max_failure_rate=0.6", code=1)
    printed = app.sweep("kind=bad", "hydra.sweeper.max_failure_rate=1", code=1)
    assert "no job has returned a number" in printed
    assert "Traceback" not in printed


def test_parameters_may_be_drawn_by_a_function(app: Application) -> None:
    app.configure(custom_search_space="app.more", n_trials=3, params={"kind": "choice(a,b)"})
    app.sweep()
    drawn = app.results["best_params"]
    assert drawn.keys() == {"kind", "x", "+w"}
    assert 1 <= drawn["x"] <= 2
    assert "drawn, and fixed by an override: x" in app.sweep("x=4", code=1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["x=interval(2,1)"], "x=interval(2,1)"),
        (["hydra.sweeper.direction=up"], "minimize or maximize, or a list of these, not up"),
        (["hydra.sweeper.n_trials=0"], "hydra.sweeper.n_trials must be at least 1"),
        (["hydra.sweeper.max_failure_rate=2"], "lies between 0 and 1"),
        (["hydra.sweeper.sampler._target_=os.getcwd"], "hydra.sweeper.sampler"),
        (["hydra/sweeper/sampler=grid", "x=interval(1,2)"], "a grid cannot cover an interval"),
        (["two=true", "hydra.sweeper.direction=[minimize]"], "the job returned"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(
    app: Application, words: list[str], told: str
) -> None:
    assert told in app.sweep(*words, code=1)


def test_the_password_of_a_storage_is_not_printed(app: Application) -> None:
    url = "postgresql+nothing://ann:sesame@db/x"
    printed = app.sweep(f"hydra.sweeper.storage='{url}'", code=1)
    assert "sesame" not in printed


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////nowhere/x.db", "sqlite:////nowhere/x.db cannot be opened: "),
        ("postgresql+psycopg2x://ann:sesame@db/x", "psycopg2x://ann:***@db/x cannot be opened: "),
        ("ann:sesame@db", "the storage 'ann:***@db' cannot be opened: "),
        ("://ann:sesame@db", "the storage '://ann:***@db' cannot be opened: "),
    ],
)
def test_a_storage_that_cannot_be_opened_is_named(app: Application, url: str, told: str) -> None:
    printed = app.sweep("x=range(1,2)", f"hydra.sweeper.storage='{url}'", code=1)
    assert told in printed
    assert "Traceback" not in printed


def test_a_study_is_kept_for_one_thing(app: Application) -> None:
    kept = ("x=range(1,2)", "hydra.sweeper.storage=sqlite:///s.db", "hydra.sweeper.study_name=s")
    app.sweep(*kept, "hydra.sweeper.n_trials=1", "hydra.sweeper.identity={data: v1, by: cm}")
    app.sweep(*kept, "hydra.sweeper.n_trials=2", "hydra.sweeper.identity={data: v1, by: cm}")
    app.sweep(*kept, "hydra.sweeper.n_trials=3")  # who does not say is let
    printed = app.sweep(*kept, "hydra.sweeper.identity={data: v2, in: m}", code=1)
    assert "'s' stand for something else: data: v1 -> v2, by is gone, in is new; give" in printed
    other = (*kept[:2], "hydra.sweeper.study_name=t", "hydra.sweeper.n_trials=1")
    app.sweep(*other)
    assert "not what their results stand for" in app.sweep(
        *other, "hydra.sweeper.identity={data: v2}", code=1
    )


def test_jobs_that_are_all_alike_are_warned_of(app: Application) -> None:
    assert "all jobs are alike: give a range" in app.sweep("kind=b", "hydra.sweeper.n_trials=1")


def test_hydra_starts_without_optuna_and_says_where_the_older_plugin_lies(tmp_path: Path) -> None:
    code = "import sys; from hydra.core.plugins import Plugins; Plugins.instance(); "
    code += "print('optuna' in sys.modules, 'hydra_plugins.optuna_sweeper.sweeper' in sys.modules)"
    alone = _python(code, ROOT)
    assert "False True" in alone
    assert "hydra-optuna-sweeper" not in alone
    older = tmp_path / "hydra_plugins" / "hydra_optuna_sweeper"
    older.mkdir(parents=True)
    (older / "__init__.py").touch()
    assert "pip uninstall hydra-optuna-sweeper" in _python(code, ROOT, tmp_path)


def _python(code: str, *path: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(map(str, path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return ended.stdout


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["joblib", "ray"])
def test_any_launcher_runs_the_same_jobs(
    app: Application, launcher: str, request: pytest.FixtureRequest
) -> None:
    more = [str(request.getfixturevalue("ray_folder"))] if launcher == "ray" else []
    env = {"PYTHONPATH": os.pathsep.join([str(ROOT), *more])}
    words = (*RANGES, SEED, "hydra.sweeper.n_trials=6", "hydra.sweeper.n_jobs=3")
    app.sweep(*words)
    alone: list[Any] = [app.results, sorted(app.jobs)]
    (app.folder / "jobs.txt").unlink()
    one = ["+hydra.launcher.ray.init.num_cpus=1"] if launcher == "ray" else []
    log = f"log={app.folder / 'jobs.txt'}"
    app.sweep(*words, f"hydra/launcher={launcher}", log, *one, env=env)
    assert [app.results, sorted(app.jobs)] == alone
