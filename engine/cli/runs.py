"""``engine runs`` and ``engine show``: what has been run."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from engine.cli import console
from engine.cli.plan import OUTPUTS
from engine.cli.scorecard import print_run
from engine.errors import Fault, NotFoundError
from engine.plan.outputs import SCORECARD, read_json
from engine.recipe import find
from engine.recipe.load import load


def runs_(arguments: Namespace) -> int:
    """List the runs of one recipe, or of all."""
    names = [arguments.recipe] if arguments.recipe else OUTPUTS.recipes()
    if arguments.recipe and not OUTPUTS.runs(arguments.recipe):
        OUTPUTS.find(arguments.recipe)  # says that there is none, and what to type
    cards = [_summary(folder) for name in names for folder in OUTPUTS.runs(name)]
    if arguments.json:
        return console.as_json(cards)
    if not cards:
        console.line("No runs yet. Begin with: engine run penguins")
        return 0
    rows = [
        (c["folder"], c["metric"], c["family"], c["mean"], c["holdout"], c["trials"], c["seconds"])
        for c in map(_for_people, cards)
    ]
    columns = ["run", "metric", "family", "cross-validated>", "holdout>", "trials>", "time>"]
    console.table("", columns, rows)
    return 0


def _summary(folder: Path) -> dict[str, Any]:
    card = read_json(folder / SCORECARD)
    metric = card["metric"]
    return {
        "folder": str(folder), "recipe": card["recipe"], "family": card["family"], "metric": metric,
        "cv": card["cv"][metric], "holdout": card["holdout"].get(metric), "trials": card["trials"],
        "seconds": card["seconds"], "when": card["provenance"]["when"],
    }  # fmt: skip


def _for_people(card: dict[str, Any]) -> dict[str, Any]:
    return {
        **card,
        "mean": console.spread(card["cv"]),
        "holdout": console.number(card["holdout"]),
        "seconds": console.duration(card["seconds"]),
    }


def _run(name: str) -> Path:
    """Find a run; a recipe that has none is told what to do."""
    try:
        return OUTPUTS.find(name)
    except NotFoundError:
        if name not in find.known(Path.cwd()) and not Path(name).is_file():
            raise
        hint = f"engine run {name} runs it; engine show {name} --hydra prints the recipe itself"
        raise NotFoundError(Fault(f"the recipe {name} has not been run yet", hint=hint)) from None


def show_(arguments: Namespace) -> int:
    """Show a run; with ``--hydra``, a recipe in Hydra's form."""
    if arguments.hydra:
        print(load(arguments.run, arguments.overrides).hydra, end="")
        return 0
    folder = _run(arguments.run)
    card = read_json(folder / SCORECARD)
    if arguments.json:
        return console.as_json({**card, "folder": str(folder)})
    if card["question"]:
        console.prose(card["question"], "bold")
    print_run(card, read_json(folder / "leaderboard.json"), folder)
    return 0
