"""``engine run``: carry a recipe out."""

from __future__ import annotations

from argparse import Namespace

from engine.cli import console
from engine.cli.multirun import run_jobs
from engine.cli.outputs import OUTPUTS
from engine.cli.progress import Watcher
from engine.cli.scorecard import print_run
from engine.plan.outputs import SCORECARD, read_json
from engine.plan.provenance import stamp
from engine.plan.run import run
from engine.recipe.load import load


def run_(arguments: Namespace) -> int:
    """Run a recipe, and print its leaderboard and scorecard."""
    if arguments.multirun:
        return run_jobs(arguments)
    loaded = load(arguments.recipe, arguments.overrides)
    for text in loaded.notices:
        console.notice(text)
    recipe = loaded.recipe
    with Watcher(recipe.search.trials) as watcher:
        how = (arguments.fresh, arguments.begun)
        folder = run(recipe, loaded.tree, OUTPUTS, stamp(), watcher, *how)
    card = read_json(folder / SCORECARD)
    if arguments.json:
        return console.as_json({**card, "folder": str(folder)})
    print_run(card, read_json(folder / "leaderboard.json"), folder)
    return 0
