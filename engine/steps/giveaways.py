"""Columns that give the target away: one alone predicts it almost without fault.

Each column is asked what its nearest values among a fold's training rows say of the validation
rows' target; the folds are the recipe's own. That finds any function of the target, whatever its
shape, and is quick enough for each column. The holdout is never looked at. It does not find what
follows a target that grows beyond all that was trained on, where folds go forward in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from engine.contracts import Fold, Index, Numbers
from engine.steps.assemble import Assembled
from engine.steps.split import Split

ALMOST = 0.99  # a column alone; the best of breast_cancer reaches 0.975, of wine 0.8
NAMED = 0.95  # ... that is called after the target
FEWEST = 50  # rows below which chance alone may do it
VALUES = 2_000_000  # that are looked at: rows times columns
MOST_ROWS = 20_000
FOLDS = 10  # at most; on three folds of 24 rows, chance alone may do it
UNLIKELY = 1e-6
MEASURES = {2: "AUC", 0: "R² of ranks"}


@dataclass(frozen=True)
class Giveaway:
    """A column that gives the target away.

    Attributes
    ----------
    score : float
        Of the column alone, out of fold; 1 is without fault.
    measure : str
        What the score is: an AUC, the R² of ranks, or the share of the errors of always naming
        the commonest class that the column avoids.
    why : str
    """

    name: str
    score: float
    measure: str
    why: str


def giveaways(
    assembled: Assembled, split: Split, target: str, time: str | None = None
) -> list[Giveaway]:
    """Return the columns that give the target away, in the order of the columns.

    Parameters
    ----------
    time : str, optional
        The column of ``data.time``, which is known when predicting.
    """
    if len(split.train) < FEWEST:
        return []
    columns = assembled.contract.columns
    rows = _sample(len(split.train), max(len(columns), len(split.target.classes)))
    folds = _within(split.folds[: len(split.folds) // split.repeats][-FOLDS:], rows)
    y, classes = _graded(split, rows), len(split.target.classes)
    found: list[Giveaway] = []
    for position, column in enumerate(columns):
        if column.kind in ("text", "key"):
            continue
        name, values = column.name, _column(assembled.numbers, split.train[rows], position)
        if name != time and values is not None:
            found += _told(name, values, y, classes, folds, target)
    return found


def _told(
    name: str, values: Numbers, y: NDArray[Any], classes: int, folds: Sequence[Fold], target: str
) -> Iterator[Giveaway]:
    called = _called(name, target)
    score = _score(values, y, classes, folds, NAMED if called else ALMOST)
    measure = MEASURES.get(classes, "share of errors avoided")
    alone = f"alone it predicts it almost without fault ({measure} {score:.3f} out of fold)"
    if score >= ALMOST:
        counts = ", and it follows the order of the rows" if _counts(values) else ""
        yield Giveaway(name, score, measure, alone + counts)
    elif called and score >= NAMED:
        why = f"it is called after it, and predicts it well ({measure} {score:.3f} out of fold)"
        yield Giveaway(name, score, measure, why)
    elif classes and _filled_for_one(values, y):
        known = int((~np.isnan(values)).sum())
        why = f"each of the {known:,} rows where it is not missing has one class"
        yield Giveaway(name, score, measure, why)


def _sample(rows: int, wide: int) -> Index:
    """Return positions of rows to look at: all, or so many at random, fewer of a wide table."""
    most = int(np.clip(VALUES // max(wide, 1), 1_000, MOST_ROWS))
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def _within(folds: Sequence[Fold], rows: Index) -> list[Fold]:
    """Return the folds as positions among the rows to look at, the largest training first."""
    place = np.full(int(rows[-1]) + 1, -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    found = []
    for fold in reversed(folds):
        sides = (i[i < len(place)] for i in (fold.train, fold.valid))
        train, valid = (np.sort(place[i][place[i] >= 0]) for i in sides)
        if len(train) and len(valid):
            found.append(Fold(train, valid))
    return found


def _graded(split: Split, rows: Index) -> NDArray[Any]:
    """Return the target: codes, or ranks of values between 0 and 1, which no outlier rules."""
    y: NDArray[Any] = split.target.values[split.train[rows]]
    return y if split.target.classes else rankdata(y) / len(y)


def _column(numbers: Any, rows: Index, position: int) -> Numbers | None:
    """Return a column's values; None where it holds texts."""
    taken = numbers[rows, position] if isinstance(numbers, np.ndarray) else None
    if taken is None:
        column = numbers.iloc[rows, position]
        taken = column.to_numpy() if column.dtype.kind == "f" else None
    return None if taken is None else np.asarray(taken, dtype=np.float64)


