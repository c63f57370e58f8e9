"""This machine: in this process with one worker, else a pool of processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any


class Inline(Executor):
    """Runs what is submitted at once, in this process."""

    workers = 1

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # carried by the future, as the protocol wants
            future.set_exception(error)
        return future


class Pool(ProcessPoolExecutor):
    """Processes that start clean (forkserver) and are told once what they work on."""

    def __init__(self, workers: int, initializer: Callable[..., None], args: tuple[Any, ...]) -> None:
        context = multiprocessing.get_context("forkserver")
        super().__init__(workers, context, initializer, args)
        self.workers = workers


def start(workers: int, initializer: Callable[..., None], args: tuple[Any, ...]) -> Inline | Pool:
    """Return an executor; each of its processes has run ``initializer(*args)``."""
    if workers > 1:
        return Pool(workers, initializer, args)
    initializer(*args)
    return Inline()
