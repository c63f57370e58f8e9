"""See whether the rows are what the recipe expects of them, before anything is split or searched.

No other step needs this one, so that another expectation refits nothing. What is kept of it does
not depend on the time: how old the newest row is, is asked at each run (:func:`judged`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from engine.catalogue import unknown
from engine.contracts import Listener
from engine.errors import DataError, Fault
from engine.formula import parse
from engine.recipe.expectation import Count, Expect, Relation
from engine.recipe.schema import Recipe
from engine.steps import expecting, fresh
from engine.steps.conditions import columns_of, holds
from engine.steps.derived import unknown_columns
from engine.steps.expected import Asked, Outcome
from engine.steps.load import Read
from engine.steps.values import declared

ABOUT = "see whether the rows are what is expected"
MAKES = "what holds of data.expect"
READS = ("data.expect",)
NEEDS = ("load",)
LIBRARIES = ("pandas", "numpy", "pyarrow")
FILE = "expectations.json"
KEY = "data.expect"
MEND = "mend the data, change what is expected, or set `severity: warn` to be told alone"


@dataclass(frozen=True)
class Expected:
    """What comes of all expectations.

    Attributes
    ----------
    rows : int
        How many rows were looked at.
    outcomes : tuple of Outcome
        In the order of the recipe.
    newest : float, optional
        The newest moment in the column of ``data.expect.fresh``, in seconds since 1970.
    notes : tuple of str
        Rows for which a relation has no value though what it reads is there.
    """

    rows: int
    outcomes: tuple[Outcome, ...] = ()
    newest: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def broken(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.broken]


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Expected:
    """Ask all questions about the rows, and keep the answers, whatever they are.

    Raises
    ------
    DataError
        If a column that is named is not there, or a relation cannot be evaluated.
    """
    said = recipe.data.expect
    dataset: Read = inputs["load"]
    found = Expected(0)
    if said != Expect():
        _require(said, dataset.facts.given)
        frame = dataset.whole(_named(said))
        outcomes, notes = _outcomes(said, frame, recipe)
        shown = getattr(inputs, "shown", str)  # what is expected may be a secret
        texts = tuple(replace(outcome, text=shown(outcome.text)) for outcome in outcomes)
        newest = fresh.newest(frame[said.fresh.column]) if said.fresh else None
        found = Expected(len(frame), texts, newest, notes)
    (folder / FILE).write_text(json.dumps(asdict(found), ensure_ascii=False), "utf-8")
    return found


def load(recipe: Recipe, folder: Path) -> Expected:
    """Read what was found."""
    tree = json.loads((folder / FILE).read_text("utf-8"))
    outcomes = (
        Outcome(**{**outcome, "examples": tuple(outcome["examples"])})
        for outcome in tree["outcomes"]
    )
    return Expected(tree["rows"], tuple(outcomes), tree["newest"], tuple(tree["notes"]))


def judged(recipe: Recipe, found: Expected, now: float) -> Expected:
    """Return what comes of all expectations at a moment, in seconds since 1970.

    Raises
    ------
    DataError
        If one of the severity ``fail`` is broken; tells of all that are.
    """
    said = recipe.data.expect
    if said.fresh:
        severity = said.fresh.severity or said.severity
        age = fresh.outcome(Asked("fresh", severity), said.fresh, found.newest, now)
        found = replace(found, outcomes=(*found.outcomes, age))
    if any(outcome.severity == "fail" for outcome in found.broken):
        faults = [Fault(_graded(outcome), f"{KEY}.{outcome.key}") for outcome in found.broken]
        raise DataError(*faults[:-1], replace(faults[-1], hint=MEND))
    return found


def _graded(outcome: Outcome) -> str:
    return outcome.text + " (severity: warn)" * (outcome.severity == "warn")


def notices(found: Expected) -> list[str]:
    """Return what is told of them at each run, whether looked at now or before."""
    return [*found.notes, *(outcome.notice for outcome in found.broken)]


def summary(found: Expected) -> dict[str, Any]:
    """Describe them for a plan or a scorecard: how many hold, and those that are broken."""
    broken = [asdict(outcome) for outcome in found.broken]
    return {"rows": found.rows, "held": len(found.outcomes) - len(broken), "broken": broken}


def _named(said: Expect) -> list[str]:
    """Return the columns that expectations are about."""
    relations = [name for text, _ in _relations(said).values() for name in columns_of(text)]
    newest = [said.fresh.column] if said.fresh else []
    return list(dict.fromkeys([*said.by_column, *newest, *relations]))


def _require(said: Expect, given: list[str]) -> None:
    """Name every column that an expectation is about, and that the data lacks."""
    places = {f"{KEY}.{_place(said, name)}": name for name in said.by_column}
    if said.fresh:
        places[f"{KEY}.fresh.column"] = said.fresh.column
    faults = [
        unknown("column", name, given, place) for place, name in places.items() if name not in given
    ]
    for name, (formula, _) in _relations(said).items():
        faults += unknown_columns(parse(formula), given, f"{KEY}.relations.{name}")
    if faults:
        raise DataError(*(Fault(f.message, f.where, f.hint[:300]) for f in faults))


def _place(said: Expect, name: str) -> str:
    return f"columns.{name}" if name in said.columns else name


def _relations(said: Expect) -> dict[str, tuple[str, Any]]:
    """Return the formula and severity of each relation."""
    return {
        name: (one.formula, one.severity) if isinstance(one, Relation) else (one, None)
        for name, one in said.relations.items()
    }


def _outcomes(
    said: Expect, frame: pd.DataFrame, recipe: Recipe
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    notes: list[str] = []
    found = [*_count(said.rows, said, len(frame))]
    for name, values in said.by_column.items():
        found += expecting.outcomes(_place(said, name), frame[name], values, said.severity)
    found += _related(said, frame, recipe, notes)
    return tuple(found), tuple(notes)


def _count(said: Count | None, expect: Expect, rows: int) -> Iterator[Outcome]:
    if not said:
        return
    severity = said.severity or expect.severity
    if said.min is not None:
        text = f"there are {rows:,} rows, and at least {said.min:,} are expected"
        yield Asked("rows.min", severity).of_all(rows < said.min, rows, text)
    if said.max is not None:
        text = f"there are {rows:,} rows, and at most {said.max:,} are expected"
        yield Asked("rows.max", severity).of_all(rows > said.max, rows, text)


def _related(
    said: Expect, frame: pd.DataFrame, recipe: Recipe, notes: list[str]
) -> Iterator[Outcome]:
    """Ask whether relations between columns hold in each row."""
    kinds = {name: column.kind for name, column in declared(recipe.data).items()}
    faults: list[Fault] = []
    for name, (formula, severity) in _relations(said).items():
        key = f"relations.{name}"
        try:
            found = holds(f"{KEY}.{key}", formula, frame, kinds)
        except DataError as error:
            faults += error.faults
            continue
        notes += map(str, found.failed)
        asked = Asked(key, severity or said.severity)
        what = ("rows", f"does not keep {formula}", f"do not keep {formula}")
        broken = ~found.true & ~found.unknown
        yield asked.of_rows(broken, len(frame), what, frame[columns_of(formula)])
    if faults:
        raise DataError(*faults)
