"""The folder ``outputs``: runs by recipe, the newest whole one of each, and the store."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.catalogue import near
from engine.errors import EngineError, Fault, NotFoundError
from engine.plan.claim import claimed, settle
from engine.plan.fingerprint import Parts
from engine.plan.store import Store
from engine.recipe.load import load

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
        return sorted(f.name for f in self.root.iterdir() if whole_runs(f))

    def runs(self, recipe: str) -> list[Path]:
        """Whole runs of a recipe, oldest first."""
        return whole_runs(self.root / recipe)

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
        if run := self.latest(self._called(name)):
            return run
        guess = near(stem, self.recipes())
        hint = f"did you mean {guess!r}?" if guess else f"engine run {stem}"
        raise NotFoundError(Fault(f"there is no run of {name!r} yet", hint=hint))

    def _called(self, recipe: str) -> str:
        """Return the name that a recipe gives itself."""
        try:
            return load(recipe).recipe.name
        except EngineError:
            return recipe

    def bundle(self, name: str) -> Path:
        """Return the bundle that a recipe's name, a run folder or a bundle folder stands for."""
        if (Path(name) / "manifest.json").is_file():
            return Path(name)
        return self.find(name) / "bundle"


@contextmanager
def run_folder(folder: Path, stamp: str) -> Iterator[RunFolder]:
    """Give a run folder to write: it takes its name when it is whole, if nothing is raised."""
    with claimed(folder, RUNNING) as partial:
        place = RunFolder(partial)
        yield place
        settle(partial)
        place.final = _named(partial, folder, stamp)
    _point(folder)


@dataclass
class RunFolder:
    """A run folder while it is written.

    Attributes
    ----------
    partial : Path
        Where to write.
    final : Path, optional
        ``folder/stamp``, with a number where a run of the same second has that name; known once
        it is whole.
    """

    partial: Path
    final: Path | None = None


def _named(partial: Path, folder: Path, stamp: str) -> Path:
    number = 1
    while True:
        final = folder / (stamp if number == 1 else f"{stamp}_{number}")
        try:
            return partial.rename(final)  # never onto a whole run: that is not empty
        except OSError:
            if not final.exists():
                raise
        number += 1


def _point(folder: Path) -> None:
    """Make ``latest`` point at the newest whole run, in one step."""
    while True:
        newest = whole_runs(folder)[-1].name
        link = folder / LATEST
        partial = folder / f".{LATEST}-{uuid.uuid4().hex[:12]}"
        partial.symlink_to(newest)
        partial.replace(link)
        if whole_runs(folder)[-1].name == newest:  # else one that ended meanwhile is newer
            return


def whole_runs(folder: Path) -> list[Path]:
    """Return the whole runs in a folder, oldest first."""
    if not folder.is_dir():
        return []
    whole = (f for f in folder.iterdir() if (f / SCORECARD).is_file() and not f.is_symlink())
    return sorted((f for f in whole if not f.name.startswith(".")), key=_age)


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
