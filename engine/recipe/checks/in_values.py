"""Faults of the values of parameters, of a step or of a family's class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.errors import Fault
from engine.recipe import allowed, ranges
from engine.recipe.file.references import Key


def faults(value: Any, rows: allowed.Rows, key: Key, cls: str) -> Iterator[tuple[Key, Fault]]:
    """Yield a fault if a value, or an end or option of a range, is none that a parameter takes.

    Parameters
    ----------
    rows : tuple of mapping
        What it takes; empty where no recipe can say it, as for a function.
    cls : str
        The class whose parameter it is.
    """
    if isinstance(value, str) and (value == "???" or "${" in value):
        return
    for wrong in allowed.strange(value, rows):
        if not rows:
            message = f"`{key[-1]}` of {cls.rpartition('.')[2]} cannot be given in a recipe"
            yield key, Fault(message, hint="leave it out")
            return
        shown = repr(wrong) if isinstance(wrong, str) else ranges.label(wrong)
        verb = "holds" if isinstance(value, list) and wrong != value else "is"
        message = f"`{'.'.join(key)}` {verb} {shown}; {allowed.expected(rows)} was expected"
        guess = allowed.near(wrong, rows)
        yield key, Fault(message, hint=f"did you mean {guess}?" if guess else "")
