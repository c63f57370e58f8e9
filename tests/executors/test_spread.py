"""Who works on what, on a cluster that does as it is told."""

import time
from concurrent.futures import Future

import pytest

from engine.contracts import WorkerDiedError
from engine.errors import SearchError
from engine.executors import spread
from engine.executors.spread import Spread


class Told:
    """A cluster whose workers come, go and answer when the test says so."""

    def __init__(self, **slots):
        self.slots = slots
        self.begun = []
        self.error = None
        self.closed = 0

    def ready(self):
        if self.error:
            raise self.error
        return dict(self.slots)

    def begin(self, worker, function, args, deadline):
        future = Future()
        self.begun.append((worker, args[0], future))
        return future

    def answer(self, number, value=None):
        self.begun[number][2].set_result((True, value))

    def close(self):
        self.closed += 1


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(spread, "PERIOD", 0.01)


def until(told, seconds=20):
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_units_go_to_the_worker_with_the_most_room_and_the_others_wait():
    cluster = Told(a=1, b=2)
    executor = Spread(cluster, None, "here")
    futures = [executor.submit(print, number) for number in range(5)]
    assert [worker for worker, _, _ in cluster.begun] == ["b", "a", "b"]
    cluster.answer(1, "one")
    assert futures[1].result(0) == "one"
    assert cluster.begun[3][:2] == ("a", 3)
    executor.shutdown(cancel=True)
    assert isinstance(futures[4].exception(0), WorkerDiedError)
    assert cluster.closed == 1


def test_a_limit_holds_over_all_workers():
    cluster = Told(a=4, b=4)
    executor = Spread(cluster, 3, "here")
    for number in range(8):
        executor.submit(print, number)
    assert executor.workers == 3
    assert len(cluster.begun) == 3
    executor.shutdown(cancel=True)


def test_workers_that_come_are_given_what_waits_and_those_that_go_lose_it():
    cluster = Told(a=1)
    executor = Spread(cluster, None, "here")
    futures = [executor.submit(print, number) for number in range(3)]
    cluster.slots["b"] = 1
    until(lambda: len(cluster.begun) == 2)
    assert executor.workers == 2
    del cluster.slots["a"]
    assert "worker was lost" in str(futures[0].exception(20))
    assert executor.workers == 1
    cluster.answer(1)
    until(lambda: len(cluster.begun) == 3)
    assert cluster.begun[2][:2] == ("b", 2)
    executor.shutdown(cancel=True)


def test_a_unit_that_its_worker_does_not_stop_in_time_is_given_up(monkeypatch):
    monkeypatch.setattr(spread, "GRACE", 0.1)
    cluster = Told(a=1)
    executor = Spread(cluster, None, "here")
    hanging = executor.submit(print, 0, deadline=0.1)
    waiting = executor.submit(print, 1)
    assert isinstance(hanging.exception(20), TimeoutError)
    assert len(cluster.begun) == 1, "the worker is still busy with it"
    cluster.answer(0)
    until(lambda: len(cluster.begun) == 2)
    cluster.answer(1, "done")
    assert waiting.result(20) == "done"
    executor.shutdown()


def test_what_is_lost_with_the_cluster_is_no_fault_of_a_worker():
    cluster = Told(a=1)
    executor = Spread(cluster, None, "here")
    running, waiting = executor.submit(print, 0), executor.submit(print, 1)
    cluster.error = SearchError("it is gone")
    cluster.begun[0][2].set_exception(OSError("cut off"))
    assert running.exception(20) is waiting.exception(20) is cluster.error
    assert executor.submit(print, 2).exception(20) is cluster.error
    executor.shutdown(cancel=True)


def test_a_worker_that_cannot_be_told_to_begin_is_one_that_is_lost():
    cluster = Told(a=1)
    cluster.begin = lambda *args: {}["a"]
    executor = Spread(cluster, None, "here")
    assert isinstance(executor.submit(print, 0).exception(20), WorkerDiedError)
    executor.shutdown(cancel=True)


def test_a_cluster_that_breaks_is_told_whatever_it_breaks_with():
    cluster = Told(a=1)
    executor = Spread(cluster, None, "the cluster at h:1")
    running = executor.submit(print, 0)
    cluster.error = ZeroDivisionError("nonsense")
    with pytest.raises(SearchError, match="connection to the cluster at h:1 was lost: ZeroDiv"):
        running.result(20)
    executor.shutdown(cancel=True)


def test_a_unit_whose_worker_fails_to_answer_is_reported_while_the_cluster_goes_on():
    cluster = Told(a=1, b=1)
    executor = Spread(cluster, None, "here")
    running = executor.submit(print, 0)
    cluster.begun[0][2].set_exception(OSError("cut off"))
    assert isinstance(running.exception(20), WorkerDiedError)
    executor.shutdown(cancel=True)
