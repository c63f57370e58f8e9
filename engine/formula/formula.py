"""A formula: read once, evaluated on any frame that has its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.formula.applied import Applied
from engine.formula.error import FormulaError
from engine.formula.functions import Kind
from engine.formula.kinds import infer
from engine.formula.parser import Program, program

if TYPE_CHECKING:
    import pandas as pd

    from engine.contracts import Index


@dataclass(frozen=True)
class Formula:
    """A formula that has been read and found in order.

    Attributes
    ----------
    program : Program
        Its instructions.
    """

    program: Program

    @property
    def text(self) -> str:
        """The formula as written."""
        return self.program.text

    @property
    def names(self) -> frozenset[str]:
        """The columns that it reads."""
        return frozenset(self.program.columns)

    def __str__(self) -> str:
        return self.text

    def kind(self, columns: Mapping[str, Kind]) -> Kind:
        """Return what kind its values have, given the kinds of its columns.

        Raises
        ------
        FormulaError
            If its columns do not go together as it has them.
        """
        return infer(self.program, columns)[-1] or "number"

    def require_condition(self, columns: Mapping[str, Kind]) -> None:
        """Refuse a formula that is neither true nor false, as far as kinds of columns are known.

        Raises
        ------
        FormulaError
            If it gives something else, or if its columns do not go together as it has them.
        """
        kind = infer(self.program, columns)[-1]
        if kind not in (None, "boolean"):
            message = f"the formula gives a {kind}, and true or false is expected"
            raise FormulaError(message, self.text, 0, "compare it with something: x > 0")

    def evaluate(self, frame: pd.DataFrame) -> pd.Series[Any]:
        """Return its value for each row, with the frame's index.

        Numbers come as float64, truth values as pandas' ``boolean``, dates as datetime64 and texts
        as ``str``; each may be missing.

        Parameters
        ----------
        frame : DataFrame
            Has its columns; numbers, truth values and dates are taken as such by their type, all
            else as texts.

        Raises
        ------
        FormulaError
            If a column is not there, is there twice or is of a kind that does not fit, or if a
            text that it makes is too long.
        """
        return self.apply(frame).values

    def apply(self, frame: pd.DataFrame, rows: Sequence[int] | Index | None = None) -> Applied:
        """Return its values, and the rows in which it has none; else as :meth:`evaluate`.

        Parameters
        ----------
        rows : array of int, optional
            The rows' numbers in their file, from 0, for messages; else 0, 1, ...
        """
        from engine.formula.evaluate import apply  # noqa: PLC0415 - a check needs no pandas

        return apply(self.program, frame, rows)


@lru_cache(maxsize=1024)
def parse(text: str) -> Formula:
    """Read a formula; the grammar is described in :mod:`engine.formula`.

    Raises
    ------
    FormulaError
        If it is none; names the place, what was found, and what to write.

    Examples
    --------
    >>> sorted(parse("total_charges / `months paid`").names)
    ['months paid', 'total_charges']
    """
    found = program(text.strip())
    infer(found, {})
    return Formula(found)
