"""What sources share that fetch files: looked at, copied, and read as files of their kind.

A file's fingerprint is what the server calls its version (a strong ETag) with its size; where it
has none, the file is fetched, and its content hashed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import DataError, Fault
from engine.sources import copies, files
from engine.sources.asked import Asked

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Seen:
    """What a server says of a file, without giving it."""

    etag: str = ""
    modified: str = ""
    size: int | None = None

    @property
    def version(self) -> str:
        """What changes whenever a byte does; empty where the server promises no such thing."""
        strong = self.etag and not self.etag.startswith("W/")
        return f"{self.etag} {self.size}" if strong else ""


class Server(Protocol):
    """Files of one address on a server."""

    spec: str
    """The address as asked for, which may hold a password."""
    shown: str
    """The same, without a password."""
    local: str
    """The file, or the pattern, that stands for it in the folder of a copy."""

    def look(self) -> Mapping[str, Seen]:
        """Return what is known of each file, by its address without a password."""

    def fetch(self, address: str, path: Path) -> None:
        """Copy a file."""

    def place(self, address: str) -> str:
        """Where its copy lies in the folder."""


def fingerprint(server: Server) -> dict[str, str]:
    """Return a hash of each file's version, or of its content."""
    seen = _looked(server)
    if all(one.version for one in seen.values()):
        return {address: _hash(one.version.encode()) for address, one in seen.items()}
    folder = _copied(server, seen).folder
    places = {address: str(folder / server.place(address)) for address in seen}
    return {address: files.fingerprint(place)[place] for address, place in places.items()}


def read(server: Server) -> pd.DataFrame:
    """Return all rows."""
    copy = _copied(server, _looked(server))
    with _called(server, copy):
        return _asked(server, copy.folder).read()


def chunks(server: Server, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time."""
    copy = _copied(server, _looked(server))
    with _called(server, copy):
        yield from _asked(server, copy.folder).chunks(rows)


@contextmanager
def local(server: Server) -> Iterator[Asked]:
    """Give what is asked for as files of this machine."""
    copy = _copied(server, _looked(server))
    with _called(server, copy):
        yield _asked(server, copy.folder)


def _asked(server: Server, folder: Path) -> Asked:
    return Asked(str(folder / server.local))


def _looked(server: Server) -> Mapping[str, Seen]:
    """Ask the server about files whose ending some source knows."""
    _ = Asked(server.local, where=server.shown).kind
    return server.look()


def _copied(server: Server, seen: Mapping[str, Seen]) -> copies.Copy:
    """Return the copy there is, if the server says nothing else than when it was made."""
    known = all(one.etag or one.modified for one in seen.values())
    mark = json.dumps({address: repr(one) for address, one in seen.items()}) if known else ""
    earlier = copies.held((server.spec,))
    if earlier and mark and earlier.mark == mark:
        return earlier

    def fill(folder: Path) -> tuple[str, Any]:
        for address, one in seen.items():
            path = folder / server.place(address)
            path.parent.mkdir(parents=True, exist_ok=True)
            server.fetch(address, path)
            _require_whole(path, one, address)
        return mark, sorted(seen, reverse=True)

    return copies.made((server.spec,), fill)


def _require_whole(path: Path, seen: Seen, address: str) -> None:
    size = path.stat().st_size
    if seen.size is not None and size != seen.size:
        message = f"{size:,} of {seen.size:,} bytes came"
        raise DataError(Fault(message, address, "type the same command again"))


@contextmanager
def _called(server: Server, copy: copies.Copy) -> Iterator[None]:
    """Let what is wrong with a copy be told of the original."""
    try:
        yield
    except DataError as error:
        names = {str(copy.folder / server.place(address)): address for address in copy.facts}

        def told(text: str) -> str:
            for path, address in names.items():
                text = text.replace(path, address)
            return text

        faults = (Fault(told(f.message), told(f.where), told(f.hint)) for f in error.faults)
        raise DataError(*faults) from error


def name_of(path: str) -> str:
    """Return the last part of an address as a name that a file can have."""
    name = PurePosixPath(path).name
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name) or "data"


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
