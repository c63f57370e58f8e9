"""Run commands of the engine in a folder, in this process or in one of their own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cli import main
from engine.plan.stopped import STOPPED

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    out: str
    err: str

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


def interrupt_twice(process: subprocess.Popen[str], runs: Path) -> None:
    """Send Ctrl-C to a run and all that it has started until it stops at once.

    Once would end a search with what it has; two at the same moment may count as one. Where there
    is nothing yet, the first stops it, and a second could meet Python at its very end.

    Parameters
    ----------
    runs : Path
        Where the run leaves its folder.
    """
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.3)
    stopped = any(path.name.startswith(STOPPED) for path in runs.iterdir())
    if not stopped and process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
