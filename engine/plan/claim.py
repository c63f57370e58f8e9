"""Folders that are being written: each is locked by the process that writes it.

A lock goes with its process, however that ends. So what a killed run has left can be told from
what a living one writes, in other containers and on other machines of a shared disk too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SOON = 2.0  # seconds that are waited for a lock without a word
PERIOD = 0.02


@contextmanager
def claimed(parent: Path, prefix: str) -> Iterator[Path]:
    """Give a new folder below ``parent``; it is removed at the end unless it was renamed."""
    sweep(parent, prefix)
    folder, descriptor = _claim(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _claim(parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = parent / f"{prefix}{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        with suppress(FileNotFoundError):  # swept between being made and being locked
            descriptor = os.open(folder, os.O_RDONLY)
            if _lock(descriptor, fcntl.LOCK_EX) and folder.exists():
                return folder, descriptor
            os.close(descriptor)


def sweep(parent: Path, prefix: str) -> None:
    """Remove the claimed folders, and files, whose writers are gone."""
    for left in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY)
            if _lock(descriptor, fcntl.LOCK_EX):
                _remove(left)
            os.close(descriptor)


def _remove(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_written(folder: Path) -> bool:
    """Whether the writer of a claimed folder lives."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, shared: bool, wait: Callable[[], None], holder: str = "") -> Iterator[None]:
    """Hold the lock of a file; ``wait`` is called before waiting for another process.

    With ``holder``, the file says who holds it.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        if not _lock(file.fileno(), kind):
            wait()
            fcntl.flock(file, kind)
        if holder:
            file.truncate(0)
            file.write(holder)
            file.flush()
        yield


@contextmanager
def alone(path: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Hold a lock whose file is there only meanwhile; ``wait`` is called once that takes long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with path.open("a") as file:
            _await(file.fileno(), wait)
            if not _is_at(file.fileno(), path):  # whoever was waited for has removed it
                continue
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def _await(descriptor: int, wait: Callable[[], None]) -> None:
    end = time.monotonic() + SOON
    while not _lock(descriptor, fcntl.LOCK_EX):
        if time.monotonic() > end:
            wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            return
        time.sleep(PERIOD)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def settle(folder: Path) -> None:
    """Have everything below a folder on the disk before it takes its name."""
    for path in (folder, *folder.rglob("*")):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
