"""Numbers that name a row and say nothing of it: ids, and the numbers of the rows."""

from __future__ import annotations

import re

import numpy as np

from engine.contracts import Numbers

LEAST = 50
"""Rows below which numbers may rise by chance, or be years."""
THIN = 2
"""Numbers of rows of which some are held out leave so many gaps, at most."""
_NAMES = re.compile(
    r"(^|[_\W])(id|uuid|guid|key|no|nr|rowid|rownames|index)$|^id[_\W]|[a-z](Id|ID)$"
    r"|^unnamed: 0$",
)


def names_rows(name: str) -> bool:
    """Whether a column is called as columns are that name their rows.

    >>> [name for name in ("customer_id", "userId", "No", "humid", "paid") if names_rows(name)]
    ['customer_id', 'userId', 'No']
    """
    return bool(_NAMES.search(name) or _NAMES.search(name.lower()))


def is_id(name: str, values: Numbers) -> bool:
    """Whether whole numbers are another in each row, and called as ids are.

    Parameters
    ----------
    values : ndarray of float
        In the order of the rows, none of them missing.
    """
    return values.size >= LEAST and names_rows(name) and _all_different(values)


def are_counted(values: Numbers) -> bool:
    """Whether numbers rise from row to row as those of the rows do, some of which may be held out.

    Parameters
    ----------
    values : ndarray of float
        In the order of the rows, none of them missing.
    """
    if values.size < LEAST or not _all_different(values):
        return False
    dense = values[-1] - values[0] < THIN * values.size
    return bool(dense and (np.diff(values) > 0).all())


def _all_different(values: Numbers) -> bool:
    whole = bool((values == np.floor(values)).all())
    return whole and np.unique(values).size == values.size
