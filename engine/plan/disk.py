"""What goes wrong with a disk, whoever was writing to it."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import EngineError, Fault

FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EIO)
NOTHING = 64 * 1024  # bytes


@contextmanager
def writable(root: Path) -> Iterator[None]:
    """Say what to do where the outputs cannot be written."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:  # whatever it was: where the disk is full, that is why
        if fault := _unwritable(root, error):
            raise EngineError(fault) from error
        raise


def _unwritable(root: Path, error: Exception) -> Fault | None:
    if is_full(error) or (root.is_dir() and shutil.disk_usage(root).free < NOTHING):
        hint = "free some space, and type the same command again: what is finished is kept"
        return Fault("cannot be written: the disk is full", str(root), hint)
    if not isinstance(error, OSError) or error.errno not in REFUSED:
        return None
    hint = "give yourself the right to write there, or work in another folder"
    return Fault(f"cannot be written: {error.strerror}", str(error.filename or root), hint)


def is_full(error: BaseException) -> bool:
    """Whether an error, or its cause, says that a disk is full."""
    return any(
        (isinstance(cause, OSError) and cause.errno in FULL)
        or getattr(cause, "sqlite_errorname", "") in ("SQLITE_FULL", "SQLITE_IOERR_WRITE")
        for cause in causes(error)
    )


def is_damage(error: BaseException, kinds: tuple[type[BaseException], ...]) -> bool:
    """Whether an error, or its cause, comes of a damaged file: one of ``kinds``, or SQLite's."""
    found = [*causes(error)]
    if any(isinstance(cause, sqlite3.OperationalError) for cause in found):
        return False  # locked, full, refused: nothing that deleting a file would mend
    return any(isinstance(cause, (*kinds, sqlite3.DatabaseError)) for cause in found)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what caused it, what caused that, and so on."""
    while error is not None:
        yield error
        error = error.__cause__
