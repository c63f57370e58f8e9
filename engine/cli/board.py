"""The leaderboard over the jobs of a multirun, as it is printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.cli import console


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


def _score(row: dict[str, Any]) -> str:
    return f"{row['metric']} {console.spread(row)}"
