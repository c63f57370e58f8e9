"""Let a model that stops early watch rows that stand apart from those it is fitted on.

Many models set rows aside of their own, at random. Where folds go forward in time or groups stay
whole, such rows are near copies of those that are fitted, and the model would stop far too late.
"""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import catalogue
from engine.contracts import Fold, Index, Rows, Spacing
from engine.errors import DataError
from engine.recipe.checks.in_split import derived
from engine.steps.split import Split

SHARE = 0.1
OFF = "early stopping is off, as it would watch rows at random"


def fit(model: Any, X: Any, y: NDArray[Any], split: Split, rows: Index) -> Any:
    """Fit a model on the given rows; where it stops early, the split chooses what it watches.

    A model that cannot be told what to watch does not stop early then, and warns of it. Where the
    rows cannot be parted as the split is (there is one group), the model parts them in its own way.

    Parameters
    ----------
    X : array of shape (len(rows), columns)
    rows : ndarray of int
        Row numbers in the source.
    """
    share = _stops_early(model)
    fold = watched(split, rows, share) if share else None
    if fold is None:
        return model.fit(X, y)
    seen = _of_known_classes(fold, y, bool(split.target.classes))
    takes = inspect.signature(model.fit).parameters
    if len(seen) and "watch" in takes:
        return model.fit(X[fold.train], y[fold.train], watch=(X[seen], y[seen]))
    if len(seen) and "X_val" in takes:
        return model.fit(X[fold.train], y[fold.train], X_val=X[seen], y_val=y[seen])
    if "early_stopping" in model.get_params():
        model.set_params(early_stopping=False)
        warnings.warn(OFF, UserWarning, stacklevel=2)
    return model.fit(X, y)


def watched(split: Split, rows: Index, share: float, seed: int = 0) -> Fold | None:
    """Return positions to fit and positions to watch, kept apart as the split keeps its sides.

    None where nothing has to be kept apart, or the rows do not allow it.
    """
    how = derived(_given(split.time), _given(split.groups), None)
    if not how:
        return None
    target = split.target.values[rows]
    time, groups = (None if c is None else c[rows] for c in (split.time, split.groups))
    spacing = (Spacing(gap=split.spacing.gap),) if time is not None else ()
    part = Rows(len(rows), target, groups, time)
    try:
        fold: Fold = catalogue.find("splitters", how).holdout(part, share, seed, *spacing)
    except DataError:
        return None
    return fold if len(np.unique(target[fold.train])) > 1 else None


def _given(column: Any) -> bool | None:
    return None if column is None else True


def _stops_early(model: Any) -> float:
    """Return the share of rows that a model watches to stop early; 0 where it does not."""
    if getattr(model, "rounds", None) is not None:
        return float(getattr(model, "validation", SHARE))
    stops = getattr(model, "early_stopping", False)
    share = getattr(model, "validation_fraction", None)
    return float(share if isinstance(share, float) else SHARE) if stops is True else 0.0


def _of_known_classes(fold: Fold, y: NDArray[Any], classify: bool) -> Index:
    """Leave rows unwatched whose class is not among those that are fitted."""
    if not classify:
        return fold.valid
    return fold.valid[np.isin(y[fold.valid], y[fold.train])]
