import os
import signal
from concurrent.futures import BrokenExecutor

import pytest

from engine.executors import local
from engine.testing.executor import ExecutorSuite, begin, executor, given, sleep

__all__ = ["executor"]


class TestExecutors(ExecutorSuite):
    pass


def ignores_interrupts():
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def die():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def pool():
    found = local.start(2, begin, (1,))
    yield found
    found.shutdown(cancel=True)


def test_one_worker_is_this_process():
    assert local.start(1, begin, (1,)).submit(os.getpid).result() == os.getpid()


def test_several_workers_are_processes_that_leave_interrupts_to_this_one(pool):
    assert pool.submit(sleep, 0).result(60) != os.getpid()
    assert pool.submit(ignores_interrupts).result(60)


def test_a_worker_that_is_killed_is_not_waited_for(pool):
    with pytest.raises(BrokenExecutor):
        pool.submit(die).result(60)


def test_an_initializer_that_fails_breaks_the_pool():
    found = local.start(2, sleep, ("no number",))
    with pytest.raises(BrokenExecutor):
        found.submit(given, 1).result(60)
    found.shutdown(cancel=True)
