"""Files on a web server, as ``https://host/a.csv`` or ``https://user:password@host/a.csv``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from engine import extras
from engine.errors import DataError, Fault
from engine.sources import remote
from engine.sources.asked import Asked
from engine.sources.remote import Seen

if TYPE_CHECKING:
    import pandas as pd

CONNECT = 10.0
"""Seconds to wait for a connection."""
SILENCE = 60.0
"""Seconds to wait for the next byte."""
_MEANINGS = {
    401: ("asks for a user and a password", "write https://USER:${oc.env:PASSWORD}@HOST/..."),
    403: ("does not give it to you", "write https://USER:${oc.env:PASSWORD}@HOST/..."),
    404: ("has no such file", "look at the address in a browser"),
    410: ("has it no more", "look at the address in a browser"),
    429: ("is asked too often", "try again later"),
}
_LATER = "type the same command again, or look whether the server is up"


def fingerprint(spec: str) -> dict[str, str]:
    """Return a hash of the file's version, or of its content where the server names no version."""
    return remote.fingerprint(_Web(spec))


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If the server cannot be reached or has no such file, or the file cannot be read.
    """
    return remote.read(_Web(spec))


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time."""
    yield from remote.chunks(_Web(spec), rows)


def local(spec: str) -> AbstractContextManager[Asked]:
    """Give a copy of the file, to be asked for."""
    return remote.local(_Web(spec))


class _Web:
    """One file of a web server."""

    def __init__(self, spec: str) -> None:
        self.spec = spec
        parts = urlsplit(spec)
        try:
            port = f":{parts.port}" if parts.port else ""
        except ValueError as error:
            hint = "write https://HOST/path/to.csv"
            raise DataError(Fault("the address has no proper port", "data.source", hint)) from error
        if not parts.hostname:
            hint = "write https://HOST/path/to.csv"
            raise DataError(Fault("the address names no server", spec, hint))
        self.url = urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, ""))
        bare = (parts.scheme, f"{parts.hostname}{port}", parts.path, "", "")
        self.shown = urlunsplit(bare)
        sheet = f"#{unquote(parts.fragment)}" if parts.fragment else ""
        self.name = remote.name_of(unquote(parts.path))
        self.local = self.name + sheet

    def look(self) -> Mapping[str, Seen]:
        with self._explained():
            info = self._files.info(self.url)
        size = info.get("size")
        return {self.shown: Seen(info.get("ETag", ""), info.get("Last-Modified", ""), size)}

    def fetch(self, address: str, path: Path) -> None:
        with self._explained():
            self._files.get_file(self.url, str(path))

    def place(self, address: str) -> str:
        return self.name

    @cached_property
    def _files(self) -> Any:
        aiohttp = extras.imported("aiohttp", "http", DataError, "files of web servers")
        fsspec = extras.imported("fsspec", "http", DataError, "files of web servers")
        waits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=SILENCE)
        options = {"trust_env": True, "timeout": waits}  # proxies as other programs have them
        return fsspec.filesystem("http", client_kwargs=options, skip_instance_cache=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what is wrong without the text of the error, which holds the URL."""
        aiohttp = extras.imported("aiohttp", "http", DataError, "files of web servers")
        try:
            yield
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            cause = error.__cause__ if isinstance(error, FileNotFoundError) else error
            raise DataError(self._fault(cause, aiohttp)) from None

    def _fault(self, cause: BaseException | None, aiohttp: Any) -> Fault:
        if isinstance(cause, asyncio.TimeoutError):
            return Fault("the server does not answer in time", self.shown, _LATER)
        status = 404 if cause is None else getattr(cause, "status", None)
        if isinstance(status, int):
            meaning, hint = _MEANINGS.get(status, ("fails", _LATER))
            return Fault(f"the server {meaning} (HTTP {status})", self.shown, hint)
        if isinstance(cause, aiohttp.ClientConnectorError):
            reason = cause.os_error.strerror or type(cause).__name__
            return Fault(f"the server cannot be reached: {reason}", self.shown, _LATER)
        message = f"the server breaks off, or says what is no HTTP ({type(cause).__name__})"
        return Fault(message, self.shown, _LATER)
