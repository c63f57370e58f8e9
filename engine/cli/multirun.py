"""``engine run -m`` and ``engine plan -m``: a job for each combination of values."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from engine.cli import console, drawn
from engine.cli.board import print_board
from engine.cli.job import Run, plain
from engine.cli.outputs import OUTPUTS, planned
from engine.plan.multirun import Jobs, asked, leaderboard
from engine.plan.provenance import stamp
from engine.recipe.composition import sweep


def plan_jobs(arguments: Namespace) -> int:
    """Print the jobs of a multirun, with trials, folds and time."""
    found = sweep.read(arguments.recipe, arguments.overrides)
    if found.draws:
        return drawn.plan_jobs(found, arguments)
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
    if found.draws:
        return drawn.run_jobs(found, arguments)
    jobs = found.jobs()
    loaded = [found.load(job) for job in jobs]  # a fault in any job is told before the first begins
    console.notice(f"{len(jobs)} jobs" if len(jobs) > 1 else "1 job")
    name = loaded[0].recipe.name
    wanted = asked([(job.recipe, job.tree) for job in loaded])
    folder = Jobs(OUTPUTS, name).folder(wanted, stamp(), arguments.fresh)
    results = sweep.launch(found, folder, Run(found, len(jobs), os.getpid(), arguments.fresh))
    board = leaderboard(folder, results)
    if arguments.json:
        console.as_json({**board, "folder": str(folder)})
    else:
        print_board(board, folder)
    return 2 if any(row["error"] for row in board["jobs"]) else 0
