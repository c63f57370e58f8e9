"""What is installed, against what the engine asks for."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from packaging.requirements import Requirement

NAME = "recipe-engine"
AGAIN = f"pip install --upgrade {NAME}"
FOR_DEVELOPERS = ("test", "dev")
ABOUT = {
    "boosting": "the families lightgbm, catboost and ebm",
    "dask": "fits on a cluster of Dask: compute=dask",
    "ray": "fits on a cluster of Ray: compute=ray",
    "joblib": "jobs of a multirun side by side: hydra/launcher=joblib",
    "examples": "the data of the example recipes",
}
"""What an extra is for; another is described by what it installs."""


def engine_version() -> str | None:
    """Return the engine's version; None where it runs without being installed."""
    return _installed(NAME)


def python_version() -> str:
    """Return version and build of Python."""
    return f"{platform.python_version()} ({platform.python_implementation()}, {platform.machine()})"


def libraries() -> list[dict[str, Any]]:
    """Return each library that the engine cannot do without."""
    return [_row(requirement) for requirement in _requirements() if _needed(requirement, "")]


def extras() -> list[dict[str, Any]]:
    """Return each extra: what it adds, what of it is missing, and how to install it."""
    requirements = _requirements()
    names = [name for name in _provided() if name not in FOR_DEVELOPERS]
    return [_extra(name, [r for r in requirements if _of(r, name)]) for name in names]


def _extra(name: str, requirements: Iterable[Requirement]) -> dict[str, Any]:
    rows = [_row(requirement) for requirement in requirements]
    missing = [row["name"] for row in rows if row["version"] is None]
    about = ABOUT.get(name) or ", ".join(row["name"] for row in rows)
    return {
        "name": name, "about": about, "missing": missing, "libraries": rows,
        "command": f"pip install '{NAME}[{name}]'",
    }  # fmt: skip


def _row(requirement: Requirement) -> dict[str, Any]:
    version = _installed(requirement.name)
    wanted = requirement.specifier
    supported = version is not None and wanted.contains(version, prereleases=True)
    return {
        "name": requirement.name, "version": version, "wanted": str(wanted),
        "supported": supported,
    }  # fmt: skip


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _requirements() -> list[Requirement]:
    try:
        return [Requirement(text) for text in metadata.requires(NAME) or ()]
    except metadata.PackageNotFoundError:
        return []


def _provided() -> list[str]:
    try:
        return metadata.metadata(NAME).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []


def _needed(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _of(requirement: Requirement, extra: str) -> bool:
    """Whether it is asked for by an extra alone."""
    return _needed(requirement, extra) and not _needed(requirement, "")
