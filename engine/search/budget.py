"""How long a search may still take."""

from __future__ import annotations

import time
from pathlib import Path

LEAST = 0.05


class Budget:
    """Counts the time that runs are active, over all that carry a search on.

    Parameters
    ----------
    path : Path
        A file that remembers the seconds; they are written each time that they are asked for.
    timeout : float, optional
        Seconds; None sets no limit.
    begun : float, optional
        When this run began, by ``time.monotonic()``; what came before the search counts too. If
        not given, now.

    Attributes
    ----------
    kept_back : float
        Seconds of these that are needed for what comes after the search.
    """

    def __init__(self, path: Path, timeout: float | None, begun: float | None = None) -> None:
        self.path = path
        self.timeout = timeout
        self.kept_back = 0.0
        self._before = _read(path)
        self._begin = time.monotonic() if begun is None else begun

    def spent(self) -> float:
        """Seconds that the runs were active."""
        return self._before + time.monotonic() - self._begin

    def left(self) -> float | None:
        """Seconds that the search may still take, above 0; None where there is no limit."""
        return None if self.timeout is None else max(LEAST, self._end() - self.spent())

    def end(self, before: float = 0.0) -> float | None:
        """Return so many seconds before the time is up, by ``time.monotonic()``, or None."""
        return None if self.timeout is None else self._begin - self._before + self.timeout - before

    def keep_back(self, seconds: float) -> None:
        """Keep back so many seconds, or more if more were kept back before.

        What was begun by an earlier end is stopped at it, and is no failure only if time is up.
        """
        self.kept_back = max(self.kept_back, seconds)

    def is_over(self) -> bool:
        """Whether the time is up; remembers how much was spent."""
        spent = self.spent()
        partial = self.path.with_suffix(".partial")
        partial.write_text(f"{spent:.3f}", "utf-8")
        partial.rename(self.path)
        return self.timeout is not None and spent >= self._end()

    def _end(self) -> float:
        return (self.timeout or 0.0) - self.kept_back


def _read(path: Path) -> float:
    try:
        return max(0.0, float(path.read_text("utf-8")))
    except (OSError, ValueError):
        return 0.0
