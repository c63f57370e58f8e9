"""Being stopped: SIGTERM is answered as Ctrl-C is, so that nothing half written stays behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
TERMINATED = 143


class TerminatedError(KeyboardInterrupt):
    """Asked to end by SIGTERM, as ``kill``, ``timeout`` and batch systems do."""


def code(error: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was stopped."""
    return TERMINATED if isinstance(error, TerminatedError) else INTERRUPTED


@contextmanager
def heeded() -> Iterator[None]:
    """Raise :class:`TerminatedError` on SIGTERM, unless the caller has a handler of its own."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _once())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _once() -> Callable[[int, FrameType | None], None]:
    """Raise the first time: ``timeout`` sends the signal twice, and cleaning up takes a while."""
    process = os.getpid()
    raised = threading.Event()

    def answer(number: int, _: FrameType | None) -> None:
        if os.getpid() != process:  # a forked process ends at once, as it would without us
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif not raised.is_set():
            raised.set()
            raise TerminatedError

    return answer
