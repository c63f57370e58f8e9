"""What each job of a multirun does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.cli import console
from engine.cli.outputs import OUTPUTS
from engine.cli.progress import Watcher
from engine.errors import EngineError
from engine.plan.asked import Asked
from engine.plan.multirun import is_done, run_job
from engine.recipe.composition.sweep import Job, Sweep
from engine.recipe.load import Loaded
from engine.recipe.schema import Recipe
from engine.steps import cores


@dataclass(frozen=True)
class Run:
    """What each job does, in this process or in one of several that a launcher has started.

    Attributes
    ----------
    count : int
        Number of jobs, for messages.
    process : int
        The process that has asked for them.
    defaults : bool
        Whether a job tries the defaults of each family alone, without a search.
    """

    sweep: Sweep
    count: int
    process: int
    fresh: bool
    defaults: bool = False

    def __call__(self, job: Job) -> dict[str, Any]:
        result = {"number": job.number, "overrides": plain(job.overrides), "error": ""}
        try:
            self._run(job)
        except EngineError as error:
            result["error"] = "; ".join(fault.message for fault in error.faults)
        return result

    def _run(self, job: Job) -> None:
        loaded = self.sweep.load(job.overrides)
        loaded = defaults_alone(loaded) if self.defaults else loaded
        title = f"job {job.number + 1} of {self.count}: {' '.join(plain(job.overrides))}"
        side_by_side = os.getpid() != self.process
        jobs = self._beside(job)
        recipe = cores.beside(loaded.recipe, jobs) if side_by_side else loaded.recipe
        if is_done(recipe, loaded.tree, OUTPUTS, job.folder):
            console.notice(f"{title}: done already")
            return
        print(title, file=sys.stderr, flush=True)
        for text in _cut(loaded.recipe, recipe, jobs) if job.number == 0 else ():
            console.notice(text)
        with Watcher(recipe.search.trials, quiet=True, alone=not side_by_side) as watcher:
            asked = Asked.of(self.sweep.recipe, loaded.path, plain(job.overrides))
            folder = _relative(job.folder)
            run_job(recipe, loaded.tree, OUTPUTS, folder, watcher, self.fresh, asked)

    def _beside(self, job: Job) -> int:
        """Return how many jobs run side by side on this machine, as far as that is known."""
        if job.beside is None:
            return 1
        hands = job.beside if job.beside > 0 else cores.available_cores() + 1 + job.beside
        batch = int(self.sweep.sweeper["n_jobs"]) if self.sweep.draws else self.count
        return max(1, min(hands, batch, self.count))


def _cut(asked: Recipe, kept: Recipe, jobs: int) -> Iterator[str]:
    """Say where a job is given less than its recipe asks for, as it is not alone."""
    for key in ("workers", "threads"):
        wanted, found = getattr(asked.compute, key), getattr(kept.compute, key)
        if wanted and found < wanted:
            yield (f"compute.{key} is {wanted:,}, and {jobs:,} jobs side by side share the cores: "
                   f"it is {found:,} in each")  # fmt: skip


def _relative(folder: Path) -> Path:
    return Path(os.path.relpath(folder))


def defaults_alone(loaded: Loaded) -> Loaded:
    """Turn the search off: each family is tried once, with its defaults and what is pinned."""
    search = {"trials": len(loaded.recipe.model), "sampler": "tpe"}
    recipe = loaded.recipe.model_copy(
        update={"search": loaded.recipe.search.model_copy(update=search)}
    )
    tree = {**loaded.tree, "search": {**(loaded.tree.get("search") or {}), **search}}
    return replace(loaded, recipe=recipe, tree=tree)


def plain(overrides: Sequence[str]) -> list[str]:
    """Overrides as a person would type them, without Hydra's marks."""
    return [text.lstrip("+") for text in overrides]
