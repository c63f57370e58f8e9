"""What every executor promises: a row of the catalogue is picked up unlisted."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import catalogue
from engine.contracts import Executor, WorkerDiedError

EXECUTORS = [  # those that need a library of their own take their time to start
    pytest.param(name, marks=[pytest.mark.slow] if "needs" in row else [])
    for name, row in sorted(catalogue.rows("executors").items())
]
MEMORY = 1_000_000_000

_given: list[Any] = []


def begin(*args: Any) -> None:
    """Initialise a process."""
    _given.append(args)


def given(number: int) -> tuple[int, int]:
    """Return what the process was initialised with, and the argument."""
    return _given[-1][0], number


def initialised() -> tuple[int, int]:
    """Return this process, and how often it was initialised."""
    time.sleep(0.05)
    return os.getpid(), len(_given)


def read() -> tuple[str, str]:
    """Return where the folder lies that the process was told of, and what is in it."""
    time.sleep(0.02)
    place = Path(_given[-1][-1]["rows"])
    return str(place), (place / "below" / "rows.txt").read_text("utf-8")


class OwnError(Exception):
    """An error of a unit's own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def fail(text: str) -> None:
    """Raise a ValueError."""
    raise ValueError(text)


def fail_in_its_own_way(number: int) -> None:
    """Raise an error that the executor cannot know."""
    raise OwnError(number)


def fail_by_its_own_clock() -> None:
    """Raise what an executor raises, without its doing."""
    raise TimeoutError("the database did not answer")


def sleep(seconds: float) -> int:
    """Sleep, and return the process that did."""
    time.sleep(seconds)
    return os.getpid()


def die() -> None:
    """Come to an end as a process that the system kills."""
    os.kill(os.getpid(), signal.SIGKILL)


def note(path: str) -> None:
    """Write down which process this is, and work for ever."""
    Path(path).write_text(str(os.getpid()), "utf-8")
    time.sleep(600)


def eat(megabytes: int) -> float:
    """Need so much memory."""
    return float(np.ones(megabytes * 125_000).sum())


def ignores_interrupts() -> bool:
    """Whether a Ctrl-C, which reaches all processes of a terminal, would pass by this one."""
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def start(name: str, workers: int, **more: Any) -> Executor:
    """Start an executor whose library is there; else the test is skipped."""
    for package in catalogue.rows("executors")[name].get("needs", {}):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    found: Executor = catalogue.find("executors", name).start(workers, begin, (7,), **more)
    return found


Started = Callable[..., Executor]


@pytest.fixture(params=EXECUTORS)
def started(request: pytest.FixtureRequest) -> Iterator[Started]:
    """Start each executor; all are shut down in the end."""
    begun: list[Executor] = []

    def begin_one(workers: int = 2, **more: Any) -> Executor:
        begun.append(start(request.param, workers, **more))
        return begun[-1]

    yield begin_one
    for executor in begun:
        executor.shutdown(cancel=True)


@pytest.fixture(
    params=[pytest.param((one.values[0], n), marks=one.marks) for one in EXECUTORS for n in (1, 2)],
    ids=str,
    scope="module",
)
def place(request: pytest.FixtureRequest) -> tuple[str, int]:
    """Each executor with one worker and with two."""
    found: tuple[str, int] = request.param
    return found


@pytest.fixture(scope="module")
def executor(place: tuple[str, int]) -> Iterator[Executor]:
    """Each executor as it is started."""
    found = start(*place)
    yield found
    found.shutdown(cancel=True)


