"""The files around the code agree with each other."""

import re
import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from tests.house.tracked import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
PINNED = {re.sub(r"[-_.]+", "-", name).lower(): pin for name, pin in PINS.items()}
DECLARED = [
    Requirement(text)
    for texts in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for text in texts
]


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda requirement: requirement.name)
def test_every_declared_package_is_pinned_within_its_range(requirement):
    pin = PINNED[re.sub(r"[-_.]+", "-", requirement.name).lower()]
    assert requirement.specifier.contains(pin)


def test_the_installed_package_has_the_version_that_the_project_declares():
    assert version("recipe-engine") == PROJECT["version"]


def test_the_changelog_knows_what_comes_next_and_the_version():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "\n## [Unreleased]\n" in text


def test_the_decisions_are_numbered_without_a_gap_and_all_listed():
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert sorted(listed) == records
