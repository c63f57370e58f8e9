"""``-m hydra/sweeper=optuna``: jobs that are drawn from what earlier ones have scored."""

from __future__ import annotations

import json
import math
import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cli import aims, console, kept
from engine.cli.aims import METRIC
from engine.cli.board import print_board
from engine.cli.job import Run, defaults_alone
from engine.cli.outputs import OUTPUTS, planned
from engine.errors import Fault, RecipeError
from engine.plan.multirun import Jobs, asked, leaderboard, means_of
from engine.plan.outputs import SCORECARD, read_json
from engine.plan.provenance import stamp
from engine.recipe.composition import sweep
from engine.recipe.composition.sweep import Job, Sweep
from engine.recipe.load import Loaded

JOB = "job.json"
FREE = ("n_trials", "n_jobs", "max_failure_rate", "storage", "study_name", "params")
"""Settings that do not change which jobs are drawn first."""


def plan_jobs(found: Sweep, arguments: Namespace) -> int:
    """Print how many jobs there will be, what is drawn for them, and what the first one does."""
    first = _first(found)
    tree = planned(first)
    search = tree["search"]
    metrics = aims.metrics(found, first.recipe, tree["data"]["metric"])
    facts = {
        "recipe": found.name, "jobs": found.sweeper["n_trials"], "metric": ", ".join(metrics),
        "ranges": {key: _short(texts) for key, texts in found.ranges().items()},
        "trials_per_job": search["trials"], "fits_per_job": search["fits"],
        "seconds_per_fit": search["seconds_per_fit"],
    }  # fmt: skip
    if arguments.json:
        return console.as_json(facts)
    jobs = console.plural(facts["jobs"], "job")
    console.line(f"At most {jobs} of {found.name}, drawn by Optuna", "bold")
    console.facts(
        [
            ("metric" if len(metrics) == 1 else "metrics", facts["metric"]),
            ("each job", f"{console.plural(search['trials'], 'trial')}, {search['fits']:,} fits"),
            ("time", _time(facts)),
        ]
    )
    console.line()
    rows = [(key, " ".join(values)) for key, values in facts["ranges"].items()]
    console.table("What is drawn", ["key", "options, or ends of the range"], rows)
    return 0


def _time(facts: dict[str, Any]) -> str:
    paces = facts["seconds_per_fit"]
    if not paces:
        return "unknown, as there was no earlier run"
    each = sum(paces.values()) / len(paces) * facts["fits_per_job"]
    return f"about {console.duration(each * facts['jobs'])} for the fits, one after the other"


def _short(texts: Sequence[str]) -> list[str]:
    return [text.partition("=")[2] for text in texts]


def run_jobs(found: Sweep, arguments: Namespace) -> int:
    """Run the jobs that are not done, and compare all of them."""
    study = kept.study(found, arguments.fresh)
    first = _first(found)
    metrics = aims.metrics(found, first.recipe, planned(first)["data"]["metric"])
    count = int(found.sweeper["n_trials"])
    console.notice(f"at most {console.plural(count, 'job')}, drawn by Optuna")
    if not found.sets("search"):
        console.notice("no search within a job: families' defaults; search.trials=N turns it on")
    more = _settings(found, first, metrics)
    jobs = Jobs(OUTPUTS, first.recipe.name)
    if study:
        known = kept.stands_for(found, first, metrics)
        wanted = asked([], [known, study, found.sweeper["storage"]])
        more.append(kept.override(known))
    else:
        settings = {key: value for key, value in found.sweeper.items() if key not in FREE}
        wanted = asked([(first.recipe, first.tree)], [found.ranges(), settings, more])
    folder = jobs.folder(wanted, stamp(), arguments.fresh)
    run = Run(found, count, os.getpid(), arguments.fresh, not found.sets("search"))
    try:
        scored = sweep.launch(found, folder, _ScoredRun(run, tuple(metrics)), more)
    except RecipeError:
        jobs.discard(folder)
        raise
    results = _with_earlier([score.result for score in scored], folder)
    shown = kept.complete(results, study, jobs.root) if study else results[:count]
    board = leaderboard(folder, shown, metrics)
    if arguments.json:
        console.as_json({**board, "folder": str(folder)})
    else:
        print_board(board, folder)
    return 2 if any(row["error"] for row in board["jobs"]) else 0


def _first(found: Sweep) -> Loaded:
    """Load jobs with each option and each end of a range, so that faults are told at once."""
    if METRIC in found.ranges():
        hint = "choose one metric; a plain -m, without hydra/sweeper, makes a job for each"
        raise RecipeError(Fault("scores of several metrics cannot be compared", METRIC, hint))
    if not found.ranges() and not found.sweeper.get("custom_search_space"):
        hint = 'give a range, such as "model.decision_tree.params.max_depth=range(2,8)"'
        raise RecipeError(Fault("nothing is drawn, and all jobs would be alike", "", hint))
    loaded = [found.load(job) for job in found.probes()]
    return loaded[0] if found.sets("search") else defaults_alone(loaded[0])


def _settings(found: Sweep, first: Loaded, metrics: Sequence[str]) -> list[str]:
    """Return what the sweeper is told where the user does not say otherwise."""
    settings = {"direction": aims.written(metrics), "max_failure_rate": "1.0"}
    sampler = found.sweeper.get("sampler") or {}
    if "seed" in sampler:
        settings["sampler.seed"] = str(first.recipe.seed)
    names = {key: f"hydra.sweeper.{key}" for key in settings}
    return [
        f"{names[key]}={value}" for key, value in settings.items() if not found.sets(names[key])
    ]


class Scored(tuple[float, ...]):
    """Scores, as the sweeper takes them for numbers, with what is told of their job."""

    result: dict[str, Any]

    def __float__(self) -> float:
        return self[0]


@dataclass(frozen=True)
class _ScoredRun:
    """Runs a job and returns the means of metrics over the folds."""

    run: Run
    metrics: tuple[str, ...]

    def __call__(self, job: Job) -> Scored:
        result = self.run(job)
        if result["error"]:
            console.notice(f"job {job.number + 1} has failed: {result['error']}")
        failed = [math.nan] * len(self.metrics)
        scored = Scored(failed if result["error"] else _scores(job.folder, self.metrics))
        scored.result = result
        if not result["error"]:
            (job.folder / JOB).write_text(json.dumps(result) + "\n", "utf-8")
        return scored


def _scores(folder: Path, metrics: Sequence[str]) -> list[float]:
    """Read means over the folds; nan where a metric has none."""
    means = means_of(read_json(folder / SCORECARD), metrics)
    return [math.nan if mean is None else float(mean) for mean in means.values()]


def _with_earlier(results: Sequence[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Add jobs of earlier sweeps, unless these were run all over again, as in a new study."""
    found = {result["number"]: result for result in results}
    if results and sorted(found) == list(range(len(found))):
        return [found[number] for number in sorted(found)]
    known = {int(path.parent.name): read_json(path) for path in folder.glob(f"*/{JOB}")}
    known |= found
    return [known[number] for number in sorted(known)]
