"""Folders as bytes: what is sent once to a machine that does not share this one's disk."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path


def pack(folders: Mapping[str, str | Path]) -> bytes:
    """Return the content of folders, by name."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, folder in folders.items():
            archive.add(folder, name)
    return packed.getvalue()


def unpack(packed: bytes, into: Path) -> dict[str, str]:
    """Lay packed folders below one, and return where each lies."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        names = {name.partition("/")[0] for name in archive.getnames()}
        archive.extractall(into, filter="data")
    return {name: str(into / name) for name in sorted(names)}
