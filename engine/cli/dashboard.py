"""How to open a search in optuna-dashboard."""

from __future__ import annotations

import shlex
from importlib.util import find_spec

from engine import extras
from engine.cli import console
from engine.cli.going import wanted
from engine.cli.outputs import OUTPUTS
from engine.errors import Fault, NotFoundError, RecipeError
from engine.plan.outputs import read_json
from engine.plan.running import running
from engine.search.record import SQLITE

INSTALL = extras.install("dashboard")


def print_command(recipe: str | None) -> int:
    """Print the command that shows the search of a recipe's run that goes on, or of its newest."""
    if recipe is None:
        hint = "for example: engine runs churn --dashboard"
        raise RecipeError(Fault("--dashboard needs a recipe", hint=hint))
    path = OUTPUTS.store.root / _search(recipe) / SQLITE
    if not path.is_file():
        hint = f"engine run {recipe} makes it again"
        raise NotFoundError(Fault("the search is not in the store any more", str(path), hint))
    console.line(f"optuna-dashboard {shlex.quote(f'sqlite:///{path}')}")
    if find_spec("optuna_dashboard") is None:
        console.notice(f"it has to be installed first: {INSTALL}")
    return 0


def _search(recipe: str) -> str:
    """Return the folder of the search that goes on, else of the newest run."""
    now = [
        run.facts["search"] for run in running(OUTPUTS, wanted(recipe)) if run.facts.get("search")
    ]
    if now:
        return str(now[-1])
    plan = read_json(OUTPUTS.find(recipe) / "plan.json")
    fingerprint = next(s["fingerprint"] for s in plan["steps"] if s["name"] == "search")
    return f"search-{fingerprint}"
