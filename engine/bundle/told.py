"""Sentences about rows that do not keep the input contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.values import shorten
from engine.catalogue import near
from engine.errors import Fault

EXAMPLES = 3


def missing(name: str, known: list[str]) -> Fault:
    """Name a column that is missing, and what it may be called there."""
    guess = near(name, known)
    hint = f"is it called {guess!r} there?" if guess else f"it has: {', '.join(known[:12])}"
    return Fault(f"the column {name!r} is missing", hint=hint)


def mistyped(
    values: pd.Series[Any],
    wrong: NDArray[np.bool_],
    column: tuple[str, str],
    number: int,
    hint: str,
) -> Fault:
    """Name the first value that is none of its kind.

    Parameters
    ----------
    column : tuple of str
        Its name and kind.
    number : int
        Of that row in its file, from 0.
    """
    rows = np.flatnonzero(wrong)
    more = f" (and {len(rows) - 1:,} more)" if len(rows) > 1 else ""
    found = shorten(values.iloc[rows[0]])
    message = (
        f"the column {column[0]!r} must hold a {column[1]}, but row "
        f"{number + 1:,} holds {found}{more}"
    )
    return Fault(message, hint=hint)


def unseen(name: str, counts: Mapping[str, int]) -> Fault:
    """Name a column with unseen categories, and some of them."""
    examples = ", ".join(shorten(value) for value in list(counts)[:EXAMPLES])
    more = f" and {len(counts) - EXAMPLES:,} others" if len(counts) > EXAMPLES else ""
    return Fault(
        f"the column {name!r} holds categories that training never saw: {examples}{more}",
        hint="set data.unseen: warn in the recipe to take them as missing",
    )
