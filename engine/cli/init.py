"""``engine init``: a commented recipe for a data file."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.catalogue import unknown
from engine.cli import console
from engine.cli.draft import SCHEMA_FILE, Draft, Found, scalar, text
from engine.cli.kinds import readable, taken_for
from engine.errors import DataError, EngineError, Fault, RecipeError
from engine.recipe import find, jsonschema
from engine.recipe.composition import groups
from engine.recipe.load import load
from engine.recipe.schema import Data, Family, Recipe

if TYPE_CHECKING:
    import pandas as pd

RECIPES = Path("recipes")
MOST_HINT = 300
ENDINGS = r"(\.(csv|tsv|parquet|pq|jsonl?|ndjson|feather|arrow|xlsx|gz|bz2|xz|zst|zip|db|sqlite))+$"


def init_(arguments: Namespace) -> int:
    """Write a recipe that predicts a column of a file."""
    from engine.cli.data import given  # pandas takes a second to import

    data = given(arguments.data, arguments.query)
    if data.loaded:
        hint = f"engine explore {arguments.data} shows its rows"
        raise RecipeError(Fault("this is a recipe already", arguments.data, hint))
    name = recipe_name(data.name, data.query)
    path = RECIPES / f"{name}.yaml"
    if path.exists() and not arguments.force:
        hint = "--force writes over it, or rename it first"
        raise RecipeError(Fault(f"{path} exists already", hint=hint))
    with data.errors():
        frame = data.asked.read()
    draft = examine(frame, arguments.data, arguments.target, name, data.query)
    _write(path, draft)
    if arguments.json:
        return console.as_json(_report(path, draft))
    _tell(path, draft)
    return 0


def recipe_name(source: str, query: str = "") -> str:
    """Return what a recipe for a source, or for a table of a database, is called.

    >>> recipe_name("data/my customers.csv.gz"), recipe_name("sklearn:wine")
    ('my_customers', 'wine')
    >>> recipe_name("data/2024-*.csv"), recipe_name("sqlite:///shop.db", "orders")
    ('2024', 'orders')
    """
    if query and query.replace("_", "").isalnum():
        return find.name(Path(f"{query}.yaml"))
    last = re.split(r"[/\\:]", re.split(r"[?#]", source)[0])[-1]
    stem = re.sub(ENDINGS, "", last, flags=re.IGNORECASE)
    stem = re.sub(r"^[^\w]+|[^\w]+$", "", stem.replace("*", ""))
    return find.name(Path(f"{stem.replace('.', '_') or 'recipe'}.yaml"))


def examine(frame: pd.DataFrame, source: str, target: str, name: str, query: str = "") -> Draft:
    """Find out what a recipe for a target column should say.

    Raises
    ------
    DataError
        If there is no such column, or it cannot be learnt.
    """
    from engine.cli import propose, reading
    from engine.steps.measures import metric_name
    from engine.steps.target import read_target

    _require(target, [str(column) for column in frame.columns])
    frame, nested = readable(frame.rename(columns=str))
    nulls = reading.placeholders(frame, target)
    frame = reading.cleaned(frame, nulls)
    formats = {n: said for n, said in reading.formats(frame).items() if n != target}
    frame = reading.dated(frame, formats)
    recipe = _least_recipe(name, target)
    found = read_target(frame, recipe)
    known = frame[found.known]
    positive = found.classes[-1] if found.task == "binary" else None
    given = [
        nested.get(str(column)) or taken_for(known, str(column))
        for column in frame.columns
        if str(column) != target
    ]
    id_ = next((row for column in given if (row := _as_id(known, column))), None)
    columns = [column for column in given if not id_ or column.name != id_.name]
    usable = [column for column in given if column.kind != "unusable" and is_key(column.name)]
    label = Found(target, "number" if found.task == "regression" else "category", "")
    expected = propose.expectations(frame, [*usable, label], id_.name if id_ else None)
    draft = Draft(
        recipe=name, source=source, query=query, target=target, rows=len(frame),
        task=found.task, because=found.reason, metric=metric_name(recipe, found),
        positive=positive, share=float((found.values[found.known] == 1).mean()),
        unlabelled=len(frame) - len(known), id=id_,
        time=next((column for column in columns if column.kind == "date"), None),
        columns=[column for column in columns if column.kind != "unusable"],
        dropped=[column for column in columns if column.kind == "unusable"],
        nulls={name: nulls[name] for name in nulls if is_key(name)},
        formats={name: said.form for name, said in formats.items() if is_key(name)},
        strays={name: said.strays for name, said in formats.items() if said.strays},
        expected=expected, least=propose.least_rows(len(frame)),
    )  # fmt: skip
    _require_expressible(draft)
    return draft


def _require(target: str, columns: list[str]) -> None:
    if target not in columns:
        fault = unknown("column", target, columns, "--target")
        raise DataError(Fault(fault.message, fault.where, fault.hint[:MOST_HINT]))


def _require_expressible(draft: Draft) -> None:
    """Refuse names that a recipe would read as a reference, or as left open."""
    named = [draft.target, *(column.name for column in draft.dropped)]
    named += [draft.id.name] if draft.id else []
    named += [draft.positive] if isinstance(draft.positive, str) else []
    strange = [name for name in named if not expressible(name)]
    message = "{!r} cannot be written in a recipe, where ${{...}} stands for a reference"
    if strange:
        raise DataError(*(Fault(message.format(name), hint="rename it") for name in strange))


def expressible(name: str) -> bool:
    """Whether a recipe can hold a name as it is."""
    return "${" not in name and name != "???"


def is_key(name: str) -> bool:
    """Whether a name can stand as a key: none that begins like ``_target_`` is taken."""
    return expressible(name) and not name.startswith("_")


def _least_recipe(name: str, target: str) -> Recipe:
    data = Data(source=name, target=target)
    return Recipe(name=name, data=data, model={"dummy": Family()})


def _as_id(frame: pd.DataFrame, column: Found) -> Found | None:
    """Take a column for the rows' name if each has its own, and it is called so."""
    from engine.steps.identity import names_rows

    values = frame[column.name]
    named = names_rows(column.name) and column.kind != "unusable"
    if not named or not values.is_unique or values.hasnans:
        return None
    if values.dtype.kind == "f" or column.kind in ("date", "boolean"):
        return None
    return Found(column.name, column.kind, "each row has a value of its own")


