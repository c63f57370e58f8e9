"""Folders for what lies on disk during a fit; those that a killed process has left are removed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".pages-"


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """Give an empty folder below another; it is removed at the end, with all that is in it.

    It is locked by this process: a lock goes with its process, however that ends, and the next
    that needs such a folder removes what was left.
    """
    sweep(beside)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=beside))
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def sweep(beside: Path) -> None:
    """Remove the folders whose process is gone."""
    for left in beside.glob(f"{PREFIX}*"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if any(left.iterdir()):  # an empty one may be about to be locked
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(descriptor)
