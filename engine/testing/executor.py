"""What every executor promises: a row of the catalogue is picked up unlisted."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait

import pytest

from engine import catalogue
from engine.contracts import Executor, WorkerDiedError

EXECUTORS = catalogue.names("executors")

_given: list[int] = []


def begin(number: int) -> None:
    """Initialise a worker."""
    _given.append(number)


def given(number: int) -> tuple[int, int]:
    """Return what the worker was initialised with, and the argument."""
    return _given[-1], number


def fail(text: str) -> None:
    """Raise a ValueError."""
    raise ValueError(text)


def sleep(seconds: float) -> int:
    """Sleep, and return the process that did."""
    time.sleep(seconds)
    return os.getpid()


def die() -> None:
    """Come to an end as a process that the system kills."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(params=[(name, workers) for name in EXECUTORS for workers in (1, 2)], ids=str)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Each executor with one worker and with two."""
    name, workers = request.param
    found = catalogue.find("executors", name).start(workers, begin, (7,))
    yield found
    found.shutdown(cancel=True)


@pytest.fixture(params=[(name, workers) for name in EXECUTORS for workers in (1, 2)], ids=str)
def apart(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Each executor whose units may be stopped."""
    name, workers = request.param
    found = catalogue.find("executors", name).start(workers, begin, (7,), apart=True)
    yield found
    found.shutdown(cancel=True)


class ExecutorSuite:
    """Promises of an executor."""

    def test_runs_units_in_workers_that_were_initialised(self, executor: Executor) -> None:
        futures = [executor.submit(given, number) for number in range(6)]
        assert [future.result(60) for future in futures] == [(7, number) for number in range(6)]
        assert executor.workers in (1, 2)

    def test_an_error_is_carried_by_the_future(self, executor: Executor) -> None:
        future = executor.submit(fail, "no such thing")
        with pytest.raises(ValueError, match="no such thing"):
            future.result(60)
        assert executor.submit(given, 1).result(60) == (7, 1), "it goes on"

    def test_futures_can_be_waited_for_together(self, executor: Executor) -> None:
        futures: list[Future[int]] = [executor.submit(sleep, 0.01) for _ in range(4)]
        assert wait(futures, timeout=60).done == set(futures)

    def test_shutting_down_drops_what_has_not_begun(self, executor: Executor) -> None:
        futures = [executor.submit(sleep, 0.05) for _ in range(20)]
        executor.shutdown(cancel=True)
        assert all(future.done() for future in futures)
        if executor.workers > 1:
            assert any(isinstance(f.exception(), WorkerDiedError) for f in futures)

    def test_a_unit_that_takes_too_long_is_stopped_and_the_others_are_not(
        self, apart: Executor
    ) -> None:
        hanging = apart.submit(sleep, 600.0, deadline=0.5)
        others = [apart.submit(given, number, deadline=60) for number in range(4)]
        with pytest.raises(TimeoutError, match=r"0\.5 s"):
            hanging.result(60)
        assert [future.result(60) for future in others] == [(7, number) for number in range(4)]

    def test_a_unit_whose_process_dies_says_so_and_the_others_go_on(self, apart: Executor) -> None:
        lost = apart.submit(die)
        others = [apart.submit(given, number) for number in range(4)]
        with pytest.raises(WorkerDiedError, match="SIGKILL"):
            lost.result(60)
        assert [future.result(60) for future in others] == [(7, number) for number in range(4)]

    def test_what_runs_is_stopped_when_it_is_shut_down(self, apart: Executor) -> None:
        apart.submit(given, 1).result(60)
        hanging = apart.submit(sleep, 600.0)
        begun = time.monotonic()
        apart.shutdown(cancel=True)
        assert hanging.done()
        assert time.monotonic() - begun < 60
