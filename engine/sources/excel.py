"""Sheets of Excel workbooks (``.xlsx``), with openpyxl: ``book.xlsx``, or ``book.xlsx#March``.

The first row that is not empty is the header. Cells hold what Excel last computed. Words that stand
for a missing value in CSV do so here; what becomes of types says :mod:`engine.sources.records`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import catalogue, extras
from engine.errors import DataError, Fault
from engine.sources import files, records, typed
from engine.sources.records import Kinds, Record

if TYPE_CHECKING:
    import pandas as pd

_MISSING = frozenset(typed.MISSING)
_DAMAGE = (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, SyntaxError, TypeError)


def fingerprint(spec: str) -> dict[str, str]:
    """Return a hash of each file's bytes."""
    return files.fingerprint(_split(spec)[0])


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If a file is damaged, or has no such sheet, or openpyxl is not installed.
    """
    name, sheet = _split(spec)
    paths = files.matched(name)
    kinds = _kinds(paths, sheet)
    return records.frame(list(chain.from_iterable(_records(p, sheet) for p in paths)), kinds)


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time.

    Raises
    ------
    engine.errors.DataError
        If a file is damaged, or has no such sheet, or openpyxl is not installed.
    """
    name, sheet = _split(spec)
    paths = files.matched(name)
    kinds = _kinds(paths, sheet)
    yield from records.chunks(chain.from_iterable(_records(p, sheet) for p in paths), kinds, rows)


def _split(spec: str) -> tuple[str, str]:
    """Return the file, and the sheet that is named behind it."""
    at = spec.lower().rfind(".xlsx#")
    return (spec, "") if at < 0 else (spec[: at + 5], spec[at + 6 :])


def _kinds(paths: list[Path], sheet: str) -> Kinds:
    found: dict[str, Kinds] = {}
    for path in paths:
        found[str(path)], rows = records.survey(_records(path, sheet))
        if not rows:
            hint = "write a header and rows below it"
            raise DataError(Fault("the sheet has no rows", str(path), hint))
    files.alike({file: list(kinds) for file, kinds in found.items()})
    every = list(found.values())
    return {name: set().union(*(kinds[name] for kinds in every)) for name in every[0]}


def _records(path: Path, sheet: str) -> Iterator[Record]:
    """Yield the rows below the header; an empty row is none."""
    with _rows(path, sheet) as rows:
        head = next((row for row in rows if any(v is not None for v in row)), ())
        names = [str(value).strip() if value is not None else "" for value in head]
        while names and not names[-1]:  # cells that only have a format
            names.pop()
        files.unique(names, str(path))
        for row in rows:
            values = [_value(value) for value in row[: len(names)]]
            if any(value is not None for value in values):
                yield dict(zip(names, values, strict=False))


def _value(value: Any) -> Any:
    """Return what a cell holds as something that a column can hold."""
    if isinstance(value, str):
        return None if value in _MISSING else value
    return value if records.holds(value) else str(value)


@contextmanager
def _rows(path: Path, sheet: str) -> Iterator[Iterator[tuple[Any, ...]]]:
    openpyxl = extras.imported("openpyxl", "excel", DataError, "Excel files")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (*_DAMAGE, openpyxl.utils.exceptions.InvalidFileException) as error:
        reason = str(error).strip("'\"").partition("\n")[0]
        hint = "save it anew as an Excel workbook (.xlsx), or as CSV (UTF-8)"
        message = f"this is not a whole Excel file: {reason}"
        raise DataError(Fault(message, str(path), hint)) from error
    try:
        yield book[_sheet(book.sheetnames, sheet, path)].iter_rows(values_only=True)
    finally:
        book.close()


def _sheet(names: list[str], asked: str, path: Path) -> str:
    if asked:
        if asked not in names:
            raise DataError(catalogue.unknown("sheet", asked, names, str(path)))
        return asked
    if len(names) > 1:
        listed = ", ".join(names[:5]) + " ..." * (len(names) > 5)
        hint = f"name one behind the file: {path}#{names[0]}"
        raise DataError(Fault(f"the workbook has several sheets: {listed}", str(path), hint))
    return names[0]
