"""Run commands of the engine in a folder, in this process or in one of their own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cli import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> int:
        """The code as a shell tells it: 128 and the signal where one has ended the process.

        A second Ctrl-C may come when the command is over and Python is at its end.
        """
        return self.code if self.code >= 0 else 128 - self.code

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def engine(*words: object, folder: Path) -> Ended:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main([str(word) for word in words])
    return Ended(code, out.getvalue(), err.getvalue())


def good(*words: object, folder: Path) -> Ended:
    """Run a command in this process that must succeed."""
    ended = engine(*words, folder=folder)
    assert ended.code == 0, ended.err
    return ended


def start(*words: object, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "engine", *map(str, words)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str], seconds: float = 120) -> Ended:
    """Wait for a process."""
    out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out, err)


def latest(folder: Path, recipe: str) -> Path:
    """The newest whole run of a recipe."""
    return (folder / "outputs" / recipe / "latest").resolve()


def card(folder: Path, recipe: str) -> dict[str, Any]:
    """The scorecard of the newest run."""
    return json.loads((latest(folder, recipe) / "scorecard.json").read_text("utf-8"))
