"""Rows of one group stay on one side, and the classes are balanced as far as that allows.

The same folds as ``grouped``, which balances whatever target it is given; this one insists on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import DataError, Fault
from engine.splitters import grouped, parts

if TYPE_CHECKING:
    from engine.contracts import Fold, Rows


def holdout(rows: Rows, share: float, seed: int) -> Fold:
    """Set whole groups aside that hold about ``share`` of the rows, and of each class.

    Raises
    ------
    engine.errors.DataError
        If there are fewer than two groups, or a class stands in one group alone.
    """
    _balanced(rows, 2 if share else 1, "a holdout")
    return grouped.holdout(rows, share, seed)


def folds(rows: Rows, count: int, seed: int) -> list[Fold]:
    """Split into folds that share no group.

    Raises
    ------
    engine.errors.DataError
        If there are fewer rows or groups than folds, or a class stands in one group alone.
    """
    parts.enough(rows, count)
    _balanced(rows, 2, f"{count} folds")
    return grouped.folds(rows, count, seed)


def _balanced(rows: Rows, least: int, what: str) -> None:
    """Refuse a class that can only be trained on or validated."""
    if rows.target is None:
        hint = "choose another evaluation.split"
        message = "the split 'stratified_grouped' needs a target"
        raise DataError(Fault(message, "evaluation.split", hint))
    groups, _ = parts.column(rows.groups, "data.group", "stratified_grouped", sort=False)
    target = np.asarray(rows.target)
    for code in np.unique(target) if target.dtype.kind != "f" else ():
        if len(np.unique(groups[target == code])) < least:
            message = f"class code {code} stands in one group alone; {what} need it in two"
            hint = "drop or merge the class, or set evaluation.split to grouped"
            raise DataError(Fault(message, "data.group", hint))
