"""``engine run -m`` and ``engine plan -m``: a job for each combination of values."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cli import console
from engine.cli.outputs import OUTPUTS, planned
from engine.cli.progress import Watcher
from engine.contracts import Listener
from engine.errors import EngineError
from engine.plan.multirun import Jobs, asked, is_done, leaderboard, run_job
from engine.plan.provenance import stamp
from engine.recipe.composition import sweep
from engine.recipe.composition.sweep import Job, Sweep
from engine.recipe.schema import Recipe


def plan_jobs(arguments: Namespace) -> int:
    """Print the jobs of a multirun, with trials, folds and time."""
    found = sweep.read(arguments.recipe, arguments.overrides)
    jobs = found.jobs()
    trees = [planned(found.load(job)) for job in jobs]
    rows = [
        _planned_row(number, job, tree)
        for number, (job, tree) in enumerate(zip(jobs, trees, strict=True))
    ]
    if arguments.json:
        return console.as_json(
            [row | {"overrides": plain(job)} for row, job in zip(rows, jobs, strict=True)]
        )
    table = [
        (
            r["job"],
            r["overrides"],
            r["trials"],
            r["fits"],
            r["fits_done"],
            console.duration(r["seconds_left"]),
        )
        for r in rows
    ]
    columns = ["job", "overrides", "trials>", "fits>", "done already>", "time left>"]
    console.table(f"{len(jobs)} jobs of {found.name}", columns, table)
    known = [r["seconds_left"] for r in rows if r["seconds_left"] is not None]
    if len(known) == len(rows):
        console.line(f"about {console.duration(sum(known))} one after the other")
    return 0


def _planned_row(number: int, job: list[str], tree: dict[str, Any]) -> dict[str, Any]:
    names = ("trials", "fits", "fits_done", "seconds_left")
    return {
        "job": number,
        "overrides": " ".join(plain(job)),
        **{name: tree["search"][name] for name in names},
    }


def run_jobs(arguments: Namespace) -> int:
    """Run the jobs that are not done, and compare all of them."""
    found = sweep.read(arguments.recipe, arguments.overrides)
    jobs = found.jobs()
    loaded = [found.load(job) for job in jobs]  # a fault in any job is told before the first begins
    console.notice(f"{len(jobs)} jobs" if len(jobs) > 1 else "1 job")
    name = loaded[0].recipe.name
    wanted = asked([(job.recipe, job.tree) for job in loaded])
    folder = Jobs(OUTPUTS, name).folder(wanted, stamp(), arguments.fresh)
    results = sweep.launch(found, folder, _Run(found, len(jobs), os.getpid(), arguments.fresh))
    board = leaderboard(folder, results)
    if arguments.json:
        console.as_json({**board, "folder": str(folder)})
    else:
        print_board(board, folder)
    return 2 if any(row["error"] for row in board["jobs"]) else 0


@dataclass(frozen=True)
class _Run:
    """What each job does, in this process or in one of several that a launcher has started."""

    sweep: Sweep
    count: int
    process: int
    fresh: bool

    def __call__(self, job: Job) -> dict[str, Any]:
        result = {"number": job.number, "overrides": plain(job.overrides), "error": ""}
        try:
            self._run(job)
        except EngineError as error:
            result["error"] = "; ".join(fault.message for fault in error.faults)
        return result

    def _run(self, job: Job) -> None:
        loaded = self.sweep.load(job.overrides)
        title = f"job {job.number + 1} of {self.count}: {' '.join(plain(job.overrides))}"
        side_by_side = os.getpid() != self.process
        recipe = _alone(loaded.recipe) if side_by_side else loaded.recipe
        if is_done(recipe, loaded.tree, OUTPUTS, job.folder):
            console.notice(f"{title}: done already")
            return
        print(title, file=sys.stderr, flush=True)
        with Watcher(recipe.search.trials) as watcher:
            place, listener = _relative(job.folder), _quiet(watcher)
            run_job(recipe, loaded.tree, OUTPUTS, place, listener, self.fresh)


def _quiet(watcher: Watcher) -> Listener:
    """Let only notices and the live line through: jobs are many."""

    def listen(event: str, **facts: Any) -> None:
        if watcher.live or event in ("notice", "waiting"):
            watcher(event, **facts)

    return listen


def _relative(folder: Path) -> Path:
    return Path(os.path.relpath(folder))


def _alone(recipe: Recipe) -> Recipe:
    """Give each fit one thread, unless the recipe says otherwise."""
    threads = recipe.compute.threads or 1
    return recipe.model_copy(
        update={"compute": recipe.compute.model_copy(update={"threads": threads})}
    )


def plain(overrides: Sequence[str]) -> list[str]:
    """Overrides as a person would type them, without Hydra's marks."""
    return [text.lstrip("+") for text in overrides]


def print_board(board: dict[str, Any], folder: Path) -> None:
    """Print the jobs, best first, and their means over seeds."""
    jobs = [
        (
            rank, " ".join(row["overrides"]), row["family"] or "failed",
            row["error"] or _score(row), console.number(row["holdout"]),
            console.duration(row["seconds"]),
        )
        for rank, row in enumerate(board["jobs"], 1)
    ]  # fmt: skip
    console.table("Jobs", ["", "overrides", "family", "cross-validated", "holdout>", "time>"], jobs)
    if len(board["settings"]) < len([row for row in board["jobs"] if not row["error"]]):
        settings = [
            (rank, " ".join(row["overrides"]), row["jobs"], _score(row),
             console.number(row["holdout"]))
            for rank, row in enumerate(board["settings"], 1)
        ]  # fmt: skip
        console.line()
        console.table(
            "Means over seeds",
            ["", "overrides", "seeds>", "mean ± std over seeds", "holdout>"],
            settings,
        )
    console.line()
    console.line(f"Everything lies in {folder}", "bold")


def _score(row: dict[str, Any]) -> str:
    return f"{row['metric']} {console.spread(row)}"
