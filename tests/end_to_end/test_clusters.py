"""The same recipe on this machine, on a cluster of Dask and on one of Ray."""

import json
import os
import signal
import time

import numpy as np
import pytest

from engine.testing.clusters import cluster
from engine.testing.executor import ended as gone
from tests.end_to_end.command import ROOT, card, ended, engine, good, interrupt_twice, start

RECIPE = """\
data: {source: "sklearn:breast_cancer", target: target}
model:
  linear:
  decision_tree:
search: {trials: 12}
evaluation: {folds: 3}
"""
SLOW = """\
data: {source: data.csv, target: y}
model: [mlp]
search: {trials: 12, sampler: random}
evaluation: {folds: 3, metric: log_loss}
"""
SAME = ("index", "values", "state", "scores", "rounds", "error", "same_as")

pytestmark = pytest.mark.slow


@pytest.fixture
def write(tmp_path):
    """Lay the recipe in a folder of that name."""

    def into(name, text=RECIPE):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "r.yaml").write_text(text, "utf-8")
        rows = [f"{n % 13},{n * 7 % 11},{n % 3},{n % 13 > n * 7 % 11}" for n in range(900)]
        (folder / "data.csv").write_text("\n".join(["a,b,c,y", *rows]) + "\n", "utf-8")
        return folder

    return into


@pytest.fixture
def there(tmp_path_factory):
    """A cluster of Dask with two workers."""
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as found:
        yield found


def store(folder):
    (found,) = (folder / "outputs" / ".store").glob("search-*")
    return found


def trials(folder):
    """What must be the same wherever fits were run."""
    lines = (store(folder) / "trials.jsonl").read_text("utf-8").splitlines()
    return [{key: trial.get(key) for key in SAME} for trial in map(json.loads, lines)]


def predictions(folder):
    found = {}
    for path in sorted((store(folder) / "units").glob("*.npz")):
        with np.load(path) as arrays:
            found[path.name] = {n: arrays[n].tobytes() for n in ("value", "probability")}
    return found


@pytest.fixture
def alone(write):
    """What one worker on this machine finds."""
    folder = write("alone")
    good("run", "r.yaml", folder=folder)
    found = trials(folder)
    assert len(found) == 12
    assert {trial["state"] for trial in found} == {"complete"}
    return found, predictions(folder), card(folder, "r")["holdout"]


def same(folder, alone):
    assert trials(folder) == alone[0]
    assert predictions(folder) == alone[1]
    assert card(folder, "r")["holdout"] == alone[2]


def test_trials_and_scores_are_the_same_wherever_fits_are_run(write, alone, there):
    for name, words in {
        "two": ["compute.workers=2"],
        "own": ["compute=dask", "compute.workers=2"],
        "there": ["compute=dask", f"compute.address={there.address}"],
    }.items():
        folder = write(name)
        good("run", "r.yaml", *words, folder=folder)
        same(folder, alone)


def test_and_on_a_cluster_of_ray(write, alone, ray_folder):
    folder = write("ray")
    path = os.pathsep.join([str(ROOT), str(ray_folder)])
    words = ("run", "r.yaml", "compute=ray", "compute.workers=2")
    run = ended(start(*words, folder=folder, PYTHONPATH=path), 300)
    assert run.code == 0, run.err
    same(folder, alone)


def wait_for_units(folder, count):
    end = time.monotonic() + 90
    while len([*(folder / "outputs" / ".store").glob("search-*/units/*.npz")]) < count:
        assert time.monotonic() < end, "the search did not begin"
        time.sleep(0.02)


def test_a_worker_that_is_killed_costs_nothing_but_its_unit(write, there):
    folder = write("killed", SLOW)
    words = ("compute=dask", f"compute.address={there.address}")
    process = start("run", "r.yaml", *words, folder=folder)
    wait_for_units(folder, 4)
    there.kill(0)
    run = ended(process, 240)
    assert run.code == 0, run.err
    whole = write("whole", SLOW)
    good("run", "r.yaml", folder=whole)
    assert trials(folder) == trials(whole)
    assert len(predictions(folder)) == 36


def test_a_run_that_is_killed_is_carried_on_with_another_executor(write, there):
    folder = write("carried", SLOW)
    words = ("compute=dask", "compute.workers=2")
    process = start("run", "r.yaml", *words, folder=folder)
    wait_for_units(folder, 4)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = {path.name: path.stat().st_mtime_ns for path in (store(folder) / "units").iterdir()}
    good("run", "r.yaml", "compute=dask", f"compute.address={there.address}", folder=folder)
    after = {path.name: path.stat().st_mtime_ns for path in (store(folder) / "units").iterdir()}
    assert {name: after[name] for name in before} == before, "what was done is not done again"
    assert len(after) == 36


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_its_cluster_and_says_how_to_go_on(write, sent):
    folder = write("stopped", SLOW)
    words = ("compute=dask", "compute.workers=2", "search.trials=1000")
    process = start("run", "r.yaml", *words, folder=folder)
    wait_for_units(folder, 3)
    started = members(process.pid)
    if sent == signal.SIGINT:
        interrupt_twice(process, folder / "outputs" / "r")
    else:
        os.killpg(process.pid, sent)
    run = ended(process)
    assert run.code == 128 + sent, run.err
    assert "same command" in run.err
    assert "Traceback" not in run.err
    assert len(started) > 3
    assert all(gone(one) for one in started)


def members(group):
    """Return the processes of a group."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != group:
            try:
                found += [int(entry)] if os.getpgid(int(entry)) == group else []
            except ProcessLookupError:
                continue
    return found


def test_a_cluster_that_is_not_there_is_an_error_that_can_be_mended(write):
    folder = write("nobody")
    words = ("compute=dask", "compute.address=tcp://127.0.0.1:9")
    begun = time.monotonic()
    run = engine("run", "r.yaml", *words, folder=folder)
    assert run.code == 2
    assert "compute.address: no scheduler of Dask can be reached at tcp://127.0.0.1:9" in run.err
    assert time.monotonic() - begun < 60


def test_a_plan_says_who_runs_the_fits(write):
    folder = write("planned")
    words = ("compute=dask", "compute.address=tcp://127.0.0.1:9")
    out = good("plan", "r.yaml", *words, folder=folder).out
    assert "dask at tcp://127.0.0.1:9: as many fits as there is room for at once" in out
    assert (
        "dask on this machine: 1 fit at once, 1 thread each"
        in good("plan", "r.yaml", "compute=dask", "compute.workers=1", folder=folder).out
    )


def test_a_plan_says_which_families_use_a_gpu_and_that_there_is_none(write, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    folder = write("gpu", RECIPE.replace("decision_tree", "xgboost"))
    found = good("plan", "r.yaml", "compute=gpu", folder=folder)
    assert "used by xgboost; not linear" in found.out
    assert "nvidia-smi was looked for, and is not here" in found.out + found.err
    run = engine("run", "r.yaml", "compute=gpu", folder=folder)
    assert run.code == 2
    assert "compute.device: there is no GPU to use here" in run.err


def test_more_workers_than_cores_are_cut_down_and_that_is_told(write):
    folder = write("many")
    words = ("compute.workers=99", "compute.threads=7", "search.trials=2")
    out = good("plan", "r.yaml", *words, folder=folder)
    assert "compute.workers is 99, and so many run side by side as there are" in out.out + out.err
    run = good("run", "r.yaml", *words, folder=folder)
    assert "compute.workers is 99, and so many run side by side as there are" in run.err
    assert "compute.threads is 7" in run.err
