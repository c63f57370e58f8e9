"""The look at a text file before it is parsed, and the search for what a parser stumbled over.

The parser (Arrow's) is fast and strict about the number of values in a row, but it does not say
in which line; it also accepts what people never mean, such as a quote that is never closed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from engine.errors import DataError, Fault
from engine.sources import files

_BLOCK = 1 << 20
_NEWLINE = b"\n"
_LONGEST = 2**31 - 1
_DELIMITERS = ",;\t|"
_FIRST = 20  # rows that are looked at
_OPEN = "unexpected end of data"  # what Python's csv module says of a quote that is not closed
_MAGIC = {
    b"PAR1": ("Parquet", "end its name in .parquet"),
    b"PK\x03\x04": ("a zip or Excel file", "end its name in .csv.zip, or .xlsx if it is Excel's"),
    b"BZh": ("packed by bzip2", "end its name in .csv.bz2"),
    b"\xfd7zXZ\0": ("packed by xz", "end its name in .csv.xz"),
    b"\x28\xb5\x2f\xfd": ("packed by Zstandard", "end its name in .csv.zst"),
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "save it as CSV (UTF-8)"),
    b"\x1f\x8b": ("packed by gzip", "end its name in .csv.gz"),
    b"\xff\xfe": ("UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
    b"\xfe\xff": ("UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
}


@dataclass(frozen=True)
class Header:
    """The first line of a file that is not blank.

    Attributes
    ----------
    names : list of str
        Names of the columns, without blanks around them.
    delimiter : str
        What stands between values.
    lines : int
        Lines up to and with the header.
    ends : bool
        Whether each row ends in one more delimiter, with nothing behind it.
    """

    names: list[str]
    delimiter: str
    lines: int
    ends: bool = False

    @property
    def parsed(self) -> list[str]:
        """What a parser is told: the names, and a blank for what follows the last delimiter."""
        return [*self.names, " "] if self.ends else self.names


class Record(NamedTuple):
    """The values of a row, and the lines that it goes over."""

    first: int
    last: int
    values: list[str]


def header(path: Path) -> Header:
    """Check that the file is text in UTF-8 with columns and rows, and return its header.

    Raises
    ------
    engine.errors.DataError
        If it is not so.
    """
    quotes = _scanned(path)
    delimiter = _delimiter(path)
    if quotes % 2:
        _closed(path, delimiter)
    with closing(records(path, delimiter)) as rows:
        head = next((row for row in rows if len(row.values) > 1 or row.values[0].strip()), None)
        row = next(rows, None)
    if head is None:
        raise DataError(Fault("the file is empty", str(path), "write a header and rows to it"))
    if row is None or not _anything_after(head.last, path):
        raise DataError(Fault("there is a header but no rows", str(path), "add rows below it"))
    names = [name.strip() for name in head.values]
    found = Header(names, delimiter, head.last)
    ending = Header(names if names[-1] else names[:-1], delimiter, head.last, ends=True)
    if len(row.values) == len(ending.parsed) and ragged(path, ending) is None:
        found = ending
    files.unique(found.names, f"{path}:{head.first}")
    return found


def records(path: Path, delimiter: str, strict: bool = False) -> Generator[Record]:
    """Yield each row that is not blank.

    Raises
    ------
    engine.errors.DataError
        With ``strict``, if a quote is never closed.
    """
    csv.field_size_limit(_LONGEST)  # of this process; by default a value may have 128 KiB
    with _lines(path) as lines:
        reader, line = csv.reader(lines, delimiter=delimiter, strict=strict), 1
        try:
            for row in reader:
                if row:
                    yield Record(line, reader.line_num, row)
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(_unparsed(str(error), f"{path}:{line}")) from error


def _unparsed(reason: str, where: str) -> Fault:
    if reason == _OPEN:
        found = "a double quote opens in this row and is never closed"
        return Fault(found, where, "close it, or write it twice where it is meant")
    return Fault(f"the row cannot be parsed: {reason}", where, "look for a stray double quote")


def ragged(path: Path, head: Header) -> Fault | None:
    """Find the first row that has more or fewer values than the header has names."""
    for line, last, row in records(path, head.delimiter):
        if last > head.lines and (len(row) != len(head.parsed) or (head.ends and row[-1])):
            noun = "value" if len(row) == 1 else "values"
            names = "name" if len(head.names) == 1 else "names"
            found = f"{len(row)} {noun} where the header has {len(head.names)} {names}"
            more = f"put values that hold {head.delimiter!r} in double quotes"
            fewer = f"write one {head.delimiter!r} for each value that is missing"
            hint = more if len(row) > len(head.names) else fewer
            return Fault(found, f"{path}:{line}", hint)
    return None


@contextmanager
def _lines(path: Path) -> Iterator[io.TextIOWrapper]:
    """Open the file as text whose lines keep their ends."""
    with files.opened(path) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as lines:
        yield lines


def _anything_after(line: int, path: Path) -> bool:
    with _lines(path) as lines:
        return any(text.strip() for text in islice(lines, line, None))


def _scanned(path: Path) -> int:
    """Read all bytes, refuse those that are not text, and return the number of quotes."""
    offset, line, quotes, held = 0, 1, 0, b""
    with files.opened(path) as file:
        while block := file.read(_BLOCK):
            block = held + block
            held = _text(block, offset, line, path)
            whole = len(block) - len(held)
            line += block.count(_NEWLINE, 0, whole)
            quotes += block.count(b'"', 0, whole)
            offset += whole
    if held:
        raise DataError(_not_utf8(held[0], offset, f"{path}:{line}"))
    return quotes


def _text(block: bytes, offset: int, line: int, path: Path) -> bytes:
    """Refuse bytes that are not text; return those of a character that the block cuts."""
    if not offset:
        _recognised(block, path)
    nul = block.find(b"\0")
    if nul >= 0:
        where = f"{path}:{line + block[:nul].count(_NEWLINE)}"
        hint = "a CSV file is text in UTF-8; convert it, or take the byte out"
        raise DataError(Fault(f"byte {offset + nul} is NUL, which no text holds", where, hint))
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(block) and error.reason == "unexpected end of data":
            return block[error.start :]
        where = f"{path}:{line + block[: error.start].count(_NEWLINE)}"
        raise DataError(_not_utf8(block[error.start], offset + error.start, where)) from error
    return b""


def _not_utf8(byte: int, offset: int, where: str) -> Fault:
    hint = "convert the file: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
    return Fault(f"byte {offset} (0x{byte:02x}) is not UTF-8 text", where, hint)


def _recognised(block: bytes, path: Path) -> None:
    for magic, (what, hint) in _MAGIC.items():
        if block.startswith(magic):
            raise DataError(Fault(f"this is not CSV text but {what}", str(path), hint))


def _delimiter(path: Path) -> str:
    """Tell by the ending (a tab for .tsv), else by header and first rows.

    It is the first of , ; tab | that the header holds; of several, the one by which the first rows
    have as many values as the header, and most.

    Raises
    ------
    engine.errors.DataError
        If it could be one as well as another: half of the columns would be lost in the others.
    """
    if ".tsv" in path.suffixes[-2:]:
        return "\t"
    with files.opened(path) as file:
        first = next((line for line in file if line.strip()), b"")
    bare = re.sub(rb'"[^"]*"', b"", first)
    held = [sign for sign in _DELIMITERS if sign.encode() in bare]
    widths = {sign: _width(path, sign) for sign in held if len(held) > 1}
    fitting = [sign for sign in widths if widths[sign] and widths[sign] == max(widths.values())]
    if len(fitting) > 1:
        both = " or ".join(map(repr, fitting))
        hint = "put the names and values that hold another one in double quotes"
        raise DataError(Fault(f"either of {both} could stand between the values", str(path), hint))
    return next(iter([*fitting, *held]), ",")


def _width(path: Path, sign: str) -> int:
    """Return how many values the header and each of the first rows have; 0 where they differ."""
    with closing(records(path, sign)) as rows:
        head, *others = [row.values for row in islice(rows, _FIRST)] or [[""]]
    head = head if head[-1].strip() else head[:-1]
    widths = {len(row) - (len(row) == len(head) + 1 and not row[-1]) for row in others}
    return len(head) if widths == {len(head)} else 0


def _closed(path: Path, delimiter: str) -> None:
    """Refuse a quote that is never closed; another odd quote does no harm."""
    try:
        for _ in records(path, delimiter, strict=True):
            pass
    except DataError as error:
        if isinstance(error.__cause__, csv.Error) and str(error.__cause__) == _OPEN:
            raise
