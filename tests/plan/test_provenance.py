"""Where a result comes from."""

import re
import subprocess

import pytest

from engine.plan.provenance import provenance, stamp


def git(*words: str) -> None:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def repository(project):
    """The project, committed as a user would who ignores nothing."""
    git("init")
    git("add", "recipes", "data.csv")
    git("commit", "-m", "Begin")
    return project


def test_the_commit_is_noted_and_what_runs_write_is_no_change(repository):
    found = repository.run().card["provenance"]["git"]
    assert re.fullmatch(r"[0-9a-f]{40}", found["commit"])
    assert found["dirty"] is False


@pytest.mark.parametrize("path", ["recipes/small.yaml", "recipes/new.yaml", "notes.txt"])
def test_whatever_else_differs_from_the_commit_is_noted(repository, path):
    (repository.root / path).write_text("# another\n", "utf-8")
    assert provenance()["git"]["dirty"] is True


def test_no_repository_is_no_fault(project):
    assert provenance()["git"] is None


def test_versions_machine_time_and_user_are_noted(project):
    found = project.outputs.latest("small")
    noted = project.run().card["provenance"]
    assert found is not None
    assert noted["versions"]["scikit-learn"] == __import__("sklearn").__version__
    assert set(noted["machine"]) == {"host", "system", "cores"}
    assert noted["who"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", noted["when"])


def test_a_stamp_sorts_as_time_does():
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", stamp())


def test_the_hash_of_the_data_is_that_of_its_content(project):
    before = project.run().card["data"]
    (project.root / "copy.csv").write_bytes((project.root / "data.csv").read_bytes())
    after = project.run("data.source=copy.csv").card["data"]
    assert list(before) == ["data.csv"]
    assert list(before.values()) == list(after.values())
