"""Files in a bucket of S3, or of a service like it: ``s3://bucket/folder/*.parquet``.

Credentials are found where AWS's own programs look (the environment, ~/.aws, the machine's role),
or stand in the address as ``s3://KEY:SECRET@bucket/...``; ``s3://anonymous@bucket/...`` needs none.
A service that is not AWS's is named by the environment variable AWS_ENDPOINT_URL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from engine import extras
from engine.errors import DataError, Fault
from engine.sources import remote
from engine.sources.asked import Asked
from engine.sources.remote import Seen

if TYPE_CHECKING:
    import pandas as pd

SECONDS = {"connect_timeout": 10, "read_timeout": 60}
"""How long to wait for a connection, and for the next byte."""
_SIGNS = "*?["
_WHAT = "files in S3"
_NO_BUCKET = "NoSuchBucket"
_HINT_BUCKET = "correct its name, or AWS_ENDPOINT_URL"
_MEANINGS = {
    _NO_BUCKET: "there is no such bucket",
    "InvalidAccessKeyId": "the access key is not known",
    "SignatureDoesNotMatch": "the secret key is not that of the access key",
    "AccessDenied": "you may not read it",
    "Forbidden": "you may not read it",
    "403": "you may not read it",
}
_KEYS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write s3://anonymous@BUCKET/..."


def fingerprint(spec: str) -> dict[str, str]:
    """Return a hash of each file's version, as S3 tells it, by its address."""
    return remote.fingerprint(_Bucket(spec))


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If there is no such bucket or file, or it cannot be read.
    """
    return remote.read(_Bucket(spec))


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time."""
    yield from remote.chunks(_Bucket(spec), rows)


def local(spec: str) -> AbstractContextManager[Asked]:
    """Give copies of the files, to be asked for."""
    return remote.local(_Bucket(spec))


class _Bucket:
    """A file of a bucket, or those that a pattern matches."""

    def __init__(self, spec: str) -> None:
        self.spec = spec
        before, at, rest = spec.partition("://")[2].rpartition("@")
        self.user = before if at and "/" not in before else ""
        path, sign, sheet = (rest if self.user else spec.partition("://")[2]).partition(".xlsx#")
        self.path = path + (".xlsx" if sign else "")
        self.shown = f"s3://{self.path}"
        self.local = self.path + (f"#{sheet}" if sign else "")
        if not self.path.partition("/")[2]:
            hint = "write s3://BUCKET/path/to.csv"
            raise DataError(Fault("the address names no file of a bucket", self.shown, hint))

    def look(self) -> Mapping[str, Seen]:
        with self._explained():
            varies = any(sign in self.path for sign in _SIGNS)
            found = sorted(self._files.glob(self.path)) if varies else [self.path]
            if not found:
                raise DataError(self._nothing())
            return {f"s3://{path}": _seen(self._files.info(path)) for path in found}

    def fetch(self, address: str, path: Path) -> None:
        with self._explained():
            self._files.get_file(address, str(path))

    def place(self, address: str) -> str:
        return address.removeprefix("s3://")

    def _nothing(self) -> Fault:
        bucket = self.path.partition("/")[0]
        if not self._files.exists(bucket):
            return Fault(_MEANINGS[_NO_BUCKET], self.shown, _HINT_BUCKET)
        steady = self.path[: min(self.path.find(sign) % (1 << 30) for sign in _SIGNS)]
        inside = [Path(name).name for name in self._files.glob(f"{steady.rpartition('/')[0]}/*")]
        hint = f"there: {', '.join(sorted(inside)[:10])}" if inside else "nothing is there"
        return Fault("the pattern matches no file", self.shown, hint)

    @cached_property
    def _files(self) -> Any:
        s3fs = extras.imported("s3fs", "s3", DataError, _WHAT)
        key, _, secret = self.user.partition(":")
        options: dict[str, Any] = {"anon": True} if self.user == "anonymous" else {}
        if secret:
            options = {"key": unquote(key), "secret": unquote(secret)}
        config = {**SECONDS, "retries": {"max_attempts": 2}}
        return s3fs.S3FileSystem(
            **options, config_kwargs=config, skip_instance_cache=True, use_listings_cache=False
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what is wrong without the text of the error, which may hold what is secret."""
        extras.imported("s3fs", "s3", DataError, _WHAT)
        exceptions = extras.imported("botocore.exceptions", "s3", DataError, _WHAT)
        try:
            yield
        except (exceptions.BotoCoreError, exceptions.ClientError, OSError, ValueError) as error:
            raise DataError(self._fault(error)) from None

    def _fault(self, error: Exception) -> Fault:
        name = type(error).__name__
        if "Credentials" in name:
            return Fault("no credentials are found for it", self.shown, _KEYS)
        if "Connect" in name or "Timeout" in name:
            hint = "look at the network, and at AWS_ENDPOINT_URL if it is set"
            return Fault("S3 cannot be reached, or does not answer in time", self.shown, hint)
        response = getattr(error.__cause__ or error, "response", None) or {}
        code = str(response.get("Error", {}).get("Code", ""))
        if code in _MEANINGS:
            hint = _KEYS if code != _NO_BUCKET else _HINT_BUCKET
            return Fault(_MEANINGS[code], self.shown, hint)
        if isinstance(error, FileNotFoundError):
            return Fault("there is no such file in the bucket", self.shown, "correct the path")
        if isinstance(error, PermissionError):
            return Fault("you may not read it", self.shown, _KEYS)
        reason = code or name
        return Fault(f"S3 does not give the file ({reason})", self.shown, "type the command again")


def _seen(info: Mapping[str, Any]) -> Seen:
    return Seen(str(info.get("ETag", "")), str(info.get("LastModified", "")), info.get("size"))
