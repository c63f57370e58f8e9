"""Servers that sources are tested against, started when a test first needs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from engine.testing import served


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def bucket(monkeypatch):
    """An empty bucket of a server like S3, which is where programs look for S3."""
    with served.bucket() as files:
        monkeypatch.setenv("AWS_ENDPOINT_URL", files.url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        yield files


def _programs() -> Path | None:
    """PostgreSQL's programs; Debian's package is installed where that is allowed."""
    if served.programs() is None and os.getuid() == 0 and shutil.which("apt-get"):
        asked = ["apt-get", "install", "-y", "--no-install-recommends", "postgresql"]
        subprocess.run(asked, capture_output=True, check=False, timeout=300)
    return served.programs()


@pytest.fixture(scope="session")
def postgres():
    """A database of PostgreSQL: its address without user and password."""
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
