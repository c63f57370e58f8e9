"""A fitted pipeline that has seen further rows: what looks back goes on from them."""

from __future__ import annotations

import copy
from typing import Any

from sklearn.pipeline import Pipeline

from engine.estimators.columnwise import columns_at
from engine.estimators.history import History


def looks_back(fitted: Any) -> bool:
    """Whether features of a fitted pipeline look at earlier rows."""
    return any(_history(part) for _, part, _ in _parts(fitted))


def positions(fitted: Any) -> set[int]:
    """Return which columns a fitted pipeline's features read."""
    return {int(at) for _, part, columns in _parts(fitted) if part != "drop" for at in columns}


def carried(fitted: Any, X: Any) -> Any:
    """Return a pipeline whose features know the rows of X as well; nothing else is learnt.

    Parameters
    ----------
    X : table of shape (rows, columns)
        As the pipeline reads it.
    """
    if not looks_back(fitted):
        return fitted
    parts = [(name, _carried(part, X, at), at) for name, part, at in _parts(fitted)]
    features = copy.copy(fitted["features"])
    features.transformers_ = parts
    return Pipeline([("features", features), *fitted.steps[1:]])


def _parts(fitted: Any) -> list[tuple[str, Any, Any]]:
    features = fitted["features"] if isinstance(fitted, Pipeline) else None
    return list(getattr(features, "transformers_", []))


def _history(part: Any) -> History | None:
    first = part.steps[0][1] if isinstance(part, Pipeline) else part
    return first if isinstance(first, History) else None


def _carried(part: Any, X: Any, at: Any) -> Any:
    history = _history(part)
    if history is None:
        return part
    after = history.carried(columns_at(X, at))
    if not isinstance(part, Pipeline):
        return after
    return Pipeline([(part.steps[0][0], after), *part.steps[1:]])
