"""On this machine: in this process with one worker and no caps, else a pool of processes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

from engine.contracts import Executor, WorkerDiedError
from engine.executors.seat import Seat

Unit = tuple[Callable[..., Any], tuple[Any, ...], float | None]  # function, arguments, deadline


class Inline:
    """Runs what is submitted at once, in this process; nothing can be stopped."""

    workers = 1

    def submit(
        self, function: Callable[..., Any], /, *args: Any, deadline: float | None = None
    ) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:  # noqa: BLE001 - carried by the future, as the protocol wants
            future.set_exception(error)
        return future

    def shutdown(self, cancel: bool = False) -> None:
        """Nothing runs here between two calls."""


class Pool:
    """Processes side by side, each with a unit of its own; what they have no hand for waits."""

    def __init__(
        self, workers: int, initializer: Callable[..., None], args: tuple[Any, ...],
        memory: int | None = None,
    ) -> None:  # fmt: skip
        self.workers = workers
        self._seats = [Seat(initializer, args, memory) for _ in range(workers)]
        self._idle = list(self._seats)
        self._waiting: deque[tuple[Future[Any], Unit]] = deque()
        self._futures: set[Future[Any]] = set()
        self._lock = threading.RLock()

    def submit(
        self, function: Callable[..., Any], /, *args: Any, deadline: float | None = None
    ) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            self._futures.add(future)
            self._waiting.append((future, (function, args, deadline)))
        self._go_on()
        return future

    def _go_on(self) -> None:
        """Let those that are idle begin what waits."""
        while True:
            with self._lock:
                if not self._waiting or not self._idle:
                    return
                (future, unit), seat = self._waiting.popleft(), self._idle.pop()
            seat.submit(*unit).add_done_callback(partial(self._finish, future, seat))

    def _finish(self, future: Future[Any], seat: Seat, done: Future[Any]) -> None:
        with self._lock:
            self._idle.append(seat)
            self._futures.discard(future)
        error = done.exception()
        if error is None:
            future.set_result(done.result())
        else:
            future.set_exception(error)
        self._go_on()

    def shutdown(self, cancel: bool = False) -> None:
        if cancel:
            with self._lock:
                dropped, self._waiting = list(self._waiting), deque()
            for future, _ in dropped:
                future.set_exception(WorkerDiedError("it was stopped"))
        else:
            wait(list(self._futures))
        for seat in self._seats:
            seat.close()


def start(
    workers: int | None, initializer: Callable[..., None], args: tuple[Any, ...], *,
    folders: Mapping[str, str] | None = None, apart: bool = False, memory: int | None = None,
    threads: int = 1, address: str | None = None,
) -> Executor:  # fmt: skip
    """Return an executor, as :class:`engine.contracts.Starter` says; folders are used in place.

    ``apart`` asks for a process for a single worker too, so that it can be stopped.
    """
    given = args if folders is None else (*args, folders)
    count = workers or 1
    if count > 1 or apart or memory is not None:
        return Pool(count, initializer, given, memory)
    initializer(*given)
    return Inline()
