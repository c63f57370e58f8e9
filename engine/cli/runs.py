"""``engine runs`` and ``engine show``: what has been run."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.catalogue import unknown
from engine.cli import console, dashboard, going
from engine.cli.board import print_board
from engine.cli.outputs import OUTPUTS
from engine.cli.scorecard import print_run
from engine.cli.words import YAML
from engine.errors import Fault, NotFoundError
from engine.plan.multirun import LEADERBOARD
from engine.plan.outputs import SCORECARD, read_json
from engine.recipe import find
from engine.recipe.load import load

COLUMNS = ("run", "metric", "family", "cross-validated>", "holdout>", "trials>", "time>")


def runs_(arguments: Namespace) -> int:
    """List the runs of one recipe, or of all; with ``--watch``, those that go on."""
    name, now = arguments.recipe, going.wanted(arguments.recipe)
    if arguments.dashboard:
        return dashboard.print_command(name)
    if arguments.watch:
        return going.watch(now, arguments.json)
    names = [_recipe(name, now)] if name else OUTPUTS.recipes()
    cards = [_summary(folder) for name in names for folder in OUTPUTS.runs(name)]
    if arguments.json:
        return console.as_json(cards)
    for name in names:
        if own := [card for card in cards if card["recipe"] == name]:
            console.table(name, COLUMNS, map(_row, own))
            console.line()
    others = going.print_others(now)
    if not cards and not others:
        console.line("No runs yet. Begin with: engine run penguins")
    if cards:
        console.line(f"  engine show {_called(cards[-1])}")
    return 0


def _summary(folder: Path) -> dict[str, Any]:
    card = read_json(folder / SCORECARD)
    metric = card["metric"]
    return {
        "folder": str(folder), "recipe": card["recipe"],
        "family": card.get("came_out", card["family"]), "metric": metric,
        "cv": card["cv"][metric], "holdout": card["holdout"].get(metric), "trials": card["trials"],
        "seconds": card["seconds"], "when": card["provenance"]["when"],
    }  # fmt: skip


def _row(card: dict[str, Any]) -> list[object]:
    return [
        Path(card["folder"]).name, card["metric"], card["family"], console.spread(card["cv"]),
        console.number(card["holdout"]), card["trials"], console.duration(card["seconds"]),
    ]  # fmt: skip


def _called(card: dict[str, Any]) -> str:
    return f"{card['recipe']}/{Path(card['folder']).name}"


def _recipe(name: str, others: Sequence[str]) -> str:
    """Return the recipe whose runs are meant by its name, its file, or a run of it."""
    stem = Path(name).stem if name.endswith(YAML) else name
    known = OUTPUTS.runs(stem) or going.has_any(others)
    return stem if known else _run(name).parent.name


def _run(name: str) -> Path:
    """Find a run; a recipe that has none is told what to do."""
    try:
        return OUTPUTS.find(name)
    except NotFoundError:
        recipes = find.known(Path.cwd())
        if name not in recipes and not Path(name).is_file():
            known = {*recipes, *OUTPUTS.recipes()}
            raise NotFoundError(unknown("recipe or run", name, known)) from None
        hint = f"engine run {name} runs it; engine show {name} --hydra prints the recipe itself"
        raise NotFoundError(Fault(f"the recipe {name} has not been run yet", hint=hint)) from None


def show_(arguments: Namespace) -> int:
    """Show a run; with ``--hydra``, a recipe in Hydra's form."""
    if arguments.hydra:
        print(load(arguments.run, arguments.overrides).hydra, end="")
        return 0
    if (Path(arguments.run) / LEADERBOARD).is_file():
        return _show_jobs(Path(arguments.run), arguments.json)
    folder = _run(arguments.run)
    card = read_json(folder / SCORECARD)
    if arguments.json:
        return console.as_json({**card, "folder": str(folder)})
    if card["question"]:
        console.prose(card["question"], "bold")
    print_run(card, read_json(folder / "leaderboard.json"), folder)
    return 0


def _show_jobs(folder: Path, json: bool) -> int:
    board = read_json(folder / LEADERBOARD)
    if json:
        return console.as_json({**board, "folder": str(folder)})
    print_board(board, folder)
    return 0
