import os
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.executors import local
from engine.testing.executor import ExecutorSuite, apart, begin, executor, given, sleep

__all__ = ["apart", "executor"]


class TestExecutors(ExecutorSuite):
    pass


def ignores_interrupts():
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def eat(megabytes):
    return float(np.ones(megabytes * 125_000).sum())


@pytest.fixture
def pool():
    found = local.start(2, begin, (1,))
    yield found
    found.shutdown(cancel=True)


def test_one_worker_is_this_process_unless_it_may_be_stopped():
    assert local.start(1, begin, (1,)).submit(os.getpid).result() == os.getpid()
    found = local.start(1, begin, (1,), apart=True)
    assert found.submit(os.getpid).result(60) != os.getpid()
    found.shutdown()


def test_several_workers_are_processes_that_leave_interrupts_to_this_one(pool):
    assert pool.submit(sleep, 0).result(60) != os.getpid()
    assert pool.submit(ignores_interrupts).result(60)


def test_memory_above_the_cap_is_refused_and_the_worker_goes_on():
    found = local.start(1, begin, (1,), memory=1_000_000_000)
    assert found.submit(eat, 10).result(60) == 10 * 125_000
    with pytest.raises(MemoryError):
        found.submit(eat, 2000).result(60)
    assert found.submit(given, 2).result(60) == (1, 2)
    found.shutdown()


def test_an_initializer_that_fails_breaks_the_pool():
    found = local.start(2, sleep, ("no number",))
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
