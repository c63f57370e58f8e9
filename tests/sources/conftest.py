"""Servers that sources are tested against, started when a test first needs them."""

from __future__ import annotations

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
