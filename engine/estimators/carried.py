"""A fitted pipeline that has seen further rows: what looks back goes on from them."""

from __future__ import annotations

import copy
from typing import Any

from sklearn.pipeline import Pipeline

from engine.estimators.blend import Blend
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
    known = {id(features): _further(features, X) for features in _features(fitted)}
    if isinstance(fitted, Blend):  # what members share, they share again
        return fitted.holding([_with(one, known) for one in fitted.estimators_])
    return _with(fitted, known)


def _with(pipeline: Any, known: dict[int, Any]) -> Pipeline:
    return Pipeline([("features", known[id(pipeline["features"])]), *pipeline.steps[1:]])


def _further(features: Any, X: Any) -> Any:
    """Return features that know the rows of X as well."""
    after = copy.copy(features)
    if hasattr(features, "transformers_"):
        after.transformers_ = [
            (name, _carried(part, X, at), at) for name, part, at in features.transformers_
        ]
    return after


def _features(fitted: Any) -> list[Any]:
    """Return the features of a fitted pipeline, or of each member of a blend of such, once."""
    members = fitted.estimators_ if isinstance(fitted, Blend) else [fitted]
    found = {id(one["features"]): one["features"] for one in members if isinstance(one, Pipeline)}
    return list(found.values())


def _parts(fitted: Any) -> list[tuple[str, Any, Any]]:
    return [part for one in _features(fitted) for part in getattr(one, "transformers_", [])]


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
