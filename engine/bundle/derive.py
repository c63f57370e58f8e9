"""Columns by formula, made of raw values in training and prediction alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from engine.contracts import Index
from engine.errors import Fault, InputError
from engine.formula import Applied, FormulaError, parse
from engine.formula.functions import Kind


@dataclass(frozen=True)
class Derive:
    """Formulas, and what the raw columns that they read were taken for in training.

    Attributes
    ----------
    formulas : dict
        By name of the column, each after those that it reads.
    reads : dict
        The kind of each raw column that a formula reads: one that came as text (in a CSV file's
        parts all do) is read as that before a formula sees it.
    """

    formulas: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, Kind] = field(default_factory=dict)


NO_FORMULAS = Derive()


@dataclass(frozen=True)
class Failed:
    """Rows for which a formula has no value, though what it reads is there.

    Attributes
    ----------
    column : str
        The derived column.
    what : str
        Such as ``a division by zero``.
    rows, first : int
        How many rows, and the first of them, counted from 1 in the file.
    """

    column: str
    what: str
    rows: int
    first: int

    @property
    def which(self) -> str:
        """The rows in words."""
        if self.rows == 1:
            return f"row {self.first:,}"
        return f"{self.rows:,} rows, the first is row {self.first:,}"

    def __str__(self) -> str:
        return f"{self.column}: {self.what} in {self.which}; taken as missing"


def extend(
    raw: pd.DataFrame, derive: Derive, numbers: pd.DataFrame, rows: Index
) -> tuple[pd.DataFrame, tuple[Failed, ...]]:
    """Return raw values with the derived columns beside them.

    Parameters
    ----------
    raw : DataFrame
        Holds each column that a formula reads once. A column that is called like a derived one
        gives way to it.
    numbers : DataFrame of float64
        The columns of ``derive.reads`` that are no texts, encoded.
    rows : ndarray of int
        The rows' numbers in their file, from 0.

    Raises
    ------
    InputError
        If a formula would make a text that is too long; names the row.
    """
    names = [str(name) for name in raw.columns]
    read = {
        name: _typed(numbers[name], kind) if kind != "text" else raw.iloc[:, names.index(name)]
        for name, kind in derive.reads.items()
    }
    known = pd.DataFrame(read, index=raw.index)
    failed: list[Failed] = []
    for name, text in derive.formulas.items():
        applied = _applied(name, text, known, rows)
        known[name] = applied.values
        failed += (
            Failed(name, loss.what, loss.rows, int(rows[loss.first]) + 1) for loss in applied.losses
        )
    kept = raw.iloc[:, [i for i, name in enumerate(names) if name not in derive.formulas]]
    return pd.concat([kept, known[list(derive.formulas)]], axis=1), tuple(failed)


def _applied(name: str, text: str, known: pd.DataFrame, rows: Index) -> Applied:
    try:
        return parse(text).apply(known, rows)
    except FormulaError as error:
        faults = (Fault(f"{name}: {f.message}", f.where, f.hint) for f in error.faults)
        raise InputError(*faults) from None


def _typed(numbers: pd.Series[Any], kind: Kind) -> pd.Series[Any]:
    """Encoded values as the type by which a formula knows their kind."""
    if kind == "number":
        return numbers
    missing = numbers.isna().to_numpy()
    if kind == "boolean":
        truths = pd.arrays.BooleanArray(numbers.to_numpy() == 1, missing)
        return pd.Series(truths, numbers.index)
    micros = np.round(np.where(missing, 0, numbers) * 1e6).astype(np.int64)
    moments = np.where(missing, np.datetime64("NaT"), micros.astype("datetime64[us]"))
    return pd.Series(moments, numbers.index)
