"""A profile of a data set as one page of HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jinja2
import numpy as np
import pandas as pd

from engine.bundle.input import shorten
from engine.contracts import Numbers
from engine.report import warn
from engine.report.describe import Column, Goal, Kind, as_written, describe
from engine.statistics.association import spearman_matrix

ROWS_SHOWN = 5
MOST_PAIRED = 25  # numbers whose correlations are drawn
MOST_RANKED = 20_000  # rows that correlations between columns are computed on
BYTES_OF_FIGURES = 1_500_000
MOST_LISTED = 1_500  # columns
MOST_WARNINGS = 300


@dataclass(frozen=True)
class Explored:
    """What is known of a data set.

    Attributes
    ----------
    columns : tuple of Column
        In the order of the data.
    warnings : tuple of (column, text)
        Without a column where all rows are meant.
    paired : tuple of str
        The numbers between which ``matrix`` holds the rank correlations.
    head : tuple of tuple of str
        The first rows.
    """

    title: str
    rows: int
    memory: int
    columns: tuple[Column, ...]
    warnings: tuple[warn.Warned, ...]
    goal: Goal | None
    paired: tuple[str, ...]
    matrix: Numbers
    head: tuple[tuple[str, ...], ...]

    @property
    def leading(self) -> list[Column]:
        """Columns by how strongly they go with the target."""
        known = [column for column in self.columns if np.isfinite(column.strength)]
        return sorted(known, key=lambda column: -column.strength)


def explore(
    frame: pd.DataFrame, kinds: Mapping[str, Kind], title: str, goal: Goal | None = None
) -> Explored:
    """Look at every column of a data set, alone, against the target and beside the others.

    Parameters
    ----------
    frame : DataFrame
        Raw rows.
    kinds : mapping
        What each column is taken for, by name.
    """
    columns = describe(frame, kinds, goal)
    found = [*(warn.of_target(goal) if goal else ()), *warn.of_rows(frame)]
    names, matrix = _correlations(columns, goal)
    found += [*warn.of_columns(frame, columns, goal), *warn.of_pairs(names, matrix)]
    return Explored(
        title, len(frame), int(frame.memory_usage(deep=False).sum()), tuple(columns), tuple(found),
        goal, tuple(names), matrix, tuple(_head(frame)),
    )  # fmt: skip


def _correlations(columns: Sequence[Column], goal: Goal | None) -> tuple[list[str], Numbers]:
    """Correlate the numbers; those that go with the target first, if there are too many."""
    able = [c for c in columns if c.kind == "number" and c.numbers is not None and c.distinct > 1]
    if len(able) > MOST_PAIRED and goal:
        able = sorted(able, key=lambda c: -np.nan_to_num(c.strength))
    able = able[:MOST_PAIRED]
    if len(able) < 2:
        return [], np.zeros((0, 0))
    table = np.column_stack([c.numbers for c in able if c.numbers is not None])
    step = max(1, len(table) // MOST_RANKED)
    return [c.name for c in able], spearman_matrix(table[::step])


def _head(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    head = frame.head(ROWS_SHOWN)
    plain = [as_written(head.iloc[:, place]).tolist() for place in range(head.shape[1])]
    rows = zip(*plain, strict=True)
    return [tuple("" if pd.isna(x) else shorten(x, 42)[1:-1] for x in row) for row in rows]


def page(explored: Explored) -> str:
    """Return the page. It stays below three megabytes: later columns lose their figures first."""
    drawn: list[tuple[Column, bool]] = []
    spent = 0
    for column in explored.columns[:MOST_LISTED]:
        spent += len(column.counts) + len(column.against)
        drawn.append((column, spent <= BYTES_OF_FIGURES))
    return _template().render(
        found=explored,
        drawn=drawn,
        more=len(explored.columns) - len(drawn),
        warnings=explored.warnings[:MOST_WARNINGS],
        silent=max(0, len(explored.warnings) - MOST_WARNINGS),
        style=files("engine").joinpath("report", "templates", "style.css").read_text("utf-8"),
    )


@cache
def _template() -> jinja2.Template:
    folder = str(files("engine").joinpath("report", "templates"))
    loader = jinja2.FileSystemLoader(folder)
    made = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return made.get_template("explore.html")
