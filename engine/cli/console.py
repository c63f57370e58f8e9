"""How things look: tables, numbers and notices, on a terminal and elsewhere.

On a terminal, tables and prose are fitted to its width. Elsewhere every row is one line, however
long, without spaces at its end: it is read by ``grep``, or by a log that breaks lines itself.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

ENDLESS = 100_000  # columns where the output is no terminal


class _Console(Console):
    """Leaves a closed pipe to :func:`engine.cli.main`."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(stderr: bool = False) -> Console:
    """Return a console; not coloured, and without bounds, where nobody looks."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else ENDLESS
    return _Console(file=stream, width=width, highlight=False, emoji=False)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; columns whose name ends in ``>`` stand to the right.

    Where a terminal is too narrow, the widest columns are broken into lines first.
    """
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        right = column.endswith(">")
        justify: JustifyMethod = "right" if right else "left"
        made.add_column(column.rstrip(">"), justify=justify, no_wrap=right, overflow="fold")
    for row in rows:
        made.add_row(*(escape(_one_line(str(cell))) for cell in row))
    _print_trimmed(made, title)


def facts(rows: Iterable[tuple[str, object]]) -> None:
    """Print what is known of one thing, a line for each fact."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for label, value in rows:
        made.add_row(f"  {escape(_one_line(label))}", escape(_one_line(str(value))))
    _print_trimmed(made)


def _print_trimmed(made: Table, title: str = "") -> None:
    """Print without the spaces that fill up the last column.

    A title of its own line may be wider than the table; rich would break it at the table's width.
    """
    out = console()
    with out.capture() as captured:
        if title:
            out.print(Text(title, style="bold"))
        out.print(made)
    text = "\n".join(line.rstrip() for line in captured.get().splitlines())
    out.file.write(text + "\n")


def _one_line(text: str) -> str:
    """Escape what would break a row, such as a column's name that holds a line's end."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text
    )


def line(text: str = "", style: str = "") -> None:
    """Print a line as it is, such as a path or a command: no markup, no breaking."""
    console().print(text, style=style or None, markup=False, soft_wrap=True)


def prose(text: str, style: str = "", indent: int = 0, hang: int = 0) -> None:
    """Print a sentence, on a terminal broken between words.

    Parameters
    ----------
    indent, hang : int
        Spaces before the first line, and how many more before the others.
    """
    out = console()
    if not sys.stdout.isatty():
        return line(" " * indent + text, style)
    lines = Text(text, style).wrap(out, max(20, out.width - indent - hang))
    for number, part in enumerate(lines):
        part.rstrip()
        out.print(Padding.indent(part, indent + (hang if number else 0)))
    return None


def notice(text: str, out: Console | None = None) -> None:
    """Print a remark to standard error."""
    (out or console(stderr=True)).print(f"note: {text}", style="yellow", markup=False)


def as_json(tree: Any) -> int:
    """Print a tree as JSON."""
    print(to_json(tree, (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"))
    return 0


def to_json(tree: Any, ascii_only: bool = False) -> str:
    """Write a tree as JSON; what JSON cannot hold, such as nan, is null."""
    return json.dumps(_pure(tree), indent=2, ensure_ascii=ascii_only, allow_nan=False, default=str)


def _pure(tree: Any) -> Any:
    if isinstance(tree, Mapping):
        return {key: _pure(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_pure(value) for value in tree]
    return None if isinstance(tree, float) and not math.isfinite(tree) else tree


def number(value: float | None, digits: int = 4) -> str:
    """A score for people."""
    if value is None or math.isnan(value):
        return "-"
    return f"{value:,.{digits}f}" if abs(value) < 1e4 else f"{value:,.1f}"


def spread(scores: Mapping[str, Any] | None) -> str:
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


def size(amount: float) -> str:
    """A number of bytes for people.

    >>> size(3 * 2**30)
    '3.0 GiB'
    """
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def measured(name: str, value: float | None) -> str:
    """Write what is measured of a model, by what it is."""
    if value is None:
        return "-"
    if name == "size":
        return size(value)
    return f"{value:.3g} s" if name.endswith("_seconds") else number(value)


def plural(count: int, what: str, several: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "range"), plural(3, "family", "families")
    ('1 range', '3 families')
    """
    return f"{count:,} {what if count == 1 else several or what + 's'}"
