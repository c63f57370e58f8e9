"""A cluster of Dask on this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.search.candidate import Outcome

LOOPBACK = "127.0.0.1"
QUIET = "--no-dashboard"


def ready() -> None:
    """Initialise a process that needs nothing."""


def rest(seconds: float, score: float) -> Outcome:
    """Stand for a unit of work that only waits."""
    time.sleep(seconds)
    return Outcome(score, seconds=seconds)


class Cluster:
    """Processes that talk over loopback; all are ended by their numbers.

    Attributes
    ----------
    workers : list of Popen
        Those that were started, dead ones included.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self._file = folder / "scheduler.json"
        wanted = ("--host", LOOPBACK, "--port", "0", "--scheduler-file", str(self._file))
        self.scheduler = self._start("scheduler", *wanted, QUIET)
        self.address = str(self._read()["address"])

    def _start(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{program}", *words],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                env=os.environ | {"PYTHONWARNINGS": "ignore"},
            )  # fmt: skip

    def _read(self, seconds: float = 60) -> dict[str, str]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                found: dict[str, str] = json.loads(self._file.read_text("utf-8"))
            except (FileNotFoundError, ValueError):  # it is not there, or not whole
                time.sleep(0.05)
            else:
                return found
        raise TimeoutError((self.folder / "log.txt").read_text("utf-8"))

    def hire(self, count: int = 1, threads: int = 1, *words: str) -> None:
        """Start workers; without a nanny, so that one that is killed stays away."""
        for _ in range(count):
            started = self._start(
                "worker", self.address, "--host", LOOPBACK, "--nthreads", str(threads), QUIET,
                "--local-directory", str(self.folder), *(words or ("--no-nanny",)),
            )  # fmt: skip
            self.workers.append(started)

    def kill(self, number: int) -> None:
        """End a worker as the system does."""
        self.workers[number].send_signal(signal.SIGKILL)
        self.workers[number].wait()

    def close(self) -> None:
        """End all processes."""
        for process in (*self.workers, self.scheduler):
            process.terminate()
        for process in (*self.workers, self.scheduler):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def cluster(folder: Path, workers: int = 0, threads: int = 1) -> Iterator[Cluster]:
    """Run a cluster for a while."""
    found = Cluster(folder)
    try:
        found.hire(workers, threads)
        yield found
    finally:
        found.close()
