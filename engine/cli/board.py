"""The leaderboard over the jobs of a multirun, as it is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.cli import console


def print_board(board: dict[str, Any], folder: Path) -> None:
    """Print the jobs, best first, and their means over seeds."""
    if any("front" in row for row in board["jobs"]):
        _print_front(board["jobs"], folder)
        return
    jobs = [
        (
            rank, " ".join(row["overrides"]), row["family"] or "failed",
            row["error"] or _score(row), console.number(row["holdout"]),
            console.duration(row["seconds"]),
        )
        for rank, row in enumerate(board["jobs"], 1)
    ]  # fmt: skip
    console.table("Jobs", ["", "overrides", "family", "cross-validated", "holdout>", "time>"], jobs)
    if any(row["jobs"] > 1 for row in board["settings"]):
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


def _print_front(jobs: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Print the jobs that no other is better than in all metrics, and how many others there are."""
    shown = [row for row in jobs if row["front"]]
    metrics = list(jobs[0]["means"])
    rows = [
        (row["job"], " ".join(row["overrides"]), row["family"],
         *(console.measured(metric, row["means"][metric]) for metric in metrics),
         console.duration(row["seconds"]))
        for row in shown
    ]  # fmt: skip
    columns = ["job", "overrides", "family", *(f"{metric}>" for metric in metrics), "time>"]
    console.table("Pareto front", columns, rows)
    failed = [row for row in jobs if row["error"]]
    worse = len(jobs) - len(shown) - len(failed)
    told = (
        [f"{console.plural(worse, 'job')} in no metric better than one of these"] if worse else []
    )
    told += [f"{console.plural(len(failed), 'job')} failed"] if failed else []
    console.line()
    if told:
        console.line(", ".join(told))
    console.line(f"Everything lies in {folder}", "bold")


def _score(row: dict[str, Any]) -> str:
    return f"{row['metric']} {console.spread(row)}"
