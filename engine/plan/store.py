"""Results of steps, kept by content hash.

A result is a folder ``<step>-<fingerprint>``. It is written under another name and renamed when
it is whole: ``step.json`` in it lists its files with their sizes. One that a step keeps adding to
(``KEEPS``) has no such list; it is locked by the run that adds to it.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.plan.claim import alone, claimed, locked, settle, sweep

PARTIAL = ".partial-"
MADE = ".made-"
LIST = "step.json"
LOCK = "lock"  # held by the one run that adds to a result
USED = "used"  # held, shared, by every run that reads a result that is added to


@dataclass(frozen=True)
class Store:
    """The results below a folder."""

    root: Path

    def folder(self, step: str, fingerprint: str) -> Path:
        """Where the result of a step is, or would be."""
        return self.root / f"{step}-{fingerprint}"

    @contextmanager
    def writing(self, step: str, fingerprint: str, replace: bool = False) -> Iterator[Path]:
        """Give a folder to write a result into; it takes its name only if nothing is raised.

        A whole result that has the name already stays, unless it is to be replaced.
        """
        begin = time.perf_counter()
        with claimed(self.root, PARTIAL) as partial:
            yield partial
            _list(partial, time.perf_counter() - begin)
            settle(partial)
            self._name(partial, self.folder(step, fingerprint), replace)

    def _name(self, partial: Path, final: Path, replace: bool) -> None:
        with claimed(self.root, PARTIAL) as old:
            for attempt in range(10):  # other runs may put theirs in between
                try:
                    partial.rename(final)
                    return
                except OSError:
                    if not final.is_dir():
                        raise
                if is_whole(final) and not replace:
                    return
                with suppress(FileNotFoundError):
                    final.rename(old / str(attempt))

    @contextmanager
    def making(self, step: str, fingerprint: str, wait: Callable[[], None]) -> Iterator[None]:
        """Keep others from making the same result meanwhile; who makes it already is waited for.

        ``wait`` is called where that takes long.
        """
        sweep(self.root, MADE)  # of runs that were killed
        with alone(self.root / f"{MADE}{step}-{fingerprint}", wait):
            yield

    @contextmanager
    def adding(
        self, step: str, fingerprint: str, wait: Callable[[], None], clear: bool = False,
        holder: str = "",
    ) -> Iterator[Path]:  # fmt: skip
        """Give the folder of a result that grows; ``wait`` is called if another run holds it.

        With ``clear`` it is empty; runs that read it are waited for. Others read in its lock who
        the ``holder`` is.
        """
        folder = self.folder(step, fingerprint)
        with ExitStack() as held:
            held.enter_context(locked(folder / LOCK, False, wait, holder))
            if clear:
                with locked(folder / USED, False, wait):
                    _empty(folder)
            held.enter_context(self.reading(step, fingerprint, wait))
            yield folder

    @contextmanager
    def reading(self, step: str, fingerprint: str, wait: Callable[[], None]) -> Iterator[None]:
        """Keep a result that grows from being cleared."""
        with locked(self.folder(step, fingerprint) / USED, True, wait):
            yield


def is_whole(folder: Path) -> bool:
    """Whether a result has every file that was written, at its full length."""
    return (listed := read_list(folder)) is not None and listed["files"] == _sizes(folder)


def read_list(folder: Path) -> dict[str, Any] | None:
    """Return what is noted of a result: its files, and the seconds it took; None if damaged."""
    try:
        found = json.loads((folder / LIST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"files", "seconds"} <= set(found) else None


def _list(folder: Path, seconds: float) -> None:
    facts = {"files": _sizes(folder), "seconds": round(seconds, 3)}
    (folder / LIST).write_text(json.dumps(facts), "utf-8")


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != LIST)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in (LOCK, USED):
            path.unlink()
