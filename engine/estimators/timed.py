"""Fit scikit-learn's forests and histogram boosting so that they stop when their time is up.

Boosting libraries are stopped where they are fitted, in :mod:`engine.estimators.boosters`; other
models have nothing to show before they are done.
"""

from __future__ import annotations

import math
import time
import warnings
from typing import Any

from numpy.typing import NDArray
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.exceptions import ConvergenceWarning

from engine.estimators import clock

FORESTS = (
    ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor,
)  # fmt: skip
HISTOGRAMS = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
FIRST = 4  # trees by which a forest is timed
ENDED = "its time was up before it had all of its {most:,} {parts}"


def fit(model: Any, X: Any, y: NDArray[Any], **told: Any) -> Any:
    """Fit a model; within a :func:`engine.estimators.clock.within`, as far as it can, in time.

    Parameters
    ----------
    told : further arguments of the model's ``fit``.
    """
    if not clock.is_set():
        return model.fit(X, y, **told)
    if isinstance(model, HISTOGRAMS):
        return _boosted(model, X, y, told)
    if isinstance(model, FORESTS) and not _weighs_by_class(model) and not model.oob_score:
        return _grown(model, X, y, told)
    return model.fit(X, y, **told)


def _weighs_by_class(forest: Any) -> bool:
    """Whether a forest weighs rows by their classes, which it does not while it grows."""
    return getattr(forest, "class_weight", None) is not None


def _boosted(model: Any, X: Any, y: NDArray[Any], told: dict[str, Any]) -> Any:
    """Let boosting look at the clock where it looks at its scores: where it may stop early.

    It has no public way to be stopped by anything else, and looks by a method of its own, which is
    stood in for while it is fitted.
    """
    own = model._should_stop
    model._should_stop = lambda scores: own(scores) or clock.is_over()
    try:
        model.fit(X, y, **told)
    finally:
        del model._should_stop
    if clock.is_over() and model.n_iter_ < model.max_iter:
        _warn(model.max_iter, "rounds")
    return model


def _grown(forest: Any, X: Any, y: NDArray[Any], told: dict[str, Any]) -> Any:
    """Grow a few trees, and then as many as there is time for: the same as at once."""
    most, warm = forest.n_estimators, forest.warm_start
    begin, count = time.monotonic(), min(FIRST, most)
    forest.set_params(n_estimators=count, warm_start=True).fit(X, y, **told)
    each = (time.monotonic() - begin) / count
    more = min(most - count, math.floor((clock.left() or 0.0) / each))
    if more:
        forest.set_params(n_estimators=count + more).fit(X, y, **told)
    forest.set_params(n_estimators=most, warm_start=warm)
    if count + more < most:
        _warn(most, "trees")
    return forest


def _warn(most: int, parts: str) -> None:
    warnings.warn(ENDED.format(most=most, parts=parts), ConvergenceWarning, stacklevel=4)
