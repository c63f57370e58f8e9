"""How old the newest row is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from engine.recipe.expectation import Fresh
from engine.steps.expected import Asked, Outcome
from engine.steps.expecting import moments

_UNITS = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"), (1.0, "second"))


def newest(values: pd.Series[Any]) -> float | None:
    """Return the newest moment of a column, in seconds since 1970; None if it holds no date."""
    found = moments(values)
    known = found[np.isfinite(found)]
    return float(known.max()) if known.size else None


def outcome(asked: Asked, said: Fresh, found: float | None, now: float) -> Outcome:
    """Say whether the newest row is new enough."""
    if found is None:
        text = f"the column {said.column!r} holds no date such as 2024-01-31"
        return asked.of_all(True, 1, text)
    age = now - found
    when = datetime.fromtimestamp(found, UTC).strftime("%Y-%m-%d %H:%M UTC")
    text = f"the newest {said.column!r} is {when}, {lasting(age)} ago; at most"
    return asked.of_all(age > said.within, 1, f"{text} {lasting(said.within)} are allowed")


def lasting(seconds: float) -> str:
    """Put a time into words, in the largest unit of which there is one at least.

    >>> lasting(86_400), lasting(5_400), lasting(9 * 86_400 + 7_200)
    ('1 day', '1.5 hours', '9.1 days')
    """
    unit, word = next((u for u in _UNITS if seconds >= u[0]), _UNITS[-1])
    count = round(seconds / unit, 1)
    return f"{count:,.0f} {word}" + "s" * (count != 1) if count % 1 == 0 else f"{count:,} {word}s"
