"""Runs that were stopped while they searched: enough of each is kept to carry it on by name.

What their searches have done lies in the store; a record here is the recipe as it was composed,
and what was said on the command line. It goes when a run of the same search is whole.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.plan import asked
from engine.plan.claim import is_written
from engine.plan.outputs import RUNNING, Outputs, read_json
from engine.plan.running import FILE, noted
from engine.search.record import read_trials

STOPPED = ".stopped-"
RECIPE = "recipe.yaml"
KEPT = (RECIPE, asked.FILE, FILE)


@dataclass(frozen=True)
class Stopped:
    """A run that was stopped.

    Attributes
    ----------
    name : str
        What its folder would have been called.
    """

    name: str
    folder: Path
    facts: dict[str, Any]

    def trials(self, outputs: Outputs) -> int:
        """Count what its search has told so far."""
        found = read_trials(outputs.store.root / Path(self.facts["search"]).name)
        return min(len(found), self.facts.get("total") or len(found))


def stopped(parent: Path) -> list[Stopped]:
    """Return the stopped runs of a recipe, the first to begin first; killed ones too."""
    found = [
        Stopped(facts["stamp"], folder, facts)
        for pattern in (STOPPED, RUNNING)
        for folder in parent.glob(f"{pattern}*")
        if (facts := _facts(folder)) and not is_written(folder)
    ]
    newest = {one.facts["search"]: one for one in sorted(found, key=_since)}
    return sorted(newest.values(), key=_since)


def _since(one: Stopped) -> tuple[float, str]:
    return one.facts["holder"]["since"], one.name


def _facts(folder: Path) -> dict[str, Any] | None:
    """Read what a run says of itself that got as far as its search."""
    facts = noted(folder)
    whole = facts and facts.get("search") and facts.get("stamp") and (folder / RECIPE).is_file()
    return facts if whole else None


def keep(folder: Path) -> None:
    """Keep what is needed of the folder of a run that was stopped, if it got far enough."""
    facts = _facts(folder)
    if facts is None:
        return
    forget(folder.parent, facts["search"])
    final = folder.with_name(f"{STOPPED}{facts['stamp']}-{uuid.uuid4().hex[:6]}")
    with suppress(FileNotFoundError):  # another run has just kept it
        folder.rename(final)
        for path in final.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in KEPT:
                path.unlink()


def keep_killed(parent: Path) -> None:
    """Keep what is needed of runs that were killed, before their folders are swept away."""
    for folder in parent.glob(f"{RUNNING}*"):
        if not is_written(folder):
            keep(folder)


def forget(parent: Path, search: str) -> None:
    """Drop what is kept of runs of a search."""
    for folder in _kept(parent, search):
        shutil.rmtree(folder, ignore_errors=True)


def _kept(parent: Path, search: str) -> Iterator[Path]:
    for folder in parent.glob(f"{STOPPED}*"):
        facts = _facts(folder)
        if facts is None or facts["search"] == search:
            yield folder


def carried_on(run: Path) -> None:
    """Drop what is kept of stopped runs that a whole one has carried on."""
    for step in read_json(run / "plan.json")["steps"]:
        if step["name"] == "search":
            forget(run.parent, f"search-{step['fingerprint']}")
