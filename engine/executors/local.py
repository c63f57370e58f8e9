"""On this machine: in this process with one worker, else a pool of processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

from engine.contracts import Executor


class Inline:
    """Runs what is submitted at once, in this process."""

    workers = 1

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:  # noqa: BLE001 - carried by the future, as the protocol wants
            future.set_exception(error)
        return future

    def shutdown(self, cancel: bool = False) -> None:
        """Nothing runs here between two calls."""


class Pool:
    """Processes that start clean (forkserver) and are told once what they work on."""

    def __init__(
        self, workers: int, initializer: Callable[..., None], args: tuple[Any, ...]
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([initializer.__module__])  # imported once, not per worker
        self.workers = workers
        self._pool = ProcessPoolExecutor(workers, context, _begin, (initializer, args))

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        return self._pool.submit(function, *args)

    def shutdown(self, cancel: bool = False) -> None:
        self._pool.shutdown(wait=True, cancel_futures=cancel)


def _begin(initializer: Callable[..., None], args: tuple[Any, ...]) -> None:
    """Leave Ctrl-C to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    initializer(*args)


def start(workers: int, initializer: Callable[..., None], args: tuple[Any, ...]) -> Executor:
    """Return an executor; each of its processes has run ``initializer(*args)``."""
    if workers > 1:
        return Pool(workers, initializer, args)
    initializer(*args)
    return Inline()
