"""What sources that read a file share: finding it, hashing it, and saying what is wrong."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from engine import catalogue
from engine.errors import DataError, Fault


def found(spec: str) -> Path:
    """Return the path of a file that exists, is a file, can be read and is not empty.

    Raises
    ------
    engine.errors.DataError
        If it is not so; names what is near.
    """
    path = Path(spec)
    try:
        if not path.exists():
            raise DataError(Fault("there is no such file", spec, _nearby(path)))
        if path.is_dir():
            raise DataError(Fault("this is a folder, not a file", spec, _inside(path)))
        if not path.is_file():
            raise DataError(Fault("this is not a regular file", spec, "copy its content to one"))
        with path.open("rb") as file:
            empty = not file.read(1)
    except (OSError, ValueError) as error:
        raise DataError(unreadable(spec, error)) from error
    if empty:
        raise DataError(Fault("the file is empty", spec, "write a header and rows to it"))
    return path


def fingerprint(spec: str) -> dict[str, str]:
    """Return the blake2b hash (hexadecimal, 32 digits) of the file's bytes, by its name."""
    path = found(spec)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
    except OSError as error:
        raise DataError(unreadable(spec, error)) from error
    return {spec: digest.hexdigest()}


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file's bytes, unpacked where its name ends in ``.gz``.

    Raises
    ------
    engine.errors.DataError
        If the bytes cannot be read, or cannot be unpacked, while it is open.
    """
    packed = path.name.lower().endswith(".gz")
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            yield cast(BinaryIO, file)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        hint = "pack it again, or take .gz off its name if it is not packed"
        raise DataError(
            Fault(f"this is not a whole gzip file: {error}", str(path), hint)
        ) from error
    except OSError as error:
        raise DataError(unreadable(str(path), error)) from error


def unreadable(spec: str, error: Exception) -> Fault:
    """Say why the system does not let the file be read."""
    reason = getattr(error, "strerror", None) or str(error)
    hint = "check the path, and that you may read the file"
    return Fault(f"the file cannot be read: {reason}", spec, hint)


def unique(names: list[str], spec: str) -> None:
    """Refuse columns without a name, and names that occur twice.

    Raises
    ------
    engine.errors.DataError
    """
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    faults = [_misnamed(name, at, spec) for name, at in places.items() if len(at) > 1 or not name]
    if faults:
        raise DataError(*faults[:10])


def _misnamed(name: str, places: list[int], spec: str) -> Fault:
    at = ", ".join(map(str, places[:5])) + (" ..." if len(places) > 5 else "")
    if name:
        hint = "rename all but one of them"
        return Fault(f"the column name {name!r} stands twice: columns {at}", spec, hint)
    hint = "name it in the header; pandas writes no such column with to_csv(..., index=False)"
    return Fault(f"a column has no name: column {at}", spec, hint)


def _nearby(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r} either; paths start at {str(Path.cwd())!r}"
    if any(sign in path.name for sign in "*?["):
        return "name one file; patterns are not available yet"
    names = sorted(child.name for child in folder.iterdir())
    guess = catalogue.near(path.name, names)
    if guess:
        return f"did you mean {str(folder / guess)!r}?"
    return f"in that folder: {', '.join(names[:10])}" if names else "that folder is empty"


def _inside(path: Path) -> str:
    names = [child.name for child in sorted(path.iterdir()) if child.is_file()]
    return f"name a file in it, such as {str(path / names[0])!r}" if names else "name a file"