@pytest.fixture(scope="module")
def apart(place: tuple[str, int], request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Each executor whose units may be stopped: on a cluster they always may."""
    if "needs" in catalogue.rows("executors")[place[0]]:  # a process can be in one of Ray's
        yield request.getfixturevalue("executor")
        return
    found = start(*place, apart=True)
    yield found
    found.shutdown(cancel=True)


def ended(process: int, seconds: float = 20) -> bool:
    """Whether a process comes to its end within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{process}/stat")
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True  # it has ended, and nobody has asked how
        time.sleep(0.05)
    return False


def noted(path: Path, seconds: float = 30) -> int:
    """Return the process that has noted itself in a file."""
    end = time.monotonic() + seconds
    while not path.exists() or not path.read_text("utf-8"):
        assert time.monotonic() < end, "it did not begin"
        time.sleep(0.02)
    return int(path.read_text("utf-8"))


class ExecutorSuite:
    """Promises of an executor."""

    def test_runs_units_in_workers_that_were_initialised(self, executor: Executor) -> None:
        futures = [executor.submit(given, number) for number in range(6)]
        assert [future.result(60) for future in futures] == [(7, number) for number in range(6)]
        assert executor.workers in (1, 2)

    def test_a_process_is_initialised_once(self, apart: Executor) -> None:
        futures = [apart.submit(initialised) for _ in range(8)]
        found = [future.result(60) for future in futures]
        assert {times for _, times in found} == {1}
        assert len({process for process, _ in found}) == apart.workers

    def test_an_error_is_carried_by_the_future(self, executor: Executor) -> None:
        future = executor.submit(fail, "no such thing")
        with pytest.raises(ValueError, match="no such thing"):
            future.result(60)
        assert executor.submit(given, 1).result(60) == (7, 1), "it goes on"

    def test_an_error_keeps_its_type_and_what_it_holds(self, executor: Executor) -> None:
        error = executor.submit(fail_in_its_own_way, 3).exception(60)
        assert isinstance(error, OwnError)
        assert error.number == 3

    def test_a_unit_may_run_out_of_a_time_of_its_own(self, apart: Executor) -> None:
        with pytest.raises(TimeoutError, match="the database did not answer"):
            apart.submit(fail_by_its_own_clock).result(60)

    def test_futures_can_be_waited_for_together(self, executor: Executor) -> None:
        futures: list[Future[int]] = [executor.submit(sleep, 0.01) for _ in range(4)]
        assert wait(futures, timeout=60).done == set(futures)

    def test_as_many_run_side_by_side_as_there_are_workers(self, apart: Executor) -> None:
        wait([apart.submit(sleep, 0.3) for _ in range(2)], timeout=60)  # all processes are there
        begun = time.monotonic()
        wait([apart.submit(sleep, 1.0) for _ in range(2)], timeout=60)
        took = time.monotonic() - begun
        assert (took < 1.9) == (apart.workers == 2), took

    def test_a_unit_that_takes_too_long_is_killed_and_the_others_are_not(
        self, apart: Executor, tmp_path: Path
    ) -> None:
        hanging = apart.submit(note, str(tmp_path / "process"), deadline=1.0)
        others = [apart.submit(given, number, deadline=60) for number in range(4)]
        with pytest.raises(TimeoutError, match=r"1 s"):
            hanging.result(60)
        assert ended(noted(tmp_path / "process"))
        assert [future.result(60) for future in others] == [(7, number) for number in range(4)]

    def test_a_unit_whose_process_dies_says_so_and_the_others_go_on(self, apart: Executor) -> None:
        lost = apart.submit(die)
        others = [apart.submit(given, number) for number in range(4)]
        with pytest.raises(WorkerDiedError, match="SIGKILL"):
            lost.result(60)
        assert [future.result(60) for future in others] == [(7, number) for number in range(4)]

    def test_processes_that_are_killed_while_idle_are_replaced(self, apart: Executor) -> None:
        for _ in range(3):
            futures = [apart.submit(initialised) for _ in range(4)]
            for process in {future.result(60)[0] for future in futures}:
                os.kill(process, signal.SIGKILL)
            time.sleep(0.3)
        assert apart.submit(given, 4).result(60) == (7, 4)

    def test_interrupts_are_left_to_this_process(self, apart: Executor) -> None:
        assert apart.submit(ignores_interrupts).result(60)


class StartSuite:
    """Promises of starting an executor, and of shutting it down.

    In another file than the other suite: its executors live until their file is done.
    """

    def test_shutting_down_drops_what_has_not_begun(self, started: Started) -> None:
        executor = started(2)
        futures = [executor.submit(sleep, 0.05) for _ in range(20)]
        executor.shutdown(cancel=True)
        assert all(future.done() for future in futures)
        assert any(isinstance(f.exception(), WorkerDiedError) for f in futures)

    def test_shutting_down_waits_for_what_was_submitted(self, started: Started) -> None:
        executor = started(2)
        futures = [executor.submit(given, number) for number in range(4)]
        executor.shutdown()
        assert [future.result(0) for future in futures] == [(7, number) for number in range(4)]

    def test_memory_above_the_cap_is_refused_and_the_worker_goes_on(self, started: Started) -> None:
        executor = started(1, memory=MEMORY)
        assert executor.submit(eat, 10).result(60) == 10 * 125_000
        with pytest.raises(MemoryError):
            executor.submit(eat, 2 * MEMORY // 1_000_000).result(60)
        assert executor.submit(given, 2).result(60) == (7, 2)

    def test_what_runs_is_killed_when_it_is_shut_down(
        self, started: Started, tmp_path: Path
    ) -> None:
        executor = started(1, apart=True)
        hanging = executor.submit(note, str(tmp_path / "process"))
        process = noted(tmp_path / "process")
        begun = time.monotonic()
        executor.shutdown(cancel=True)
        assert time.monotonic() - begun < 60
        assert isinstance(hanging.exception(0), WorkerDiedError)
        assert ended(process)

    def test_folders_lie_where_the_initializer_is_told(
        self, started: Started, tmp_path: Path
    ) -> None:
        (tmp_path / "below").mkdir()
        (tmp_path / "below" / "rows.txt").write_text("a,b", "utf-8")
        executor = started(2, folders={"rows": str(tmp_path)})
        futures = [executor.submit(read) for _ in range(12)]
        assert {content for _, content in (f.result(60) for f in futures)} == {"a,b"}
