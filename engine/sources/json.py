"""Records in JSON: a list of objects (``.json``), or an object in each line (``.jsonl``).

Every key is a column; a record that lacks it has a missing value. What becomes of the types says
:mod:`engine.sources.records`. A file is gone through twice, as no two chunks may disagree.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError, Fault
from engine.sources import files, records
from engine.sources.records import Kinds, Record

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 1 << 18
_LONGEST = 64 << 20  # letters of a record
_DECODER = json.JSONDecoder(object_pairs_hook=lambda pairs: _once(pairs))
_NoJSON = json.JSONDecodeError
_BLANK = " \t\r\n"
_HALF = re.compile("[\ud800-\udfff]")
_LINES = (".jsonl", ".ndjson")
_FORM = 'write [{"a": 1}, {"a": 2}], or an object in each line and end the name in .jsonl'


fingerprint = files.fingerprint


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If a file is not made of records; names the line, or the record.
    """
    paths = files.matched(spec)
    kinds = _kinds(paths)
    return records.frame(list(chain.from_iterable(map(_records, paths))), kinds)


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time, in bounded memory.

    Raises
    ------
    engine.errors.DataError
        If a file is not made of records; names the line, or the record.
    """
    paths = files.matched(spec)
    kinds = _kinds(paths)
    yield from records.chunks(chain.from_iterable(map(_records, paths)), kinds, rows)


def _kinds(paths: list[Path]) -> Kinds:
    """Look at all records of all files, which are to have the same columns."""
    found: dict[str, Kinds] = {}
    for path in paths:
        found[str(path)], rows = records.survey(_records(path))
        if not rows:
            raise DataError(Fault("there are no records in it", str(path), _FORM))
        if not found[str(path)]:
            raise DataError(Fault("the records have no keys", str(path), _FORM))
        files.unique(list(found[str(path)]), str(path))
    files.alike({file: list(kinds) for file, kinds in found.items()})
    every = list(found.values())
    return {name: set().union(*(kinds[name] for kinds in every)) for name in every[0]}


def _records(path: Path) -> Iterator[Record]:
    """Yield each record that is sound; refuse one that is not, by its line or number."""
    lines = any(ending in _LINES for ending in path.suffixes[-2:])
    with _text(path) as text:
        for place, value in _of_lines(text, path) if lines else _of_list(text, path):
            yield _record(value, place)


def _of_lines(text: io.TextIOWrapper, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text, start=1):
        if line.strip():
            try:
                yield f"{path}:{number}", _DECODER.decode(line)
            except ValueError as error:
                at = f" at letter {error.pos + 1:,}" if isinstance(error, _NoJSON) else ""
                shown = f"{_reason(error)}{at}"
                hint = "each line holds one whole object"
                fault = Fault(f"the line is no JSON: {shown}", f"{path}:{number}", hint)
                raise DataError(fault) from error


def _of_list(text: io.TextIOWrapper, path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the elements of a list, which may be longer than memory."""
    buffer = _Buffer(text)
    opening = buffer.sign()
    if opening != "[":
        raise DataError(_no_list(opening, buffer, path))
    buffer.skip()
    number = 0
    if buffer.sign() == "]":
        buffer.skip()
        _require_end(buffer, path)
        return
    while True:
        number += 1
        yield f"{path}: record {number:,}", _element(buffer, number, path)
        sign = buffer.sign()
        buffer.skip()
        if sign == "]":
            _require_end(buffer, path)
            return
        if sign != ",":
            found = f"{sign!r} stands" if sign else "the file ends"
            raise DataError(Fault(f"{found} after record {number:,}", str(path), _FORM))


def _require_end(buffer: _Buffer, path: Path) -> None:
    if sign := buffer.sign():
        raise DataError(Fault(f"{sign!r} stands after the list of records", str(path), _FORM))


def _element(buffer: _Buffer, number: int, path: Path) -> Any:
    try:
        return buffer.value()
    except ValueError as error:
        message = f"record {number:,} is no JSON: {_reason(error)}"
        raise DataError(Fault(message, str(path), "mend it; the file may be cut short")) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, whose keys are to stand once: of two, one would be lost."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return made


def _reason(error: ValueError) -> str:
    """Say why a text is no JSON; Python itself says it of a number, in its own words."""
    if isinstance(error, _NoJSON):
        return error.msg
    said = str(error)
    return "a number has too many digits" if said.startswith("Exceeds the limit") else said


class _Buffer:
    """Text that is read as far as it is needed."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.held = ""
        self.at = 0

    def sign(self) -> str:
        """Return the next sign that is not blank; empty at the end."""
        while True:
            while self.at < len(self.held) and self.held[self.at] in _BLANK:
                self.at += 1
            if self.at < len(self.held) or not self._more(_BLOCK):
                return self.held[self.at : self.at + 1]

    def skip(self) -> None:
        """Go past the sign."""
        self.at += 1

    def value(self) -> Any:
        """Take the next value; a number could be cut where the text held ends, but is refused."""
        self.sign()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.held, self.at)
            except _NoJSON:
                too_long = len(self.held) - self.at > _LONGEST
                if too_long or not self._more(max(_BLOCK, len(self.held))):
                    raise
            else:
                self.at = end
                return value

    def _more(self, letters: int) -> bool:
        block = self.text.read(letters)
        self.held, self.at = self.held[self.at :] + block, 0
        return bool(block)


def _no_list(opening: str, buffer: _Buffer, path: Path) -> Fault:
    """Say what stands in the place of a list of records."""
    if not opening:
        return Fault("the file is empty", str(path), _FORM)
    what = "one object" if opening == "{" else f"a text that begins with {opening!r}"
    if opening == "{" and "\n{" in buffer.held:
        return Fault(
            "this is an object in each line, not a list", str(path), "end its name in .jsonl"
        )
    return Fault(f"this is {what}, not a list of records", str(path), _FORM)


def _record(value: Any, place: str) -> Record:
    if not isinstance(value, dict):
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
        raise DataError(Fault(f"{shown} is no record", place, 'a record is written {"a": 1}'))
    nested = next((name for name, inner in value.items() if not records.holds(inner)), None)
    if nested is not None:
        what = "a list" if isinstance(value[nested], list) else "an object"
        hint = "give each of its values a key of its own, or leave the key out"
        raise DataError(Fault(f"{nested!r} holds {what}, which no column can hold", place, hint))
    torn = next((text for text in chain(value, value.values()) if _is_torn(text)), None)
    if torn is not None:
        message = f"{json.dumps(torn)[:40]} holds half a letter"
        hint = "write both halves (\\ud83d\\ude00), or the letter itself"
        raise DataError(Fault(message, place, hint))
    return value


def _is_torn(text: Any) -> bool:
    """Whether a text holds one of the two signs alone that JSON may write for a letter."""
    return isinstance(text, str) and not text.isascii() and bool(_HALF.search(text))


@contextmanager
def _text(path: Path) -> Iterator[io.TextIOWrapper]:
    with files.opened(path) as file, io.TextIOWrapper(file, "utf-8-sig") as text:
        try:
            yield text
        except UnicodeDecodeError as error:
            hint = "convert the file: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
            message = f"a byte (0x{error.object[error.start]:02x}) is not UTF-8 text"
            raise DataError(Fault(message, str(path), hint)) from error
        except RecursionError as error:
            raise DataError(Fault("a value is nested too deeply", str(path), _FORM)) from error
