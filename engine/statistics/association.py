"""How strongly two columns go together: one number from 0 (not at all) to 1 (one gives the other).

Each pair of kinds has its measure; none of them assumes that anything is normally distributed.
Rows in which either value is missing are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from engine.contracts import Numbers

Codes = NDArray[np.intp]


def spearman(x: Numbers, y: Numbers) -> float:
    """Return the absolute rank correlation of two columns of numbers.

    Parameters
    ----------
    x, y : ndarray of shape (rows,)
        nan where missing.

    Returns
    -------
    float
        nan where either does not vary.
    """
    known = ~(np.isnan(x) | np.isnan(y))
    return _absolute_correlation(stats.rankdata(x[known]), stats.rankdata(y[known]))


def spearman_matrix(columns: Numbers) -> Numbers:
    """Return the signed rank correlations of all pairs of columns.

    Parameters
    ----------
    columns : ndarray of shape (rows, columns)
        nan where missing; a missing value takes the middle rank of its column, so that all pairs
        are computed at once, and a pair of columns with holes is never overrated.

    Returns
    -------
    ndarray of shape (columns, columns)
        nan where a column does not vary.
    """
    ranks = np.empty_like(columns)
    for position in range(columns.shape[1]):
        ranks[:, position] = _centred_ranks(columns[:, position])
    norms = np.sqrt((ranks**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Numbers = (ranks.T @ ranks) / np.outer(norms, norms)
    return np.clip(found, -1, 1)


def correlation_ratio(codes: Codes, values: Numbers) -> float:
    """Return eta: the square root of the share of variance that lies between groups.

    The share is corrected for the number of groups (epsilon squared, Kelley 1935, Proc. Natl.
    Acad. Sci. 21), as many small groups explain much by chance alone.

    Parameters
    ----------
    codes : ndarray of int, of shape (rows,)
        The group of each row; negative where missing.
    values : ndarray of shape (rows,)
        nan where missing.
    """
    known = (codes >= 0) & ~np.isnan(values)
    groups, found = codes[known], values[known]
    total = float(((found - found.mean()) ** 2).sum()) if found.size else 0.0
    counts = np.bincount(groups) if groups.size else np.zeros(0, dtype=np.intp)
    used = int((counts > 0).sum())
    if total <= 0 or used < 2 or found.size <= used:
        return float("nan")
    sums = np.bincount(groups, weights=found)
    means = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
    within = float(((found - means[groups]) ** 2).sum())
    share = 1 - within / total * (found.size - 1) / (found.size - used)
    return float(np.sqrt(max(0.0, share)))


def cramers_v(x: Codes, y: Codes) -> float:
    """Return Cramér's V with the correction of its bias.

    Bergsma (2013), "A bias-correction for Cramér's V and Tschuprow's T", J. Korean Stat. Soc. 42.

    Parameters
    ----------
    x, y : ndarray of int, of shape (rows,)
        Categories of each row; negative where missing.
    """
    known = (x >= 0) & (y >= 0)
    table = _crossed(x[known], y[known])
    rows, columns = table.shape
    count = table.sum()
    if min(rows, columns) < 2 or count < 2:
        return float("nan")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / count
    phi = float(((table - expected) ** 2 / expected).sum()) / count
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (count - 1))
    rows_, columns_ = (n - (n - 1) ** 2 / (count - 1) for n in (rows, columns))
    least = min(rows_, columns_) - 1
    return float(np.sqrt(min(1.0, phi / least))) if least > 0 else float("nan")


def _crossed(x: Codes, y: Codes) -> NDArray[np.float64]:
    """Count the pairs; categories that do not occur have no row or column."""
    xs, x = np.unique(x, return_inverse=True)
    ys, y = np.unique(y, return_inverse=True)
    counts = np.bincount(x * len(ys) + y, minlength=len(xs) * len(ys))
    return counts.reshape(len(xs), len(ys)).astype(np.float64)


def _centred_ranks(values: Numbers) -> Numbers:
    known = ~np.isnan(values)
    ranks = np.zeros(len(values))
    if known.any():
        found = stats.rankdata(values[known])
        ranks[known] = found - found.mean()
    return ranks


def _absolute_correlation(x: Numbers, y: Numbers) -> float:
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(abs(np.corrcoef(x, y)[0, 1]))
