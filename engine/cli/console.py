"""How things look: tables, numbers and notices, on a terminal and elsewhere."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDE = 110  # columns where the output is no terminal


def console(stderr: bool = False) -> Console:
    """Return a console; not coloured, and of one width, where nobody looks."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDE
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; columns whose name ends in ``>`` stand to the right."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False,
                 header_style="dim", padding=(0, 2, 0, 0))  # fmt: skip
    for column in columns:
        made.add_column(column.rstrip(">"), justify="right" if column.endswith(">") else "left")
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))
    console().print(made)


def line(text: str = "", style: str = "") -> None:
    """Print a line as it is: no markup, no breaking."""
    console().print(text, style=style or None, markup=False, soft_wrap=True)


def notice(text: str) -> None:
    """Print a remark to standard error."""
    console(stderr=True).print(f"note: {text}", style="yellow", markup=False, soft_wrap=True)


def as_json(tree: Any) -> int:
    """Print a tree as JSON."""
    print(json.dumps(tree, indent=2, ensure_ascii=False, default=str))
    return 0


def number(value: float | None, digits: int = 4) -> str:
    """A score for people."""
    if value is None or math.isnan(value):
        return "-"
    return f"{value:,.{digits}f}" if abs(value) < 1e4 else f"{value:,.1f}"


def spread(scores: dict[str, Any] | None) -> str:
    """Mean and standard deviation over folds."""
    if not scores or scores["mean"] is None:
        return "-"
    std = scores["std"]
    return number(scores["mean"]) + (f" ± {number(std)}" if std is not None else "")


def duration(seconds: float | None) -> str:
    """A duration for people."""
    if seconds is None:
        return "unknown"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
