"""What sources that read a file share: finding it, hashing it, and saying what is wrong."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine import catalogue
from engine.errors import DataError, Fault
from engine.sources import packed

_SIGNS = "*?["
MOST_NAMED = 10


def matched(spec: str) -> list[Path]:
    """Return the file, or all files that a pattern matches, in the order of their names.

    Raises
    ------
    engine.errors.DataError
        If there is none, or one cannot be read.
    """
    if not any(sign in spec for sign in _SIGNS) or Path(spec).exists():
        return [found(spec)]
    names = sorted(name for name in glob.glob(spec, recursive=True) if Path(name).is_file())
    if not names:
        raise DataError(Fault("the pattern matches no file", spec, _around(spec)))
    return [found(name) for name in names]


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
    """Return the blake2b hash (hexadecimal, 32 digits) of each file's bytes, by its name."""
    paths = matched(spec)
    if len(paths) == 1 and Path(spec) == paths[0]:
        return {spec: _digest(paths[0])}
    return {str(path): _digest(path) for path in paths}


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
    except OSError as error:
        raise DataError(unreadable(str(path), error)) from error
    return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file's bytes, unpacked where its name says that it is packed.

    Raises
    ------
    engine.errors.DataError
        If the bytes cannot be read, or cannot be unpacked, while it is open.
    """
    try:
        with packed.opened(path) as file:
            yield file
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


def alike(columns: Mapping[str, Sequence[str]]) -> None:
    """Refuse files of one pattern whose columns differ; their order may.

    Parameters
    ----------
    columns : mapping
        Names of the columns by file.

    Raises
    ------
    engine.errors.DataError
    """
    first, *others = columns.items()
    faults = []
    for file, names in others:
        lacks = [name for name in first[1] if name not in set(names)]
        adds = [name for name in names if name not in set(first[1])]
        if lacks or adds:
            found = " and ".join(
                text for text in (
                    f"lacks {_listed(lacks)}" if lacks else "",
                    f"has {_listed(adds)} besides" if adds else "",
                ) if text
            )  # fmt: skip
            hint = "files of one pattern have the same columns: mend it, or narrow the pattern"
            faults.append(Fault(f"its columns are not those of {first[0]}: it {found}", file, hint))
    if faults:
        raise DataError(*faults[:MOST_NAMED])


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:5]))
    return shown + (f" and {len(names) - 5:,} more columns" if len(names) > 5 else "")


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
    names = _seen(folder, hidden=path.name.startswith("."))
    guess = catalogue.near(path.name, names)
    if guess:
        return f"did you mean {str(folder / guess)!r}?"
    return f"in that folder: {', '.join(names[:MOST_NAMED])}" if names else "that folder is empty"


def _seen(folder: Path, hidden: bool = False) -> list[str]:
    """Return what a folder shows: a hidden name may be a file that the engine is writing."""
    names = (child.name for child in folder.iterdir())
    return sorted(name for name in names if hidden or not name.startswith("."))


def _inside(path: Path) -> str:
    names = [child.name for child in sorted(path.iterdir()) if child.is_file()]
    return f"name a file in it, such as {str(path / names[0])!r}" if names else "name a file"


def _around(spec: str) -> str:
    """Say what there is where a pattern begins to vary."""
    parts = Path(spec).parts
    varies = next(i for i, part in enumerate(parts) if any(sign in part for sign in _SIGNS))
    steady = Path(*parts[:varies])
    if not steady.is_dir():
        return f"there is no folder {str(steady)!r}; paths start at {str(Path.cwd())!r}"
    names = _seen(steady)
    more = " ..." if len(names) > MOST_NAMED else ""
    return f"in {str(steady)!r}: {', '.join(names[:MOST_NAMED]) + more or 'nothing'}"
