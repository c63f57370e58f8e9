"""``engine run``: carry a recipe out."""

from __future__ import annotations

from argparse import Namespace

from engine.cli import console
from engine.cli.going import wanted
from engine.cli.multirun import run_jobs
from engine.cli.outputs import OUTPUTS
from engine.cli.progress import Watcher
from engine.cli.scorecard import print_run
from engine.errors import Fault, RecipeError
from engine.plan import resume
from engine.plan.asked import Asked
from engine.plan.outputs import SCORECARD, read_json
from engine.plan.provenance import stamp
from engine.plan.run import run
from engine.plan.stopped import RECIPE
from engine.recipe.load import Loaded, load


def run_(arguments: Namespace) -> int:
    """Run a recipe, and print its leaderboard and scorecard."""
    if arguments.multirun:
        _refuse_resume(arguments)
        return run_jobs(arguments)
    loaded, asked = _asked(arguments)
    for text in loaded.notices:
        console.notice(text)
    recipe = loaded.recipe
    with Watcher(recipe.search.trials) as watcher:
        how = (arguments.fresh, arguments.begun, asked)
        folder = run(recipe, loaded.tree, OUTPUTS, stamp(), watcher, *how)
    card = read_json(folder / SCORECARD)
    if arguments.json:
        return console.as_json({**card, "folder": str(folder)})
    print_run(card, read_json(folder / "leaderboard.json"), folder)
    return 0


def _refuse_resume(arguments: Namespace) -> None:
    if arguments.resume is not None:
        hint = "leave --resume out: the same -m command skips the jobs that are done"
        raise RecipeError(Fault("--resume names one run, and -m asks for many", hint=hint))


def _asked(arguments: Namespace) -> tuple[Loaded, Asked]:
    """Load the recipe, as it is written now or as a run has composed it."""
    if arguments.resume is None:
        loaded = load(arguments.recipe, arguments.overrides)
        return loaded, Asked.of(arguments.recipe, loaded.path, arguments.overrides)
    found = resume.find(OUTPUTS, wanted(arguments.recipe), arguments.resume)
    before = Asked.read(found)
    loaded = load(str(found / RECIPE), arguments.overrides)
    overrides = (*before.overrides, *arguments.overrides)
    return loaded, Asked(before.recipe, before.file, overrides)
