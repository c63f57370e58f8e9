"""Where a result comes from: code, versions, machine, who and when.

The one place that asks the clock, git and the machine.
"""

from __future__ import annotations

import getpass
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.steps.cores import available_cores

LIBRARIES = (
    "recipe-engine", "scikit-learn", "xgboost", "pandas", "numpy", "optuna", "hydra-core",
    "omegaconf", "pydantic", "skops", "pyarrow",
)  # fmt: skip
NOT_CODE = (":(exclude,glob)**/outputs/**", ":(exclude)outputs")  # what runs write themselves


def stamp() -> str:
    """The time now, as a folder's name."""
    return datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")


def now() -> float:
    """Return the time now, in seconds since 1970."""
    return datetime.now(UTC).timestamp()


def provenance() -> dict[str, Any]:
    """Return commit and dirty state, versions, machine, user and time."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": who(),
        "git": _git(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in LIBRARIES},
        "machine": {
            "host": host(),
            "system": platform.platform(),
            "cores": available_cores(),
        },
    }


def host() -> str:
    """Return the name of this machine."""
    return platform.node()


def who() -> str:
    """Return the user's name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in a container
        return "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _git() -> dict[str, Any] | None:
    commit = _ask_git("rev-parse", "HEAD")
    if commit is None:
        return None
    changed = _ask_git("status", "--porcelain", "--", ":/", *NOT_CODE)
    return {"commit": commit, "dirty": bool(changed)}


def _ask_git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *words], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
