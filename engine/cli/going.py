"""Runs that go on, and runs that were stopped: ``engine runs`` and ``engine runs --watch``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.cli import console, stopping
from engine.cli.outputs import OUTPUTS
from engine.cli.screen import Screen
from engine.cli.words import YAML
from engine.errors import EngineError
from engine.plan.provenance import now
from engine.plan.running import running
from engine.plan.stopped import Stopped, stopped
from engine.recipe.load import load

COLUMNS = ("recipe", "elapsed>", "trials>", "best so far", "a minute>", "left>", "process")
NONE = "Nothing is running."
SHARE = 0.2  # of a processor's time: nothing else is done meanwhile


def wanted(recipe: str | None) -> tuple[str, ...]:
    """Return what a recipe may be called in its runs; nothing for all recipes."""
    if recipe is None:
        return ()
    stem = Path(recipe).stem if recipe.endswith(YAML) else recipe
    try:
        return stem, load(recipe).recipe.name
    except EngineError:
        return (stem,)


def trees(names: Sequence[str]) -> list[dict[str, Any]]:
    """Describe the runs that go on."""
    return [run.tree(now()) for run in running(OUTPUTS, names)]


def has_any(names: Sequence[str]) -> bool:
    """Whether a run of these recipes goes on, or was stopped."""
    return bool(running(OUTPUTS, names) or _stopped(names))


def print_others(names: Sequence[str]) -> bool:
    """Print the runs that go on, and those that were stopped; return whether there are some."""
    found, left = trees(names), _stopped(names)
    if found:
        console.table("Going on", COLUMNS, map(_row, found))
        console.line()
    if left:
        rows = [(name, run.name, _far(run), f"engine run {name} --resume {run.name}")
                for name, run in left]  # fmt: skip
        console.table("Interrupted", ["recipe", "run", "trials>", "to carry it on"], rows)
        console.line()
    return bool(found or left)


def _stopped(names: Sequence[str]) -> list[tuple[str, Stopped]]:
    root = OUTPUTS.root
    recipes = names or sorted(path.name for path in root.glob("*") if path.is_dir())
    return [(name, run) for name in dict.fromkeys(recipes) for run in stopped(root / name)]


def _far(run: Stopped) -> str:
    return _of(run.trials(OUTPUTS), run.facts.get("total"))


def _of(done: int, total: int | None) -> str:
    return f"{done:,} of {total:,}" if total is not None else f"{done:,}"


def watch(names: Sequence[str], json: bool) -> int:
    """Show the runs that go on until Ctrl-C; once where nobody looks, or a program reads."""
    if json:
        return console.as_json(trees(names))
    out = console.console()
    if not sys.stdout.isatty() or out.is_dumb_terminal:
        found = trees(names)
        if found:
            console.table("Going on", COLUMNS, map(_row, found))
        else:
            console.line(NONE)
        return 0
    screen = Screen(out, lambda width, height: picture(trees(names), width, height), SHARE)
    try:
        screen.start()
        threading.Event().wait()
    except stopping.TerminatedError:
        raise
    except KeyboardInterrupt:
        stopping.answered()
    finally:
        screen.stop()
    return 0


def picture(found: Sequence[Mapping[str, Any]], width: int, height: int) -> list[RenderableType]:
    """Draw the runs that go on; columns are left out where a terminal is too narrow."""
    if not found:
        return [Text(f"{NONE} (Ctrl-C ends this)", "dim", no_wrap=True, overflow="crop")]
    rows = [_row(tree) for tree in found[: max(1, height - 4)]]
    titles = [column.rstrip(">") for column in COLUMNS]
    sizes = [max(len(cell) for cell in column) for column in zip(titles, *rows, strict=True)]
    order = (0, 2, 3, 5, 1, 4, 6)  # the most important first
    shown: list[int] = []
    for number in order:
        if sum(sizes[n] + 2 for n in (*shown, number)) - 2 <= width or not shown:
            shown.append(number)
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for number in sorted(shown):
        justify = "right" if COLUMNS[number].endswith(">") else "left"
        made.add_column(titles[number], justify=justify, no_wrap=True, overflow="crop")  # type: ignore[arg-type]
    for row in rows:
        made.add_row(*(Text(row[number]) for number in sorted(shown)))
    more = len(found) - len(rows)
    return [made, *([Text(f"and {more} more", "dim")] if more else [])]


def _row(tree: Mapping[str, Any]) -> list[str]:
    pace, left = tree["trials_per_minute"], tree["seconds_left"]
    by = f"{tree['user']}@{tree['host']} {tree['pid']}"
    return [
        tree["recipe"], console.duration(tree["elapsed"]), _trials(tree), _best(tree),
        "-" if pace is None else f"{pace:,.1f}", "-" if left is None else console.duration(left),
        by,
    ]  # fmt: skip


def _trials(tree: Mapping[str, Any]) -> str:
    if tree["waiting"]:
        return "waiting"
    if tree["step"] in (None, "search") and tree["total"] is not None:
        return _of(tree["trials"], tree["total"])
    return str(tree["step"] or "-")


def _best(tree: Mapping[str, Any]) -> str:
    if tree["best"] is None:
        return "-"
    return f"{tree['family']} {tree['metric']} {console.number(tree['best'])}"
