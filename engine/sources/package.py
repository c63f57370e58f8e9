"""A file inside an installed package, as ``package:NAME/path/in/it.csv``.

The package is found but not imported, and nothing outside its folder is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import catalogue
from engine.errors import DataError, Fault
from engine.sources.asked import Asked
from engine.sources.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


def fingerprint(spec: str) -> dict[str, str]:
    """Return a hash of the file's bytes."""
    reader, path = _located(spec)
    return {spec: reader.fingerprint(path)[path]}


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If there is no such package or file, or the file cannot be read.
    """
    reader, path = _located(spec)
    frame: pd.DataFrame = reader.read(path)
    return frame


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, as the file's own source does."""
    reader, path = _located(spec)
    yield from reader.chunks(path, rows)


@contextmanager
def local(spec: str) -> Iterator[Asked]:
    """Give the file, to be asked for."""
    yield Asked(_located(spec)[1], where=spec)


def _located(spec: str) -> tuple[Any, str]:
    """Return the source that reads the file, and the file's path."""
    name, _, inner = spec.partition(":")[2].partition("/")
    parts = inner.split("/")
    named = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and inner.isprintable()
    if not named or {"", ".", ".."} & set(parts):
        hint = "write package:NAME/path/in/it.csv, without '..'"
        raise DataError(Fault(f"{spec!r} does not name a file of a package", "data.source", hint))
    reader = catalogue.find("sources", kind_of(parts[-1]))
    return reader, str(_inside(_folders(name, spec), inner, spec))


def _folders(name: str, spec: str) -> list[Path]:
    """Return the folders of a package, which is not executed."""
    found = PathFinder.find_spec(name)
    if found is None or not found.submodule_search_locations:
        hint = f"install it, or correct the name: {name!r} must be what one imports"
        raise DataError(Fault(f"no package {name!r} is installed", spec, hint))
    return [Path(folder).resolve() for folder in found.submodule_search_locations]


def _inside(folders: list[Path], inner: str, spec: str) -> Path:
    """Return the file in the first folder that has it, unless a link leads out of the folder."""
    folder = next((folder for folder in folders if (folder / inner).exists()), folders[0])
    path = (folder / inner).resolve()
    if not path.is_relative_to(folder):
        hint = "name a file that lies in the package itself"
        raise DataError(Fault("the path leads out of the package", spec, hint))
    return path
