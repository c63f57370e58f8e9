"""What the splitters share: checks that name what to change, and folds out of part numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.contracts import Fold
from engine.errors import DataError, Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Index, Rows


TRAIN = " in the rows to train on"


def enough(rows: Rows, folds: int) -> None:
    """Refuse fewer rows than folds.

    Raises
    ------
    engine.errors.DataError
    """
    if rows.count < folds:
        verb = "is" if rows.count == 1 else "are"
        message = f"{counted(rows.count, 'row')} to train on {verb} fewer than {folds} folds"
        hint = advice(fewer(rows.count), "use more rows")
        raise DataError(Fault(message, "evaluation.folds", hint))


def fewer(most: int) -> str:
    """Say how many folds would do; empty where even two would not."""
    if most < 2:
        return ""
    return "set evaluation.folds to 2" + (f" .. {most}" if most > 2 else "")


def counted(count: int, what: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(3, "row")
    ('1 row', '3 rows')
    """
    return f"{count} {what}" + ("" if count == 1 else "s")


def advice(*options: str) -> str:
    """Join the options that there are.

    >>> advice("", "use more rows", "merge classes")
    'use more rows, or merge classes'
    """
    return ", or ".join(option for option in options if option)


def set_aside(rows: Rows, share: float) -> int:
    """Return the number of rows of a holdout: at least one, and one row is left to train on.

    Raises
    ------
    engine.errors.DataError
        If there are fewer than two rows to part.
    """
    if share == 0:
        return 0
    if rows.count < 2:
        message = f"{counted(rows.count, 'row')} cannot be parted into train and holdout"
        raise DataError(Fault(message, "evaluation.holdout", "use more rows"))
    return min(max(round(rows.count * share), 1), rows.count - 1)


def column(values: NDArray[Any] | None, key: str, split: str, sort: bool) -> tuple[Index, int]:
    """Return codes of the values and how many there are; sorted codes keep the values' order.

    Raises
    ------
    engine.errors.DataError
        If ``key`` was not given, has missing values, or cannot be put in order.
    """
    if values is None:
        hint = f"name a column under {key}, or choose another evaluation.split"
        raise DataError(Fault(f"the split {split!r} needs {key}", "evaluation.split", hint))
    try:
        codes, found = pd.factorize(values, sort=sort)
    except TypeError as error:
        hint = "give all its values one type"
        raise DataError(Fault(f"the column cannot be put in order: {error}", key, hint)) from error
    if (codes < 0).any():
        message = f"the column has {counted(int((codes < 0).sum()), 'missing value')}"
        raise DataError(Fault(message, key, "fill them, or leave those rows out"))
    return codes, len(found)


def fold(aside: NDArray[np.bool_]) -> Fold:
    """Return the fold that validates where ``aside`` is true."""
    return Fold(np.flatnonzero(~aside), np.flatnonzero(aside))


def folds(part: Index, count: int) -> list[Fold]:
    """Return a fold for each part number, which validates the rows of that part."""
    return [fold(part == number) for number in range(count)]
