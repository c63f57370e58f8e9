"""Jobs of one multirun at once: what they share in the store is done once, and never torn."""

import json
import os
import sqlite3
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from engine.plan.store import LIST, is_whole
from engine.search.record import SQLITE, TRIALS
from engine.steps import cores
from tests.end_to_end.command import ROOT, ended, engine, start

pytestmark = pytest.mark.slow

RECIPE = """
data: {source: "sklearn:breast_cancer", target: target}
model: [linear, decision_tree]
search: {trials: 6}
evaluation: {folds: 3}
"""
JOBS = ("run", "r.yaml", "-m", "seed=1,2", "problem.owner=ann,ben,eve")
"""Two studies: who owns a recipe changes nothing that is searched."""
STUDIES, EACH = 2, 3
EARLY = ("load", "expect", "split", "assemble", "inspect")
"""Steps that all jobs have in common."""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "r.yaml").write_text(RECIPE, "utf-8")
    return tmp_path


@pytest.fixture(params=["joblib", "ray"])
def launched(request, folder):
    """Run words by a launcher, all jobs at once."""
    alone = [request.getfixturevalue("ray_folder")] if request.param == "ray" else []
    path = os.pathsep.join(map(str, [ROOT, *alone]))
    own = {"joblib": "hydra.launcher.n_jobs=6", "ray": "+hydra.launcher.ray.init.num_cpus=6"}
    how = (f"hydra/launcher={request.param}", own[request.param])

    def run(*words):
        return ended(start(*words, *how, folder=folder, PYTHONPATH=path), 600)

    return run


def jobs(folder):
    (multirun,) = (folder / "outputs" / "r" / "multirun").iterdir()
    return [multirun / str(number) for number in range(STUDIES * EACH)]


def test_jobs_that_begin_at_once_share_what_they_have_in_common(launched, folder):
    found = launched(*JOBS, "--json")
    assert found.code == 0, found.err
    board = json.loads(found.out)
    assert [row["error"] for row in board["jobs"]] == [""] * STUDIES * EACH
    by_seed = {(row["overrides"][0], row["mean"]) for row in board["jobs"]}
    assert len(by_seed) == STUDIES, "the same study has the same scores"
    assert found.err.count("; waiting for it to end") >= 1

    _assert_done_once(folder)
    _assert_whole(folder / "outputs" / ".store")
    assert not list((folder / "outputs").rglob(".running-*"))
    again = launched(*JOBS)
    assert again.code == 0, again.err
    assert again.err.count(": done already") == STUDIES * EACH
    alone = engine("run", "r.yaml", "seed=1", "--json", folder=folder)
    assert alone.code == 0, "what several have written serves one by itself"
    assert "search: done already" in alone.err


def _assert_done_once(folder):
    """Trials are told by one job of each study; the others find its later steps done."""
    trials, shared, done = Counter(), Counter(), Counter()
    for job in jobs(folder):
        steps = json.loads((job / "plan.json").read_text("utf-8"))["steps"]
        (study,) = (step["fingerprint"] for step in steps if step["name"] == "search")
        trials[study] += (job / "log.txt").read_text("utf-8").count("trial_finished")
        for step in steps:
            key = step["name"], step["fingerprint"]
            shared[key] += 1
            done[key] += step["state"] == "done now"
    assert list(trials.values()) == [6] * STUDIES
    counts = {name: [n for (step, _), n in shared.items() if step == name] for name, _ in shared}
    assert all(counts[name] == [STUDIES * EACH] for name in EARLY)
    assert counts["search"] == [EACH] * STUDIES
    for name in ("choose", "refit", "evaluate"):
        assert {n for (step, _), n in done.items() if step == name} == {1}


def _assert_whole(store):
    assert not list(store.glob(".*")), "no folder half written, and no lock"
    assert not list(store.rglob("*.partial"))
    results = [path for path in store.iterdir() if path.is_dir()]
    assert {path.name.partition("-")[0] for path in results} >= {*EARLY, "search", "pack"}
    for result in results:
        assert (result / TRIALS).exists() or (is_whole(result) and (result / LIST).exists())
    for path in store.rglob("*"):
        if path.is_file():
            _read(path)


def _read(path):
    """Read a file to its end, by what it is."""
    content = path.read_bytes()
    match path.suffix:
        case ".json":
            json.loads(content)
        case ".jsonl":
            assert content.endswith(b"\n")
            [json.loads(line) for line in content.splitlines()]
        case ".parquet":
            pd.read_parquet(path)
        case ".npy":
            np.load(path, allow_pickle=False)
        case ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                [arrays[name] for name in arrays]
    if path.name == SQLITE:
        with sqlite3.connect(path) as study:
            assert study.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_jobs_side_by_side_share_the_cores(folder):
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    workers = max(2, cores.available_cores())
    words = (f"compute.workers={workers}", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    found = ended(start("run", "r.yaml", "-m", "seed=1,2", *words, folder=folder), 300)
    assert found.code == 0, found.err
    share = max(1, cores.available_cores() // 2)
    said = f"compute.workers is {workers}, and 2 jobs side by side share the cores: it is {share} "
    assert found.err.count(said) == 1
