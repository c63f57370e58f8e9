"""What comes of an expectation: how many rows break it, and which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.alike import written
from engine.bundle.values import shorten
from engine.recipe.expectation import Severity

EXAMPLES = 3
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Outcome:
    """An expectation, and what the rows make of it.

    Attributes
    ----------
    key : str
        Where it stands below ``data.expect``: ``age.min``.
    severity : {"warn", "fail"}
        What it does where it is broken.
    broken, of : int
        How many values (or rows) break it, of how many that were looked at; one that is about all
        rows together is broken once.
    text : str
        What is wrong, in words; empty where it holds.
    examples : tuple of mapping
        The first few rows that break it: ``row``, counted from 1 in the source, and values by
        column.
    """

    key: str
    severity: Severity
    broken: int
    of: int
    text: str = ""
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def notice(self) -> str:
        """What is told of it on one line."""
        return f"data.expect.{self.key}: {self.text}"


@dataclass(frozen=True)
class Asked:
    """Which expectation, and how much it matters."""

    key: str
    severity: Severity

    def of_all(self, broken: bool, of: int, text: str) -> Outcome:
        """Return what comes of one about all rows together."""
        return Outcome(self.key, self.severity, int(broken), of, text if broken else "")

    def of_rows(
        self, broken: Mask, of: int, what: tuple[str, str, str], shown: pd.DataFrame
    ) -> Outcome:
        """Return what comes of one that each row keeps or breaks.

        Parameters
        ----------
        broken : ndarray of bool
        of : int
            How many were looked at.
        what : tuple of str
            What was looked at (``values``), and what one is that breaks it, and what several are:
            ``is less than 0``, ``are less than 0``.
        shown : DataFrame
            The values to show, under the rows' numbers in the source, from 0.
        """
        count = int(broken.sum())
        if not count:
            return Outcome(self.key, self.severity, 0, of)
        places = np.flatnonzero(broken)[:EXAMPLES]
        examples = tuple(_example(shown, place) for place in places)
        things, one, several = what
        first = "; ".join(map(_said, examples))
        more = "; ..." if count > len(examples) else ""
        text = f"{count:,} of {of:,} {things} {one if count == 1 else several} ({first}{more})"
        return Outcome(self.key, self.severity, count, of, text, examples)


def _example(shown: pd.DataFrame, place: int) -> Mapping[str, Any]:
    values = {str(name): plain(shown[name].iloc[place]) for name in shown.columns}
    return {"row": int(shown.index[place]) + 1, "values": values}


def _said(example: Mapping[str, Any]) -> str:
    """Put a row into words: ``row 12: -5``, ``row 12: start 2024-05-01, end nothing``."""
    values = {name: _quoted(value) for name, value in example["values"].items()}
    if not values:
        return f"row {example['row']:,}"
    listed = [*values.values()] if len(values) == 1 else [f"{n} {v}" for n, v in values.items()]
    return f"row {example['row']:,}: {', '.join(listed)}"


def _quoted(value: Any) -> str:
    if value is None:
        return "nothing"
    return shorten(value) if isinstance(value, str) else str(value)


def plain(value: Any) -> Any:
    """A value as JSON has it: whole numbers without a point, days without a time."""
    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, pd.Timestamp):
        day = value == value.normalize() and value.tzinfo is None
        return value.strftime("%Y-%m-%d") if day else value.isoformat(sep=" ")
    if isinstance(value, int | float | np.number):
        number = float(value)
        whole = written(number).lstrip("-").isdigit()
        return int(value) if whole else number if np.isfinite(number) else str(number)
    return str(value)
