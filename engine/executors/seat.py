"""A process that works on one unit after another, and is replaced when it ends."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from functools import partial
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from engine.contracts import WorkerDiedError
from engine.executors import clean

KILLED = "Task timeout"  # what pebble says of a unit that it has stopped
TRIES = 3  # so often a process may end before it has begun what it was given


class Seat:
    """One process that starts clean (forkserver) and is told once what it works on.

    Where it takes too long it is killed, and another is started in its place. It comes to an end
    with the process that has started it, however that ends. One process to a channel: if several
    shared one, a process that was killed while it wrote would leave the others nothing to read.

    Parameters
    ----------
    memory : int, optional
        Bytes that the process may have; what needs more fails.
    left : Path, optional
        A folder that it removes where the process that has started it comes to a sudden end.
    """

    def __init__(
        self, initializer: Callable[..., None], args: tuple[Any, ...],
        memory: int | None = None, left: Path | None = None,
    ) -> None:  # fmt: skip
        self._context = clean.context()
        self._context.set_forkserver_preload([initializer.__module__])  # once, not per process
        self._given = (memory, left, initializer, args)
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._inner: Future[Any] | None = None
        self._ending: list[threading.Thread] = []
        self._broken = 0
        self._closed = False

    def submit(
        self, function: Callable[..., Any], args: tuple[Any, ...], deadline: float | None
    ) -> Future[Any]:
        """Run ``function(*args)`` there; one unit at a time, as :class:`Executor` says."""
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()
        self._begin(outer, function, args, deadline)
        return outer

    def _begin(
        self, outer: Future[Any], function: Callable[..., Any], args: tuple[Any, ...],
        deadline: float | None,
    ) -> None:  # fmt: skip
        try:
            inner = self._scheduled(function, args, deadline)
        except Exception as error:  # noqa: BLE001 - told to who waits: this may be a thread's own
            outer.set_exception(error)
            return
        again = partial(self._begin, outer, function, args, deadline)
        inner.add_done_callback(partial(self._pass_on, outer, deadline, again))

    def _scheduled(
        self, function: Callable[..., Any], args: tuple[Any, ...], deadline: float | None
    ) -> Future[Any]:
        with self._lock:
            if self._closed:
                raise WorkerDiedError("it was stopped")
            try:
                inner: Future[Any] = self._started().schedule(function, args, timeout=deadline)
            except RuntimeError:  # its process ended meanwhile
                self._drop()
                inner = self._started().schedule(function, args, timeout=deadline)
            self._inner = inner
            return inner

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                1, initializer=_begin, initargs=self._given, context=self._context
            )
        return self._pool

    def _pass_on(
        self, outer: Future[Any], deadline: float | None, again: Callable[[], None],
        inner: Future[Any],
    ) -> None:  # fmt: skip
        """Let a future come to what the pool's came to, in the words of the contract."""
        try:
            result = inner.result()
        except TimeoutError as error:
            own = deadline is None or bool(error.args and error.args[0] != KILLED)
            outer.set_exception(
                error if own else TimeoutError(f"it was stopped after {deadline:g} s")
            )
        except ProcessExpired as error:
            self._dropped()
            outer.set_exception(WorkerDiedError(_ended(int(error.exitcode or 0))))
        except CancelledError:
            outer.set_exception(WorkerDiedError("it was stopped"))
        except BrokenExecutor as error:
            self._try(again, outer, error)
        except Exception as error:  # noqa: BLE001 - carried by the future, as the protocol wants
            self._broken = 0
            outer.set_exception(error)
        else:
            self._broken = 0
            outer.set_result(result)

    def _try(self, again: Callable[[], None], outer: Future[Any], error: BrokenExecutor) -> None:
        """Begin a unit again whose process ended before it did."""
        self._dropped()
        self._broken += 1
        if self._closed:
            outer.set_exception(WorkerDiedError("it was stopped"))
        elif self._broken < TRIES:
            again()
        else:
            outer.set_exception(BrokenExecutor(f"its process ended {TRIES} times: {error}"))

    def _dropped(self) -> None:
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        """Let go of a pool whose process has ended; what it holds may be torn."""
        if self._pool is not None:  # in a thread: this may be one of the pool's own
            thread = threading.Thread(target=_end, args=(self._pool,), daemon=True)
            thread.start()
            self._ending.append(thread)
        self._pool = None

    def close(self) -> None:
        """Stop what runs, and the process."""
        with self._lock:
            self._closed = True
            if self._inner is not None:
                self._inner.cancel()
            self._drop()
        for thread in self._ending:
            thread.join()


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call] # it has no types
    pool.join()


def _ended(code: int) -> str:
    """Say how a process came to its end."""
    if code < 0:
        known = {int(one): one.name for one in signal.Signals}  # of those of real time, two
        return f"its process was killed ({known.get(-code, f'signal {-code}')})"
    return f"its process ended by itself (code {code})"


def _begin(
    memory: int | None, left: Path | None, initializer: Callable[..., None], args: tuple[Any, ...]
) -> None:
    """Leave Ctrl-C to the process that started this one, end with it, and keep to the memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(left,), daemon=True).start()
    initializer(*args)
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _end_with_parent(left: Path | None) -> None:
    """Wait for the end of the process that started this one: a fit would go on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        if left is not None:
            shutil.rmtree(left, ignore_errors=True)
        os.kill(os.getpid(), signal.SIGKILL)
