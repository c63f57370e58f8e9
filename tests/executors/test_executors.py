import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from engine.contracts import WorkerDiedError
from engine.executors import local, seat
from engine.testing.executor import (
    ExecutorSuite,
    apart,
    begin,
    executor,
    given,
    place,
    sleep,
)

__all__ = ["apart", "executor", "place"]


class TestExecutors(ExecutorSuite):
    pass


def test_one_worker_is_this_process_unless_it_may_be_stopped():
    assert local.start(1, begin, (1,)).submit(os.getpid).result() == os.getpid()
    found = local.start(1, begin, (1,), apart=True)
    assert found.submit(os.getpid).result(60) != os.getpid()
    found.shutdown()


def test_several_workers_are_processes():
    found = local.start(2, begin, (1,))
    assert found.submit(sleep, 0).result(60) != os.getpid()
    found.shutdown(cancel=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_initializer_that_fails_breaks_the_pool(workers):
    found = local.start(workers, sleep, ("no number",), apart=True)
    with pytest.raises(BrokenExecutor):
        found.submit(given, 1).result(60)
    found.shutdown(cancel=True)


SCRIPT = """
from engine.executors import local
from engine.testing.executor import begin, given

print("the script runs")
found = local.start(2, begin, (7,))
print(found.submit(given, 1).result(60))
found.shutdown(cancel=True)
"""


def test_a_script_that_does_not_guard_its_main_part_runs_once(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, "utf-8")
    root = Path(local.__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, path], env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.stdout.splitlines() == ["the script runs", "(7, 1)"], ended.stderr


@pytest.mark.parametrize(("more", "name"), [(0, "SIGRTMIN"), (3, "signal [0-9]+")])
def test_a_process_that_is_killed_is_told_of_with_its_signal(more, name):
    """Python has names for the first and the last of the signals of real time alone."""
    found = local.start(1, begin, (1,), apart=True)
    ended = found.submit(signal.raise_signal, signal.SIGRTMIN + more)
    with pytest.raises(WorkerDiedError, match=rf"^its process was killed \({name}\)$"):
        ended.result(20)
    found.shutdown()


def test_where_no_process_can_be_started_it_is_told(monkeypatch):
    """As the system says where there are too many; nobody would see it raised in a thread."""
    found = local.start(2, begin, (1,))
    assert found.submit(given, 1).result(60) == (1, 1)

    def refuse(*_):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(seat.Seat, "_started", refuse)
    for _ in range(3):
        assert isinstance(found.submit(given, 1).exception(20), BlockingIOError)
    found.shutdown(cancel=True)
