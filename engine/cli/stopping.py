"""Being stopped: SIGTERM is answered as Ctrl-C is, so that nothing half written stays behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

INTERRUPTED = 130
TERMINATED = 143


class TerminatedError(KeyboardInterrupt):
    """Asked to end by SIGTERM, as ``kill``, ``timeout`` and batch systems do."""


_DEFAULTS: dict[int, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
_RAISED: dict[int, type[KeyboardInterrupt]] = {
    signal.SIGINT: KeyboardInterrupt,
    signal.SIGTERM: TerminatedError,
}


def code(error: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was stopped."""
    return TERMINATED if isinstance(error, TerminatedError) else INTERRUPTED


class _Answer:
    """Raises what a signal stands for, in the process that it was made in."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.asked: type[KeyboardInterrupt] | None = None

    def __call__(self, number: int, _: FrameType | None) -> None:
        if os.getpid() != self.process:  # a forked process ends at once, as it would without us
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif number == signal.SIGINT or not self.asked:  # `timeout` sends SIGTERM twice
            self.asked = _RAISED[number]
            raise self.asked


_answers: list[_Answer] = []  # of the command that runs; none where the caller answers signals


def answered() -> None:
    """Let the process end with the exit code that it returns, now that it was stopped.

    Python notes when Ctrl-C comes while it carries out code that was a string (as it does to make
    a namedtuple), and then kills itself at its end, though the exception was caught long ago. It
    forgets that with the next such code.
    """
    exec("")  # noqa: S102 - nothing, as above


def heed_once() -> None:
    """Take a Ctrl-C as answered: the command goes on, and another stops it."""
    for answer in _answers:
        answer.asked = None


def insist() -> None:
    """Raise again what a signal has raised, if the command goes on nevertheless.

    Python throws away whatever is raised while an object is finalised or garbage is collected;
    a signal that comes just then would be lost.
    """
    if _answers and _answers[-1].asked:
        raise _answers[-1].asked


def _unraised(shown: Callable[[Any], None], thrown: Any) -> None:
    """Show what was raised where nothing can be, but for a signal, which is insisted on."""
    if not issubclass(thrown.exc_type, KeyboardInterrupt):
        shown(thrown)


@contextmanager
def heeded() -> Iterator[None]:
    """Raise on SIGINT, and TerminatedError on SIGTERM, but where the caller has handlers."""
    ours = threading.current_thread() is threading.main_thread()
    free = [n for n, default in _DEFAULTS.items() if ours and signal.getsignal(n) is default]
    answer = _Answer()
    _answers.append(answer)
    shown = sys.unraisablehook
    sys.unraisablehook = partial(_unraised, shown)
    for number in free:
        signal.signal(number, answer)
    try:
        yield
    finally:
        sys.unraisablehook = shown
        for number in free:
            signal.signal(number, _DEFAULTS[number])
        _answers.remove(answer)
