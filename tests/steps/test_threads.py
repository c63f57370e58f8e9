"""How many threads a fit has in a real worker."""

import os
import threading

import numpy as np
import pytest

from engine.executors import local
from engine.recipe.space import default
from engine.steps import cores, unit
from engine.steps.assemble import spaces
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe

FAMILIES = {
    "xgboost": family_tree("xgboost", n_estimators=150),
    "random_forest": family_tree("random_forest", n_estimators=150),
}


def threads_of_a_fit(candidate, fold):
    """Fit a unit of the attached study; return how many threads worked at once, look by look."""
    found, done = [], threading.Event()

    def watch():
        while not done.wait(0.002):
            found.append(_working())

    watcher = threading.Thread(target=watch)
    watcher.start()
    outcome = unit.fit_attached(candidate, fold)
    done.set()
    watcher.join()
    return found, outcome.error


def _working():
    """Count the threads of this process that run, or would if there were a core for them."""
    own, count = str(threading.get_native_id()), 0
    for name in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{name}/stat") as file:
                state = file.read().rpartition(")")[2].split()[0]
        except OSError:  # it has just ended
            continue
        count += state == "R" and name != own
    return count


def looked_at(folder, family, compute, threads=None):
    """Return how many threads of a worker worked at once, whenever any did, and the workers."""
    made = Steps(recipe({family: FAMILIES[family]}, compute=compute), mixed(3000), folder)
    made.run("assemble")
    workers, shared = cores.shared(made.recipe, 3000)
    folders = {step: str(made.folder(step)) for step in ("split", "assemble")}
    given = (made.recipe.model_dump(), "roc_auc", workers, threads or shared)
    candidate = spaces(made.recipe, True)[0].candidate(default)
    executor = local.start(workers, unit.attach, given, folders=folders)
    begun = [executor.submit(threads_of_a_fit, candidate, fold) for fold in range(4)]
    found = [future.result(240) for future in begun]
    executor.shutdown()
    assert {error for _, error in found} == {""}
    looks = np.concatenate([looks for looks, _ in found])
    return looks[looks > 0].mean(), workers, shared


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("asked", "each"), [(1, 1), (2, 2), (9, 2)])
def test_fits_have_as_many_threads_as_are_shared_out(tmp_path, monkeypatch, family, asked, each):
    monkeypatch.setattr(cores, "available_cores", lambda: 4)
    mean, workers, threads = looked_at(tmp_path, family, {"workers": 2, "threads": asked})
    assert (workers, threads) == (2, each)
    assert mean <= each + 0.5, "threads that end, wake or hand out work are caught at it too"


@pytest.mark.slow
def test_more_threads_would_be_noticed(tmp_path):
    mean, _, _ = looked_at(tmp_path, "random_forest", {}, threads=8)
    assert mean > 3