def _write(path: Path, draft: Draft) -> None:
    """Write the schema for editors, then the recipe; it takes its name when it is sound."""
    schema = jsonschema.schema(groups.find(Path.cwd()))
    _replace(path.with_name(SCHEMA_FILE), console.to_json(schema))
    _replace(path, text(draft))
    load(str(path))


def _replace(path: Path, content: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        hint = "make the folder writable, or work in another"
        raise EngineError(Fault(f"cannot be written: {error.strerror}", str(path), hint)) from None


def _report(path: Path, draft: Draft) -> dict[str, Any]:
    """Return what was found, and where it was written, as plain values."""
    given = {field.name: getattr(draft, field.name) for field in fields(draft)}
    found = ("columns", "dropped")
    return {"path": str(path), **given} | {
        "id": draft.id.name if draft.id else None,
        "time": draft.time.name if draft.time else None,
        **{name: [asdict(column) for column in given[name]] for name in found},
    }


def _tell(path: Path, draft: Draft) -> None:
    console.line(f"Wrote {path}", "bold")
    rows: list[tuple[str, Any]] = [("task", f"{draft.task}, as {draft.because}")]
    if draft.positive is not None:
        rows.append(("positive", f"{scalar(draft.positive)}, {draft.share:.1%} of the rows"))
    rows.append(("columns", f"{len(draft.columns):,} to learn from"))
    if draft.id:
        rows.append(("id", draft.id.name))
    if draft.nulls:
        rows.append(("missing", f"some values of {', '.join(draft.nulls)}, see null_values"))
    if draft.dropped:
        rows.append(("dropped", ", ".join(column.name for column in draft.dropped)))
    console.facts(rows)
    console.line()
    console.line(f"  engine plan {draft.recipe}")
    console.line(f"  engine run {draft.recipe}")
