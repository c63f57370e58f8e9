"""Workers of a real cluster of Dask that fit one model together."""

import time

import numpy as np
import pytest

from engine.contracts import WorkerDiedError
from engine.errors import SearchError
from engine.executors import dask
from engine.testing.clusters import cluster
from tests.steps.test_pages import TARGETS, made

pytestmark = pytest.mark.slow
WORKERS = {"executor": "dask", "workers": 2}


@pytest.mark.parametrize(
    ("target", "weight"), [*((name, None) for name in TARGETS), ("binary", "w")]
)
def test_scores_are_those_of_a_run_in_memory(tmp_path, target, weight):
    found = []
    for where in ("memory", "cluster"):
        steps = made(tmp_path, where, target=target, data={"weight": weight}, compute=WORKERS)
        steps.run("pack")
        found.append(steps)
    memory, shared = found
    assert shared["search"].best.mean == pytest.approx(memory["search"].best.mean, rel=0.02)
    assert shared["search"].best.rounds != (120, 120, 120), "it stops early"
    rows = memory["assemble"].take(memory["split"].holdout)
    one, other = (steps["refit"].pipeline.predict(rows).astype(float) for steps in found)
    assert np.corrcoef(one, other)[0, 1] > 0.9
    assert type(shared["refit"].pipeline["model"]) is type(memory["refit"].pipeline["model"])


def test_each_worker_has_a_part_of_the_rows(tmp_path):
    with cluster(tmp_path) as found:
        found.hire(2)
        with dask.together(1, 1, None, found.address) as workers:
            workers.client.wait_for_workers(2)
        with dask.together(1, 1, None, found.address) as workers, workers.whole():
            assert workers.workers == 2
            blocks = [np.full((3, 2), number) for number in range(5)]
            whole = workers.array(iter(blocks))
            places = workers.client.who_has().values()
            assert {place for (place,) in places} == set(workers.names)
            np.testing.assert_array_equal(whole.compute(), np.concatenate(blocks))


def test_a_lost_worker_is_no_fault_of_what_was_fitted(tmp_path):
    with cluster(tmp_path) as found:
        found.hire(2)
        with dask.together(1, 1, None, found.address) as workers:
            workers.client.wait_for_workers(2)
            with pytest.raises(ValueError, match="its own"), workers.whole():
                raise ValueError("its own")
            with pytest.raises(WorkerDiedError, match="a worker of the cluster was lost"):
                lose(workers, found)


def lose(workers, found):
    with workers.whole():
        one = found.workers[0]
        one.kill()
        one.wait()
        end = time.monotonic() + 60
        while len(workers.client.nthreads()) > 1:
            assert time.monotonic() < end
            time.sleep(0.1)
        raise KeyError("what Dask says of it")


def test_a_cluster_without_workers_is_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr(dask, "HIRE", 0.5)
    with (
        cluster(tmp_path) as found,
        pytest.raises(SearchError, match="has no worker"),
        dask.together(1, 1, None, found.address),
    ):
        pass
