"""Let a model that stops early watch rows that stand apart from those it is fitted on.

Many models set rows aside of their own, at random. Where folds go forward in time or groups stay
whole, such rows are near copies of those that are fitted, and the model would stop far too late.
"""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor

from engine import catalogue
from engine.contracts import Fold, Index, Numbers, Rows, Spacing
from engine.errors import DataError
from engine.estimators import timed
from engine.estimators.signed import SignedClassifier, SignedRegressor
from engine.recipe.checks.in_split import derived
from engine.recipe.schema import Family
from engine.steps import weights
from engine.steps.split import Split

SHARE = 0.1
OFF = "early stopping is off, as it would watch rows at random"
FEW = "early stopping is off, as a class has too few rows to be watched"


@dataclass(frozen=True)
class Weighed:
    """Rows that a family is fitted on, and how much each of them counts.

    Attributes
    ----------
    rows : ndarray of int
        Row numbers in the source.
    """

    family: Family
    split: Split
    rows: Index

    @cached_property
    def weights(self) -> Numbers | None:
        """The weights of the rows; None where all count alike."""
        return weights.of(self.family, self.split.weights, self.split.target, self.rows)

    def all(self) -> dict[str, Numbers]:
        """Return what ``fit`` is told of the weights."""
        return {} if self.weights is None else {"sample_weight": self.weights}

    def of(self, index: Index) -> dict[str, Numbers]:
        """Return what ``fit`` is told where it gets some of the rows."""
        return {name: values[index] for name, values in self.all().items()}


def fit(model: Any, X: Any, y: NDArray[Any], weighed: Weighed) -> Any:
    """Fit a model on the given rows; where it stops early, the split chooses what it watches.

    A model that cannot be told what to watch does not stop early then, and warns of it. Where the
    rows cannot be parted as the split is (there is one group), the model parts them in its own way.

    Parameters
    ----------
    X : array of shape (len(weighed.rows), columns)
    """
    stopping, split = _inside(model), weighed.split
    share = _stops_early(stopping)
    fold = watched(split, weighed.rows, share) if share else None
    if fold is None:
        if share and _too_few(stopping, y, share, split):
            _stop_never(stopping, FEW)
        return timed.fit(model, X, y, **weighed.all())
    seen = _of_known_classes(fold, y, bool(split.target.classes))
    takes = inspect.signature(stopping.fit).parameters
    inner = X[fold.train], y[fold.train]
    told = weighed.of(fold.train)
    if len(seen) and "watch" in takes:
        return model.fit(*inner, watch=(X[seen], y[seen], *weighed.of(seen).values()), **told)
    if len(seen) and "X_val" in takes:
        told |= {f"{name}_val": values for name, values in weighed.of(seen).items()}
        return timed.fit(model, *inner, X_val=X[seen], y_val=y[seen], **told)
    _stop_never(stopping, OFF)
    return timed.fit(model, X, y, **weighed.all())


def _too_few(stopping: Any, y: NDArray[Any], share: float, split: Split) -> bool:
    """Whether a model that parts rows by class would fail to: each needs one on either side."""
    if not split.target.classes or not _parts_itself(stopping):
        return False
    counts = np.unique(y, return_counts=True)[1]
    return bool(counts.min() < 2 or len(y) * share < len(counts))


def _parts_itself(stopping: Any) -> bool:
    return "early_stopping" in stopping.get_params(deep=False)


def _stop_never(stopping: Any, why: str) -> None:
    if _parts_itself(stopping):
        stopping.set_params(early_stopping=False)
        warnings.warn(why, UserWarning, stacklevel=3)


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


def _inside(model: Any) -> Any:
    """Return the model within a model that only scales its target, or tells it signs."""
    if isinstance(model, TransformedTargetRegressor):
        return model.regressor
    return model.estimator if isinstance(model, SignedClassifier | SignedRegressor) else model


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
