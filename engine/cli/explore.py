"""``engine explore``: a page about a data set, before anything is learnt from it."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.catalogue import unknown
from engine.cli import console
from engine.cli.init import recipe_name
from engine.cli.kinds import readable, taken_for
from engine.errors import DataError, EngineError, Fault
from engine.recipe.schema import Data, Family, Recipe

if TYPE_CHECKING:
    import pandas as pd

    from engine.cli.data import Given
    from engine.report.describe import Goal
    from engine.report.explore import Explored

FOLDER = Path("outputs", "explored")  # not from cli.outputs: that takes scikit-learn to import
MOST_TOLD = 8


@dataclass(frozen=True)
class Asked:
    """What is to be explored: rows, what they are called, and the recipe that says the target."""

    name: str
    title: str
    recipe: Recipe
    frame: pd.DataFrame


def explore_(arguments: Namespace) -> int:
    """Write the page of a file, or of the rows that a recipe reads."""
    from engine.cli.data import given
    from engine.report.describe import Kind
    from engine.report.explore import explore, page

    data = given(arguments.data, arguments.query, arguments.overrides)
    with data.errors():
        asked = _asked(data, arguments.target)
    frame, nested = readable(asked.frame)
    goal = _goal(asked)
    found = {str(name): taken_for(frame, str(name)) for name in frame.columns} | nested
    kinds = {
        name: Kind("" if column.kind in (None, "unusable") else str(column.kind), column.reason)
        for name, column in found.items()
    }
    explored = explore(frame, kinds, asked.title, goal)
    path = Path(arguments.output or FOLDER / f"{asked.name}.html")
    _write(path, page(explored))
    if arguments.json:
        return console.as_json({"path": str(path), **_facts(explored)})
    _tell(path, explored)
    return 0


def _asked(data: Given, target: str | None) -> Asked:
    """Read the rows; those of a recipe as it picks and cleans them."""
    from engine.steps.load import Dataset, read

    if data.loaded:
        recipe = data.loaded.recipe
        changes = {"query": data.asked.query or None, **({"target": target} if target else {})}
        recipe = recipe.model_copy(update={"data": recipe.data.model_copy(update=changes)})
        title = f"{recipe.name}: {data.name}"
        return Asked(recipe.name, title, recipe, Dataset(recipe.data).frame)
    rows = Data(source=data.asked.address, query=data.asked.query or None, target=target or " ")
    recipe = Recipe(name="explored", data=rows, model={"dummy": Family()})
    return Asked(recipe_name(data.name, data.query), data.name, recipe, read(rows))


def _goal(asked: Asked) -> Goal | None:
    from engine.report.describe import Goal
    from engine.steps.target import read_target
    from engine.steps.weights import text

    name = asked.recipe.data.target
    if not name.strip():
        return None
    if name not in asked.frame.columns:
        fault = unknown("column", name, map(str, asked.frame.columns), "--target")
        raise DataError(Fault(fault.message, fault.where, fault.hint[:300]))
    target = read_target(asked.frame, asked.recipe)
    return Goal(name, target.task, tuple(map(text, target.classes)), target.values)


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, "utf-8")
        partial.replace(path)
    except OSError as error:
        hint = "name another file with -o"
        raise EngineError(Fault(f"cannot be written: {error.strerror}", str(path), hint)) from None


def _facts(explored: Explored) -> dict[str, Any]:
    """What the page says, as plain values."""
    return {
        "rows": explored.rows,
        "target": explored.goal.name if explored.goal else None,
        "columns": [
            {
                "name": column.name, "kind": column.kind or None, "reason": column.reason,
                "missing": column.missing, "distinct": column.distinct,
                "strength": column.strength, "measure": column.measure or None,
            }
            for column in explored.columns
        ],
        "warnings": [{"column": name or None, "text": text} for name, text in explored.warnings],
    }  # fmt: skip


def _tell(path: Path, explored: Explored) -> None:
    rows = console.plural(explored.rows, "row")
    console.line(f"{explored.title}: {rows}, {console.plural(len(explored.columns), 'column')}")
    for name, text in explored.warnings[:MOST_TOLD]:
        console.line(f"  {name + ': ' if name else ''}{text}")
    if len(explored.warnings) > MOST_TOLD:
        console.line(f"  and {len(explored.warnings) - MOST_TOLD:,} more on the page")
    console.line(f"Wrote {path}", "bold")
