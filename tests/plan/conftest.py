"""One finished run, shared by all tests of the plan: each gets a copy."""

import contextlib

import pytest

from tests.plan import project as projects


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    made = projects.make(tmp_path_factory.mktemp("finished") / "project")
    with contextlib.chdir(made.root):
        made.run()
    return made


@pytest.fixture
def project(finished, tmp_path, monkeypatch):
    """A project that was run once, as the working folder."""
    made = projects.copy(finished, tmp_path / "project")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def new(tmp_path, monkeypatch):
    """A project in which nothing was run yet."""
    made = projects.make(tmp_path / "project")
    monkeypatch.chdir(made.root)
    return made
