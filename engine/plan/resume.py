"""Finding the run that is to be carried on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.catalogue import unknown
from engine.errors import Fault, NotFoundError
from engine.plan.outputs import LATEST, Outputs
from engine.plan.stopped import Stopped, stopped


def find(outputs: Outputs, recipes: Sequence[str], name: str) -> Path:
    """Return the folder of a run that was stopped, or is whole.

    Parameters
    ----------
    recipes : sequence of str
        What its recipe may be called.
    name : str
        What ``engine runs`` calls it, its folder, or ``latest``: the one stopped last, else the
        newest whole one.

    Raises
    ------
    NotFoundError
        If the recipe has no such run; near names are suggested.
    """
    parents = [outputs.root / recipe for recipe in dict.fromkeys(recipes)]
    left = [run for parent in parents for run in stopped(parent)]
    whole = [folder for recipe in dict.fromkeys(recipes) for folder in outputs.runs(recipe)]
    if name == LATEST and (left or whole):
        return left[-1].folder if left else whole[-1]
    known = {folder.name: folder for folder in whole} | {run.name: run.folder for run in left}
    found = known.get(Path(name).name) or _by_folder(left, name)
    if found is None:
        raise NotFoundError(_missing(name, recipes[-1], list(known)))
    return found


def _by_folder(left: Sequence[Stopped], name: str) -> Path | None:
    return next((run.folder for run in left if run.folder.resolve() == Path(name).resolve()), None)


def _missing(name: str, recipe: str, known: Sequence[str]) -> Fault:
    if not known:
        hint = f"engine run {recipe} begins one"
        return Fault(f"{recipe} has no run to carry on", hint=hint)
    return unknown(f"run of {recipe}", name, known)
