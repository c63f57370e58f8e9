"""Many runs of one recipe: a folder for each job, and a leaderboard over them."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from engine import catalogue
from engine.contracts import Listener, silent
from engine.plan import front
from engine.plan.asked import Asked
from engine.plan.build import build
from engine.plan.claim import claimed, settle
from engine.plan.disk import writable
from engine.plan.fingerprint import files_of
from engine.plan.hidden import Hidden
from engine.plan.outputs import RUNNING, SCORECARD, Outputs, earlier_parts, read_json
from engine.plan.run import NOTHING, fill
from engine.recipe.schema import Recipe

COMMAND = "multirun.json"
LEADERBOARD = "jobs.json"
SEED = "seed="


@dataclass(frozen=True)
class Jobs:
    """Where the jobs of a recipe are."""

    outputs: Outputs
    recipe: str

    @property
    def root(self) -> Path:
        return self.outputs.root / self.recipe / "multirun"

    def folder(self, asked: str, stamp: str, fresh: bool) -> Path:
        """Return the newest folder of what is :func:`asked`, else a new one."""
        earlier = sorted(self.root.glob(f"*/{COMMAND}"), reverse=True) if not fresh else []
        for path in earlier:
            if read_json(path)["asked"] == asked:
                return path.parent
        folder = self._new(stamp)
        (folder / COMMAND).write_text(json.dumps({"asked": asked}) + "\n", "utf-8")
        return folder

    @staticmethod
    def discard(folder: Path) -> None:
        """Remove a folder in which no job has begun."""
        if [path.name for path in folder.iterdir()] == [COMMAND]:
            shutil.rmtree(folder)

    def _new(self, stamp: str) -> Path:
        number = 1
        while True:
            folder = self.root / (stamp if number == 1 else f"{stamp}_{number}")
            try:
                folder.mkdir(parents=True)
                return folder
            except FileExistsError:
                number += 1


def asked(jobs: Sequence[tuple[Recipe, Mapping[str, Any]]], drawn: Sequence[Any] = ()) -> str:
    """Identify a sweep: a hash of each job's composed recipe and of the content of its data.

    Where jobs are drawn there is one that stands for all, and ``drawn`` says from what.
    """
    data: dict[str, dict[str, str]] = {}
    for recipe, tree in jobs:
        whence = repr((recipe.data.source, recipe.data.tables, recipe.data.query))
        if whence not in data:
            data[whence] = files_of(recipe, Hidden.of(tree))
    text = json.dumps([[tree for _, tree in jobs], list(data.values()), *drawn], default=str)
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def is_done(recipe: Recipe, tree: Mapping[str, Any], outputs: Outputs, folder: Path) -> bool:
    """Whether a job's folder holds a whole run of this very plan."""
    if not (folder / SCORECARD).is_file():
        return False
    earlier = earlier_parts(folder)
    plan = build(recipe, outputs.store, earlier, silent, tree)
    known = [step for step in plan.steps if step.name in earlier]
    same = all(step.fingerprint == earlier[step.name].fingerprint for step in known)
    return same and all(step.state == "done" for step in plan.steps)


def run_job(
    recipe: Recipe,
    tree: Mapping[str, Any],
    outputs: Outputs,
    folder: Path,
    listener: Listener,
    fresh: bool = False,
    asked: Asked = NOTHING,
) -> None:
    """Run one job into its folder, which takes its name when it is whole."""
    with writable(outputs.root), claimed(folder.parent, RUNNING) as partial:
        fill(recipe, tree, outputs, partial, listener, fresh, None, asked)
        shutil.rmtree(folder, ignore_errors=True)  # of another plan, or empty
        settle(partial)
        partial.rename(folder)


