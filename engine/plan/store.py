"""Results of steps, kept by content hash.

A result is a folder ``<step>-<fingerprint>``. It is written under another name and renamed when
it is whole; one that a step keeps adding to (``KEEPS``) is locked by the run that adds to it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Store:
    """The results below a folder."""

    root: Path

    def folder(self, step: str, fingerprint: str) -> Path:
        """Where the result of a step is, or would be."""
        return self.root / f"{step}-{fingerprint}"

    @contextmanager
    def writing(self, step: str, fingerprint: str) -> Iterator[Path]:
        """Give a folder to write a result into; it takes its name only if nothing is raised."""
        final = self.folder(step, fingerprint)
        partial = self.root / f".partial-{step}-{fingerprint}-{os.getpid()}"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            yield partial
            _move(partial, final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    @contextmanager
    def adding(self, step: str, fingerprint: str, wait: Callable[[], None]) -> Iterator[Path]:
        """Give the folder of a result that grows; ``wait`` is called if another run holds it."""
        folder = self.folder(step, fingerprint)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wait()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder


def _move(partial: Path, final: Path) -> None:
    try:
        partial.rename(final)
    except OSError:
        if not final.is_dir():
            raise  # else another run was faster with the same result
