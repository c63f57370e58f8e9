"""What came of a formula: its values, and the rows that lost theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Loss:
    """Rows for which a formula has no value though what it reads is there.

    Attributes
    ----------
    what : str
        Such as ``a division by zero``.
    rows : int
        How many rows.
    first : int
        The first of them, counted from 0 in the frame.
    at : int
        Where in the formula's text.
    """

    what: str
    rows: int
    first: int
    at: int


@dataclass(frozen=True)
class Applied:
    """The values of a formula, and where it has none."""

    values: pd.Series[Any]
    losses: tuple[Loss, ...]
