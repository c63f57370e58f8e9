"""Files that are packed, known by the ending of their name: gzip, bzip2, xz, Zstandard, zip."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from engine.errors import DataError, Fault

NAMES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "Zstandard", ".zip": "zip"}
_DAMAGE = (
    gzip.BadGzipFile, zlib.error, EOFError, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException,
)  # fmt: skip
MOST_NAMED = 5


def ending(name: str) -> str:
    """Return the ending by which a file is packed; empty where it is not.

    >>> ending("data/A.CSV.GZ"), ending("a.csv")
    ('.gz', '')
    """
    last = Path(name).suffix.lower()
    return last if last in NAMES else ""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file's bytes, unpacked where its name says that it is packed.

    Raises
    ------
    engine.errors.DataError
        If it cannot be unpacked, while it is open.
    OSError
        If it cannot be read.
    """
    how = ending(path.name)
    try:
        with _open(path, how) as file:
            yield file
    except _DAMAGE as error:
        raise _damaged(path, how, error) from error
    except OSError as error:
        if error.errno is None and how:  # so say bzip2, and Arrow of Zstandard
            raise _damaged(path, how, error) from error
        raise


def _open(path: Path, how: str) -> BinaryIO:
    match how:
        case ".gz":
            return cast(BinaryIO, gzip.open(path, "rb"))
        case ".bz2":
            return cast(BinaryIO, bz2.open(path, "rb"))
        case ".xz":
            return cast(BinaryIO, lzma.open(path, "rb"))
        case ".zst":
            stream = pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")
            return cast(BinaryIO, io.BufferedReader(stream))  # which knows lines
        case ".zip":
            return _member(path)
    return path.open("rb")


def _member(path: Path) -> BinaryIO:
    """Open the one file of an archive."""
    with zipfile.ZipFile(path) as archive:  # what is opened in it keeps the file open
        names = [info.filename for info in archive.infolist() if _is_content(info)]
        if len(names) != 1:
            shown = ", ".join(map(repr, names[:MOST_NAMED])) + " ..." * (len(names) > MOST_NAMED)
            found = f"the archive holds {len(names):,} files ({shown})" if names else "it is empty"
            hint = "pack each file by itself"
            raise DataError(Fault(f"one file was expected in it, and {found}", str(path), hint))
        try:
            return cast(BinaryIO, archive.open(names[0]))
        except (RuntimeError, NotImplementedError) as error:  # a password, or a rare method
            hint = "unpack it, and pack it again without a password"
            message = f"the archive cannot be unpacked: {error}"
            raise DataError(Fault(message, str(path), hint)) from error


def _is_content(info: zipfile.ZipInfo) -> bool:
    """Leave out folders, and what macOS adds."""
    name = info.filename
    hidden = name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
    return not info.is_dir() and not hidden


def _damaged(path: Path, how: str, error: Exception) -> DataError:
    what, reason = NAMES.get(how, "packed"), str(error).partition("\n")[0] or "it ends too early"
    hint = f"pack it again, or take {how} off its name if it is not packed"
    return DataError(Fault(f"this is not a whole {what} file: {reason}", str(path), hint))