def _score(
    values: Numbers, y: NDArray[Any], classes: int, folds: Sequence[Fold], least: float
) -> float:
    """Return the mean score over folds; that of the first is enough where it is far too low."""
    found: list[float] = []
    for fold in folds:
        truth = y[fold.valid]
        if truth.min() == truth.max():
            continue
        found.append(_measured(_said(values, y, classes, fold), truth, classes))
        if found[0] < least - 0.05:
            break
    return float(np.mean(found)) if found else 0.0


def _said(values: Numbers, y: NDArray[Any], classes: int, fold: Fold) -> Numbers:
    """Return the mean target, or shares of classes, at the nearest values of the training rows.

    Where the value itself is not there it is the mean of its neighbours on both sides; missing
    values are a value of their own.
    """
    filled = np.where(np.isnan(values), np.inf, values)
    known, at = np.unique(filled[fold.train], return_inverse=True)
    width = classes if classes > 2 else 1
    sums = np.zeros((len(known), width))
    if classes > 2:
        np.add.at(sums, (at, y[fold.train]), 1.0)
    else:
        sums[:, 0] = np.bincount(at, weights=y[fold.train], minlength=len(known))
    means = sums / np.bincount(at, minlength=len(known))[:, None]
    asked = filled[fold.valid]
    left = np.clip(np.searchsorted(known, asked, side="right") - 1, 0, None)
    right = np.clip(np.searchsorted(known, asked, side="left"), None, len(known) - 1)
    said: Numbers = (means[left] + means[right]) / 2
    return said


def _measured(said: Numbers, truth: NDArray[Any], classes: int) -> float:
    if classes == 2:
        auc = _auc(said[:, 0], truth)
        return max(auc, 1 - auc)
    if classes:
        wrong = float((said.argmax(axis=1) != truth).mean())
        commonest = float(np.bincount(truth).max() / len(truth))
        return 1 - wrong / (1 - commonest)
    return float(1 - ((said[:, 0] - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def _auc(said: Numbers, truth: NDArray[Any]) -> float:
    """Mann and Whitney's statistic, as a share."""
    positive = truth == 1
    count = int(positive.sum())
    above = rankdata(said)[positive].sum() - count * (count + 1) / 2
    return float(above / (count * (len(truth) - count)))


def _called(name: str, target: str) -> bool:
    """Whether a column's name is the target's with something added.

    >>> _called("churned_at", "churned"), _called("Churned", "churned"), _called("yard", "y")
    (True, True, False)
    """
    short, long = (text.lower().replace(" ", "_") for text in (target, name))
    parts = long.replace("-", "_").split("_")
    return short == long or short in parts or long.startswith((f"{short}_", f"is_{short}"))


def _counts(values: Numbers) -> bool:
    """Whether a column only grows or only falls along the rows, as an id does."""
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def _filled_for_one(values: Numbers, y: NDArray[Any]) -> bool:
    """Whether a column is filled for rows of one class alone, which chance would not do."""
    known = ~np.isnan(values)
    if known.all() or not known.any():
        return False
    first = y[known][0]
    share = float((y == first).mean())
    only = bool((y[known] == first).all()) and share < 1
    return only and bool(known.sum() * np.log(share) < np.log(UNLIKELY))
