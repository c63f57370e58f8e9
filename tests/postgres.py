"""A PostgreSQL of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.testing import served


def _programs() -> Path | None:
    """PostgreSQL's programs; Debian's package is installed where that is allowed."""
    if served.programs() is None and os.getuid() == 0 and shutil.which("apt-get"):
        asked = ["apt-get", "install", "-y", "--no-install-recommends", "postgresql"]
        subprocess.run(asked, capture_output=True, check=False, timeout=300)
    return served.programs()


def running() -> Iterator[str]:
    """Start it in a folder of its own; yields its address without user and password."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, served.OWNER, served.OWNER)
        with served.postgres(folder, programs) as address:
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)
