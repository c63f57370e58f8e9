"""How differently groups are treated by decisions between two classes.

The definitions are those of Hardt, Price and Srebro, Equality of Opportunity in Supervised Learning
(2016), and of Barocas, Hardt and Narayanan, Fairness and Machine Learning (2023), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

LEAST = 30
"""Rows from which on a group has a share: that of fewer is mostly chance."""

Marks = NDArray[np.bool_]
Codes = NDArray[np.intp]


def shares(marked: Marks, groups: Codes, least: int = LEAST) -> NDArray[np.float64]:
    """Return for each group the share of its rows that are marked.

    Parameters
    ----------
    marked : ndarray of bool, shape (rows,)
    groups : ndarray of int, shape (rows,)
        The group of each row, from 0; below 0 for none.
    least : int
        Groups of fewer rows have no share.

    Returns
    -------
    ndarray of shape (groups,)
        nan where there is none.
    """
    known = groups >= 0
    count = int(groups.max(initial=-1)) + 1
    rows = np.bincount(groups[known], minlength=count)
    hits = np.bincount(groups[known], marked[known], minlength=count)
    return np.where(rows >= least, hits / np.maximum(rows, 1), np.nan)


def spread(found: NDArray[np.float64]) -> float:
    """Return how far apart shares are; nan where fewer than two are known."""
    known = found[~np.isnan(found)]
    return float(known.max() - known.min()) if len(known) > 1 else float("nan")


def demographic_parity(truth: Marks, said: Marks, groups: Codes, least: int = LEAST) -> float:
    """Return the difference of the shares that are said to be positive; see ``shares``."""
    return spread(shares(said, groups, least))


def equal_opportunity(truth: Marks, said: Marks, groups: Codes, least: int = LEAST) -> float:
    """Return the difference of these shares among the rows that are positive."""
    return spread(shares(said[truth], groups[truth], least))


def equalized_odds(truth: Marks, said: Marks, groups: Codes, least: int = LEAST) -> float:
    """Return that difference, or the one among the other rows, whichever is larger."""
    found = [spread(shares(said[among], groups[among], least)) for among in (truth, ~truth)]
    known = [value for value in found if not np.isnan(value)]
    return max(known, default=float("nan"))


GAPS: dict[str, Callable[[Marks, Marks, Codes, int], float]] = {
    "demographic_parity": demographic_parity,
    "equal_opportunity": equal_opportunity,
    "equalized_odds": equalized_odds,
}
