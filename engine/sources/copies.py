"""Copies of what lies elsewhere, for as long as this process lives.

What is on a server may change while it is read, and be far away: it is fetched once, hashed, and
read from the copy. The folder is this user's alone, and goes when the process ends.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Copy:
    """A folder with a copy.

    Attributes
    ----------
    folder : Path
    mark : str
        By which it is known whether the original is another: what the server says of it.
    facts : any
        What else is known of it.
    """

    folder: Path
    mark: str = ""
    facts: Any = None


_held: dict[tuple[str, ...], Copy] = {}


def held(key: tuple[str, ...]) -> Copy | None:
    """Return the copy that was made last, if there is one."""
    return _held.get(key)


def made(key: tuple[str, ...], fill: Callable[[Path], tuple[str, Any]]) -> Copy:
    """Make a copy anew, in the place of an earlier one.

    Parameters
    ----------
    fill : callable
        Writes into a folder, and returns the copy's mark and facts.
    """
    folder = Path(tempfile.mkdtemp(dir=_root().name))
    try:
        mark, facts = fill(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    earlier = _held.get(key)
    _held[key] = Copy(folder, mark, facts)
    if earlier:
        shutil.rmtree(earlier.folder, ignore_errors=True)
    return _held[key]


@cache
def _root() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="engine-")
