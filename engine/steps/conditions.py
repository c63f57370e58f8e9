"""Formulas that hold for a row or do not, evaluated on the rows of a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.declared import DeclaredKind
from engine.bundle.derive import Derive, Failed
from engine.bundle.input import Column, with_derived
from engine.errors import DataError, EngineError, Fault
from engine.formula import FormulaError, parse
from engine.steps.columns import NOTHING
from engine.steps.derived import kind_in_formulas, unknown_columns

MEND = "mend that value, declare the column in data.columns, or leave it out of the formula"


@dataclass(frozen=True)
class Condition:
    """Where a formula holds.

    Attributes
    ----------
    true, unknown : ndarray of bool
        The rows in which it is true, and those in which it has no value.
    failed : tuple of Failed
        Why it has none though what it reads is there.
    """

    true: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    failed: tuple[Failed, ...]


def columns_of(formula: str) -> list[str]:
    """Return the columns that a formula reads, in its order."""
    return list(parse(formula).program.columns)


def holds(
    key: str, formula: str, frame: pd.DataFrame, declared: Mapping[str, DeclaredKind] = NOTHING
) -> Condition:
    """Evaluate a condition on rows, which stand under their numbers in the source, from 0.

    Parameters
    ----------
    key : str
        Where it stands in the recipe, for messages.
    declared : mapping
        The kinds of columns of which the recipe says what they are.

    Raises
    ------
    DataError
        If a column is not there, does not fit, or holds a value of another kind than its others.
    """
    read = parse(formula)
    if faults := unknown_columns(read, list(frame.columns), key):
        raise DataError(*faults)
    names = columns_of(formula)
    try:
        kinds = {name: kind_in_formulas(name, frame[name], declared) for name in names}
        read.require_condition(kinds)
        wanted = Derive({key: formula}, kinds)
        made, failed = with_derived(frame[names], wanted, frame.index.to_numpy(), _advise)
    except EngineError as error:
        raise DataError(*_placed(error.faults, key, isinstance(error, FormulaError))) from None
    values = made[key]
    unknown = values.isna().to_numpy(dtype=bool)
    return Condition(values.fillna(False).to_numpy(dtype=bool), unknown, failed)


def _advise(column: Column) -> str:
    return MEND


def _placed(faults: Sequence[Fault], key: str, of_formula: bool) -> list[Fault]:
    """Faults of a formula keep their hint, which shows the place; those of values get one."""
    return [Fault(f.message, key, f.hint if of_formula else f.hint or MEND) for f in faults]
