"""On this machine: in this process with one worker and no caps, else a pool of processes."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from functools import partial
from typing import Any

from pebble import ProcessExpired, ProcessPool

from engine.contracts import Executor, WorkerDiedError
from engine.executors import clean


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
    """Processes that start clean (forkserver) and are told once what they work on.

    One that takes too long is killed, and another is started in its place.
    """

    def __init__(
        self, workers: int, initializer: Callable[..., None], args: tuple[Any, ...],
        memory: int | None = None,
    ) -> None:  # fmt: skip
        context = clean.context()
        context.set_forkserver_preload([initializer.__module__])  # imported once, not per worker
        self.workers = workers
        self._begun: set[Future[Any]] = set()
        self._pool = ProcessPool(
            workers, initializer=_begin, initargs=(memory, initializer, args), context=context
        )

    def submit(
        self, function: Callable[..., Any], /, *args: Any, deadline: float | None = None
    ) -> Future[Any]:
        try:
            inner = self._pool.schedule(function, args, timeout=deadline)
        except RuntimeError as error:  # it was broken by an earlier one
            raise BrokenExecutor(str(error)) from error
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()
        self._begun.add(inner)
        inner.add_done_callback(self._begun.discard)
        inner.add_done_callback(partial(_pass_on, outer, deadline))
        return outer

    def shutdown(self, cancel: bool = False) -> None:
        if cancel:
            for inner in list(self._begun):
                inner.cancel()
            self._pool.stop()  # type: ignore[no-untyped-call] # it has no types
        else:
            self._pool.close()  # type: ignore[no-untyped-call] # as above
        self._pool.join()


def _pass_on(outer: Future[Any], deadline: float | None, inner: Future[Any]) -> None:
    """Let a future come to what the pool's came to, in the words of the contract."""
    try:
        outer.set_result(inner.result())
    except TimeoutError:
        outer.set_exception(TimeoutError(f"it was stopped after {deadline:g} s"))
    except ProcessExpired as error:
        outer.set_exception(WorkerDiedError(_ended(int(error.exitcode or 0))))
    except CancelledError:
        outer.set_exception(WorkerDiedError("it was stopped"))
    except Exception as error:  # noqa: BLE001 - carried by the future, as the protocol wants
        outer.set_exception(error)


def _ended(code: int) -> str:
    """Say how a process came to its end."""
    if code < 0:
        return f"its process was killed ({signal.Signals(-code).name})"
    return f"its process ended by itself (code {code})"


def _begin(memory: int | None, initializer: Callable[..., None], args: tuple[Any, ...]) -> None:
    """Leave Ctrl-C to the process that started this one, and keep to the memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    initializer(*args)
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def start(
    workers: int, initializer: Callable[..., None], args: tuple[Any, ...], *,
    apart: bool = False, memory: int | None = None,
) -> Executor:  # fmt: skip
    """Return an executor; each of its processes has run ``initializer(*args)``.

    Parameters
    ----------
    apart : bool
        A process of its own for a single worker too, so that it can be stopped.
    memory : int, optional
        Bytes that each process may have; what needs more fails.
    """
    if workers > 1 or apart or memory is not None:
        return Pool(workers, initializer, args, memory)
    initializer(*args)
    return Inline()
