"""Which block and step an error came from: scikit-learn's own errors do not say."""

from __future__ import annotations

from typing import Any

from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from engine.estimators.columnwise import columns_at

TOLD = (TypeError, ValueError)  # of columns and parameters; others are no fault of a step


def blamed(error: Exception, features: Any, X: Any, y: Any) -> Exception:
    """Return the error with the block and the step in front, or as it is where none fails alone.

    The blocks are fitted once more, one after another, up to the one that fails.

    Parameters
    ----------
    features : ColumnTransformer
        The one whose ``fit_transform(X, y)`` raised the error.
    """
    if type(error) not in TOLD or not isinstance(features, ColumnTransformer):
        return error
    for name, part, at in features.transformers:
        if step := _failing(part, columns_at(X, at), y):
            label = name.partition(" ")[2]
            return type(error)(f"in {label!r}, the step {step}: {error}")
    return error


def _failing(part: Any, X: Any, y: Any) -> str:
    """Return the step of a block that fails; empty where none does."""
    steps = part.steps if isinstance(part, Pipeline) else [("", part)]
    for name, step in steps if part != "passthrough" else ():
        try:
            X = clone(step).fit_transform(X, y)
        except TOLD:
            return name.partition(" ")[2] or type(step).__name__
    return ""


def fitted(features: Any, X: Any, y: Any) -> Any:
    """Fit features, and return what they make of the rows; an error says which step it came from.

    Parameters
    ----------
    features : ColumnTransformer
        Is fitted.
    """
    try:
        return features.fit_transform(X, y)
    except Exception as error:
        raise blamed(error, features, X, y) from error
