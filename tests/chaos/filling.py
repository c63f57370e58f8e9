"""Fill the disk just when something is written, then make room and carry on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import optuna

from engine.bundle import persist
from engine.bundle import write as bundle
from engine.plan import outputs, run, store
from engine.search import budget, record
from engine.steps import evaluate, search
from tests.chaos.study import Seen, seen, units, write
from tests.end_to_end.command import Ended, engine

TRIALS = 6
SIZE = 40 * 1024**2
MOMENTS: dict[str, tuple[Any, str]] = {
    "result of a step": (store, "_list"),
    "unit of work": (record, "write_unit"),
    "line of a trial": (record.Record, "tell"),
    "SQLite": (optuna.Study, "add_trial"),
    "seconds spent": (budget.Budget, "is_over"),
    "facts of the search": (search, "_note"),
    "fitted pipeline": (persist, "save_pipeline"),
    "scores": (evaluate, "run"),
    "bundle": (bundle, "write"),
    "run folder": (run, "_lay"),
    "name of the run": (outputs, "_named"),
}
"""What is written, and the function that writes it."""


@dataclass(frozen=True)
class Filled:
    """What came of it.

    Attributes
    ----------
    stopped, carried : Ended
        The command when the disk was full, and the same when there was room.
    left : list of str
        Whatever half written files the first left.
    again : int
        Finished units of work that the second ran again, or lost.
    """

    stopped: Ended
    carried: Ended
    left: list[str]
    again: int
    seen: Seen | None

    def faults(self, expected: Seen) -> list[str]:
        """Say what went wrong."""
        told = "the disk is full" in self.stopped.err and "Traceback" not in self.stopped.err
        wrong = {
            f"ended with {self.stopped.code}: {self.stopped.err[-300:]}": self.stopped.code != 2,
            f"not told: {self.stopped.err[-300:]}": not told,
            f"left {self.left}": bool(self.left),
            f"not carried on: {self.carried.err[-300:]}": self.carried.code != 0,
            f"{self.again} units again": self.again != 0,
            "another result": self.seen is not None and self.seen != expected,
        }
        return [text for text, is_so in wrong.items() if is_so]


@contextmanager
def disk(place: Path, size: int = SIZE) -> Iterator[Path | None]:
    """Mount a small disk; None where this machine does not let us."""
    place.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
    found = shutil.which("mount")
    if not found or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, room: int) -> None:
    """Leave only so many bytes on a disk."""
    with (place / "ballast").open("ab") as file:
        while (left := shutil.disk_usage(place).free - room) > 0:
            file.write(b"x" * min(left, 1024**2))
            file.flush()


def fill_at(
    folder: Path, place: Path, moment: str, number: int, room: int, *words: object
) -> Filled:
    """Run a search, and fill the disk at the ``number``-th time of a moment."""
    write(folder, trials=TRIALS)
    (folder / "outputs").symlink_to(place)
    owner, name = MOMENTS[moment]
    with patch.object(owner, name, _filling(getattr(owner, name), place, number, room)):
        stopped = engine("run", "study", *words, folder=folder)
    left = [str(p) for glob in ("*/.running-*", ".store/.partial-*") for p in place.glob(glob)]
    before = units(folder)
    (place / "ballast").unlink(missing_ok=True)
    carried = engine("run", "study", *words, folder=folder)
    after = units(folder)
    again = sum(after.get(unit) != facts for unit, facts in before.items())
    return Filled(stopped, carried, left, again, None if carried.code else seen(folder))


def _filling(real: Callable[..., Any], place: Path, number: int, room: int) -> Any:
    calls: list[None] = []

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        calls.append(None)
        if len(calls) == number:
            fill(place, room)
        return real(*args, **kwargs)

    return wrapper
