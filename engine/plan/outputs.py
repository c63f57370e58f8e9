"""The folder ``outputs``: runs by recipe, the newest whole one of each, and the store."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.catalogue import unknown
from engine.errors import Fault, NotFoundError
from engine.plan.fingerprint import Parts
from engine.plan.store import Store

SCORECARD = "scorecard.json"  # written last: a folder that has it is a whole run
LATEST = "latest"
RUNNING = ".running-"


@dataclass(frozen=True)
class Outputs:
    """Everything that runs write, below one folder."""

    root: Path

    @property
    def store(self) -> Store:
        return Store(self.root / ".store")

    def recipes(self) -> list[str]:
        """Names of the recipes that have runs."""
        if not self.root.is_dir():
            return []
        folders = (f for f in self.root.iterdir() if f.is_dir() and not f.name.startswith("."))
        return sorted(folder.name for folder in folders)

    def runs(self, recipe: str) -> list[Path]:
        """Whole runs of a recipe, oldest first."""
        folder = self.root / recipe
        if not folder.is_dir():
            return []
        whole = (f for f in folder.iterdir() if (f / SCORECARD).is_file() and not f.is_symlink())
        return sorted((f for f in whole if not f.name.startswith(".")), key=_age)

    def latest(self, recipe: str) -> Path | None:
        """The newest whole run of a recipe."""
        runs = self.runs(recipe)
        return runs[-1] if runs else None

    def find(self, name: str) -> Path:
        """Return the run that a recipe's name, a run folder or a bundle folder stands for.

        Raises
        ------
        NotFoundError
            If there is none; near names are suggested.
        """
        for folder in (Path(name), self.root / name):
            if (folder / SCORECARD).is_file():
                return folder
            if (folder / "manifest.json").is_file() and (folder.parent / SCORECARD).is_file():
                return folder.parent
        stem = Path(name).stem if name.endswith((".yaml", ".yml")) else name
        if run := self.latest(stem):
            return run
        fault = unknown("run of", name, self.recipes())
        hint = fault.hint if self.recipes() else ""
        raise NotFoundError(Fault(f"there is no run of {name!r} yet", hint=hint or f"engine run {stem}"))

    def bundle(self, name: str) -> Path:
        """Return the bundle that a recipe's name, a run folder or a bundle folder stands for."""
        if (Path(name) / "manifest.json").is_file():
            return Path(name)
        return self.find(name) / "bundle"


class RunFolder:
    """A run folder while it is written: it takes its name only when it is whole.

    Attributes
    ----------
    partial : Path
        Where to write.
    final : Path
        ``folder/stamp``, with a number where a run of the same second has that name; known after
        the ``with`` block.
    """

    def __init__(self, folder: Path, stamp: str) -> None:
        self.folder = folder
        self.stamp = stamp
        self.partial = folder / f"{RUNNING}{stamp}-{os.getpid()}"
        self.final = self.partial

    def __enter__(self) -> RunFolder:
        _sweep(self.folder)
        self.partial.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self.partial, ignore_errors=True)
            return
        self.final = _named(self.partial, self.folder, self.stamp)
        _point(self.folder / LATEST, self.final)


def _named(partial: Path, folder: Path, stamp: str) -> Path:
    number = 1
    while True:
        final = folder / (stamp if number == 1 else f"{stamp}_{number}")
        try:
            final.mkdir()  # claims the name; an empty folder may be replaced by a rename
        except FileExistsError:
            number += 1
            continue
        return partial.rename(final)


def _point(link: Path, run: Path) -> None:
    """Make ``latest`` point at a run, in one step."""
    partial = link.with_name(f".{LATEST}-{os.getpid()}")
    partial.unlink(missing_ok=True)
    partial.symlink_to(run.name)
    partial.replace(link)


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed have left."""
    for left in folder.glob(f"{RUNNING}*"):
        owner = left.name.rpartition("-")[2]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc").exists():
            shutil.rmtree(left, ignore_errors=True)


def _age(run: Path) -> tuple[str, int]:
    """Runs by the second they began in, then by their number within it."""
    date, _, rest = run.name.partition("_")
    time, _, number = rest.partition("_")
    return f"{date}_{time}", int(number) if number.isdigit() else 1


def read_json(path: Path) -> Any:
    """Read a JSON file of a run."""
    return json.loads(path.read_text("utf-8"))


def earlier_parts(run: Path | None) -> Mapping[str, Parts]:
    """Return what each step of an earlier run depended on."""
    path = run / "plan.json" if run else None
    if path is None or not path.is_file():
        return {}
    steps = read_json(path)["steps"]
    return {step["name"]: Parts(**step["parts"]) for step in steps if step.get("parts")}
