"""A study that the user keeps: it is carried on for one recipe, one metric and one data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.cli import console
from engine.errors import Fault, RecipeError
from engine.plan.identity import identity
from engine.recipe import ranges
from engine.recipe.composition.sweep import Sweep
from engine.recipe.load import Loaded

NAME = "hydra.sweeper.study_name"


def study(found: Sweep, fresh: bool) -> str | None:
    """Return the name of the study that is kept; None where each sweep has one of its own.

    Raises
    ------
    RecipeError
        If all is to begin anew: what is kept would not.
    """
    name = found.sweeper.get("study_name")
    if name is None or found.sweeper.get("storage") is None:
        return None
    if fresh:
        hint = f"give it another {NAME}; or leave --fresh out, to carry it on"
        raise RecipeError(Fault(f"--fresh begins anew, and the study {name!r} is kept", NAME, hint))
    return str(name)


def stands_for(found: Sweep, first: Loaded, metrics: Sequence[str]) -> dict[str, str]:
    """Return what the scores of all jobs stand for, without what is drawn."""
    known = identity(first.recipe, first.tree, found.ranges())
    known["evaluation.metric"] = ", ".join(metrics)
    if found.sets("search"):
        search = first.recipe.search
        return known | {"search.trials": str(search.trials), "search.timeout": str(search.timeout)}
    return known


def override(known: Mapping[str, str]) -> str:
    """Tell the sweeper what it is to keep with the study."""
    pairs = ",".join(f"{key}:{_written(value)}" for key, value in known.items())
    return f"hydra.sweeper.identity={{{pairs}}}"


def _written(value: str) -> str:
    """Write a text that Hydra takes as it is: it would follow a reference."""
    return ranges.quoted(value.replace("${", "{"))


def complete(results: Sequence[dict[str, Any]], name: str, root: Path) -> Sequence[dict[str, Any]]:
    """Say which earlier jobs are not shown; refuse to compare none.

    Raises
    ------
    RecipeError
        If there is no job to show.
    """
    if not results:
        message = f"the study {name!r} has no job left to run, and none of its jobs is in {root}"
        hint = f"a larger hydra.sweeper.n_trials adds jobs; another {NAME} begins anew"
        raise RecipeError(Fault(message, NAME, hint))
    if missing := max(result["number"] for result in results) + 1 - len(results):
        console.notice(
            f"{console.plural(missing, 'earlier job')} of the study not shown: failed, or run in "
            "another folder"
        )
    return results