def leaderboard(
    folder: Path, jobs: Sequence[Mapping[str, Any]], metrics: Sequence[str] = ()
) -> dict[str, Any]:
    """Compare the jobs, and write the comparison into the multirun's folder.

    Parameters
    ----------
    jobs : sequence of mapping
        ``number``, ``overrides`` and ``error`` of each.
    metrics : sequence of str
        What they are compared by, where it is more than the metric of their recipe.

    Returns
    -------
    dict
        ``jobs``, best first; and ``settings``: the same with means over the seeds. By several
        metrics each job has ``means``, and ``front`` says whether no other is better in all.
    """
    rows = _without_constants([_row(folder, job) for job in jobs])
    board = {"jobs": sorted(rows, key=_rank), "settings": sorted(_over_seeds(rows), key=_rank)}
    if len(metrics) > 1:
        board["jobs"] = front.marked(_with_means(folder, board["jobs"], metrics))
    (folder / LEADERBOARD).write_text(json.dumps(board, indent=1) + "\n", "utf-8")
    _write_csv(folder / "jobs.csv", board["jobs"])
    return board


def means_of(card: Mapping[str, Any], metrics: Sequence[str]) -> dict[str, float | None]:
    """Return what a scorecard says of metrics, the mean over the folds, and of what is measured."""
    means = {metric: scores["mean"] for metric, scores in card["cv"].items()}
    known = {**card["measured"], **means}
    return {metric: known[metric] for metric in metrics}


def _with_means(
    folder: Path, rows: Sequence[Mapping[str, Any]], metrics: Sequence[str]
) -> list[dict[str, Any]]:
    return [
        {**row, "means": dict.fromkeys(metrics) if row["error"] else means_of(card, metrics)}
        for row in rows
        for card in [{} if row["error"] else read_json(folder / str(row["job"]) / SCORECARD)]
    ]


def _row(folder: Path, job: Mapping[str, Any]) -> dict[str, Any]:
    row = {"job": job["number"], "overrides": list(job["overrides"]), "error": job["error"]}
    if job["error"]:
        unknown = ("metric", "mean", "std", "holdout", "family", "seconds")
        return row | dict.fromkeys(unknown)
    card = read_json(folder / str(job["number"]) / SCORECARD)
    scores = card["cv"][card["metric"]]
    return {
        **row, "metric": card["metric"], "mean": scores["mean"], "std": scores["std"],
        "holdout": card["holdout"].get(card["metric"]),
        "family": card.get("came_out", card["family"]), "seconds": card["seconds"],
    }  # fmt: skip


def _without_constants(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the overrides that all jobs share."""
    shared = set.intersection(*(set(row["overrides"]) for row in rows)) if len(rows) > 1 else set()
    return [row | {"overrides": [o for o in row["overrides"] if o not in shared]} for row in rows]


def _over_seeds(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put jobs that differ in ``seed`` alone together: mean and spread over the seeds."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in {tuple(row["overrides"]): row for row in rows}.values():  # a draw may come twice
        setting = tuple(text for text in row["overrides"] if not text.startswith(SEED))
        if row["mean"] is not None:
            groups.setdefault(setting, []).append(row)
    return [
        {
            "overrides": list(setting),
            "jobs": len(found),
            "metric": found[0]["metric"],
            "mean": fmean(row["mean"] for row in found),
            "std": stdev([row["mean"] for row in found]) if len(found) > 1 else None,
            "holdout": _mean([row["holdout"] for row in found]),
        }
        for setting, found in groups.items()
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _rank(row: Mapping[str, Any]) -> tuple[bool, str, float]:
    """Best first within a metric; jobs that failed come last."""
    if row["mean"] is None:
        return True, "", 0.0
    loss = catalogue.find("metrics", row["metric"]).loss(row["mean"])
    return False, row["metric"], float(loss)


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    flat = [{**row, "overrides": " ".join(row["overrides"])} for row in rows]
    flat = [row | row.pop("means", {}) for row in flat]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(flat[0]) if flat else ["job"])
        table.writeheader()
        table.writerows(flat)
