"""How long a fit may take: what can stop with the rounds that it has, stops in time.

A fit is told by where it runs, and not by a parameter: how much time there is belongs to a run, and
a fitted estimator is the same on any machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_end: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Let the fits in here end so many seconds from now; None sets no end, nor moves one."""
    end = math.inf if seconds is None else time.monotonic() + seconds
    token = _end.set(min(end, _end.get()))
    try:
        yield
    finally:
        _end.reset(token)


def is_set() -> bool:
    """Whether fits have an end."""
    return math.isfinite(_end.get())


def left() -> float | None:
    """Return the seconds that a fit has left; None for any time."""
    return max(0.0, _end.get() - time.monotonic()) if is_set() else None


def is_over() -> bool:
    """Whether a fit is to stop with what it has."""
    return time.monotonic() >= _end.get()
