"""The folds that a column names: one fold for each of its values, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import DataError, Fault
from engine.splitters import grouped, parts, plain, stratified

if TYPE_CHECKING:
    from engine.contracts import Fold, Rows

KEY = "evaluation.fold_column"


def holdout(rows: Rows, share: float, seed: int) -> Fold:
    """Set ``share`` of the rows aside out of all folds: whole groups, or so much of each class.

    Raises
    ------
    engine.errors.DataError
        As of the splitters ``grouped``, ``stratified`` and ``plain``, which draw it.
    """
    parts.column(rows.fold, KEY, "predefined", sort=False)
    if rows.groups is not None:
        return grouped.holdout(rows, share, seed)
    if rows.target is None:
        return plain.holdout(rows, share, seed)
    return stratified.holdout(rows, share, seed)


def folds(rows: Rows, count: int, seed: int) -> list[Fold]:
    """Return a fold for each value of the column; ``count`` and ``seed`` have no say.

    Raises
    ------
    engine.errors.DataError
        If the column has missing values, one value, or almost as many as there are rows.
    """
    names, found = parts.column(rows.fold, KEY, "predefined", sort=True)
    if found < 2:
        message = f"the column has {parts.counted(found, 'distinct value')}{parts.TRAIN}"
        hint = "name a column with a value for each fold, or leave it out"
        raise DataError(Fault(f"{message}; folds need 2", KEY, hint))
    if found > rows.count / 2:
        message = f"the column has {found:,} distinct values for {rows.count:,} rows"
        raise DataError(Fault(message, KEY, "name a column with few values, one for each fold"))
    return parts.folds(names, found)
