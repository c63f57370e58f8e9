"""``engine pin``: write the winner of a run back into its recipe."""

from __future__ import annotations

import difflib
import os
import re
import uuid
from argparse import Namespace
from pathlib import Path

from engine.cli import console
from engine.cli.outputs import OUTPUTS
from engine.cli.words import YAML
from engine.errors import Fault, NotFoundError, RecipeError
from engine.plan import pin
from engine.recipe import find
from engine.recipe.file.text import show
from engine.recipe.load import load

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def pin_(arguments: Namespace) -> int:
    """Write the winning values into the recipe, and print what has changed."""
    run, path = _run(arguments.recipe, arguments.run), _target(arguments)
    pinned = pin.pin(arguments.recipe, run, arguments.keep_families, arguments.force)
    shown = show(path, Path.cwd())
    old = find.shown(pinned.path) or show(pinned.path, Path.cwd())
    text = diff(pinned.before, pinned.after, old, shown)
    written = not arguments.dry_run and bool(text or arguments.output)
    if written:
        replace(path, pinned.after)
    if arguments.json:
        facts = {"recipe": arguments.recipe, "run": str(run), "file": shown, "written": written}
        won = {"family": pinned.row["family"], "values": pinned.row["values"]}
        return console.as_json({**facts, **won, "taken_over": pinned.taken, "diff": text})
    for note in _notes(pinned):
        console.notice(note)
    print(text, end="")
    if written or not text:
        console.notice(f"{shown} says what won in {run}: {_won(pinned)}")
    return 0


def _run(recipe: str, run: str | None) -> Path:
    """Find a run of a recipe, by its name within those of the recipe, or by its folder."""
    if run is None:
        return OUTPUTS.find(recipe)
    own = f"{load(recipe).recipe.name}/{run}"
    try:
        return OUTPUTS.find(own)
    except NotFoundError:
        return OUTPUTS.find(run)


def _target(arguments: Namespace) -> Path:
    """Return the file to write; refuse one that is not the user's to change."""
    path = find.file(arguments.recipe, Path.cwd())
    if arguments.output is None:
        if where := find.shown(path):
            hint = f"engine pin {arguments.recipe} --output recipes/{path.name}"
            raise RecipeError(Fault("came with the engine, and is not changed", where, hint))
        return path
    given = Path(arguments.output)
    if not given.name.endswith(YAML):
        raise RecipeError(Fault(f"{str(given)!r} is no file of a recipe", hint="end it in .yaml"))
    if given.exists() and not arguments.force:
        raise RecipeError(Fault("exists already", str(given), "--force writes over it"))
    return given.absolute()


def _won(pinned: pin.Pinned) -> str:
    metric = pinned.card["metric"]
    return f"{pinned.row['family']}, {metric} {console.spread(pinned.row['cv'].get(metric))}"


def _notes(pinned: pin.Pinned) -> list[str]:
    """Say what a reader of the difference would wonder about."""
    notes = [f"taken over from the command of that run: {text}" for text in pinned.taken]
    if len(pinned.card.get("members", ())) > 1:
        notes.append("what won is made of several candidates: this is the best of them by itself")
    return notes


def diff(before: str, after: str, old: str, new: str) -> str:
    """Return the difference of two texts as ``patch -p0`` takes it; empty where there is none."""
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), old, new)
    whole = (
        text if text.endswith("\n") else f"{text}\n\\ No newline at end of file\n"
        for text in lines
    )  # fmt: skip
    return "".join(whole)


def replace(path: Path, text: str) -> None:
    """Write a file in one step; its mode stays, and a link stays a link."""
    final = path.resolve()
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = final.with_name(f".{final.name}-{uuid.uuid4().hex[:12]}")
    try:
        with partial.open("xb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if final.exists():
            partial.chmod(final.stat().st_mode & 0o7777)
        partial.replace(final)
    finally:
        partial.unlink(missing_ok=True)
