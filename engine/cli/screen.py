"""A few lines of a terminal that are drawn again and again, at little cost.

They are drawn by a thread of their own: at once when something has changed, but at most four times
a second, and no more often than leaves 99 % of the time to the fits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live

SHORTEST = 0.25  # seconds between two pictures
LONGEST = 1.0  # a clock goes on where nothing happens
SHARE = 0.008  # of a processor's time, at most: the rest is for the fits

Draw = Callable[[int, int], Sequence[RenderableType]]


class Screen:
    """Lines at the bottom of a terminal; what is printed on its console stands above them.

    Parameters
    ----------
    draw : callable
        ``draw(width, height)`` returns the lines.
    share : float
        Of a processor's time that this may take.
    """

    def __init__(self, out: Console, draw: Draw, share: float = SHARE) -> None:
        self._share = share
        self._out = out
        self._draw = draw
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._live: Live | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_on(self) -> bool:
        return self._live is not None

    def start(self) -> None:
        """Begin to draw, if that was not begun."""
        if self._live is not None:
            return
        self._stopped.clear()
        self._live = Live(
            self._picture(), console=self._out, auto_refresh=False, transient=True,
            vertical_overflow="crop",
        )  # fmt: skip
        self._live.start(refresh=True)
        self._thread = threading.Thread(target=self._keep, daemon=True, name="screen")
        self._thread.start()

    def stop(self) -> None:
        """Take the lines away, and give the cursor back; another try does what a Ctrl-C cut off."""
        live = self._live
        if live is None:
            return
        self._stopped.set()
        self._changed.set()
        try:
            if self._thread is not None:
                self._thread.join(timeout=2)
        finally:
            live.stop()
            self._out.show_cursor(True)
            self._live = None

    def changed(self) -> None:
        """Have the lines drawn again soon."""
        self._changed.set()

    def _keep(self) -> None:
        pause = SHORTEST
        while not self._stopped.wait(pause):
            self._changed.wait(max(0.0, LONGEST - pause))
            self._changed.clear()
            live = self._live
            if live is None or self._stopped.is_set():
                return
            begin = time.thread_time()
            try:
                live.update(self._picture(), refresh=True)
            except (OSError, ValueError):  # the terminal is gone: that ends no search
                return
            pause = max(SHORTEST, (time.thread_time() - begin) / self._share)

    def _picture(self) -> Group:
        return Group(*self._draw(*self._out.size))
