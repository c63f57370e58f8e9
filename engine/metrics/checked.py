"""What every metric asks of its arguments before it looks at them.

A metric has no meaning for some rows (one class only, a shape that does not fit, a prediction
that is not finite). It then raises :class:`UndefinedError`, and :func:`scored` makes that a nan: a
search must carry on, and a person must see that there is no number rather than a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Numbers, Predicted

    Codes = NDArray[np.int64]
    Score = Callable[..., float]

_ROUNDING = 1e-6


class UndefinedError(Exception):
    """The metric has no meaning for these rows."""


def scored(function: Score) -> Score:
    """Make a metric return nan, silently, where it is undefined or not finite."""

    @wraps(function)
    def score(
        truth: NDArray[Any], predicted: Predicted, classes: int = 0, **parameters: Any
    ) -> float:
        try:
            with np.errstate(all="ignore"):
                found = float(function(truth, predicted, classes, **parameters))
        except UndefinedError:
            return math.nan
        return found if math.isfinite(found) else math.nan

    return score


def codes(values: NDArray[Any], classes: int) -> Codes:
    """Return class codes 0 .. ``classes`` - 1 as integers; ``classes`` 0 sets no upper bound."""
    numbers = _vector(values)
    whole = numbers.astype(np.int64)
    if not np.array_equal(whole, numbers) or whole.min() < 0:
        raise UndefinedError
    if classes and whole.max() >= classes:
        raise UndefinedError
    return whole


def probabilities(truth: NDArray[Any], predicted: Predicted, classes: int) -> tuple[Codes, Numbers]:
    """Return codes, and probabilities of shape (rows, classes) that lie in [0, 1]."""
    if predicted.probability is None:
        raise UndefinedError
    table = np.asarray(predicted.probability)
    if (
        table.ndim != 2
        or table.dtype.kind not in "fiub"
        or table.shape[1] != (classes or table.shape[1])
    ):
        raise UndefinedError
    known = codes(truth, table.shape[1])
    if len(table) != len(known) or not _within(table, -_ROUNDING, 1 + _ROUNDING):
        raise UndefinedError
    return known, table.astype(np.float64, copy=False)


def numbers(truth: NDArray[Any], predicted: Predicted) -> tuple[Numbers, Numbers]:
    """Return true and predicted values, finite and of one length."""
    known, guessed = _vector(truth), _vector(predicted.value)
    if len(known) != len(guessed):
        raise UndefinedError
    return known.astype(np.float64, copy=False), guessed.astype(np.float64, copy=False)


def _vector(values: NDArray[Any]) -> NDArray[Any]:
    """Return a vector of finite numbers, at least one."""
    vector = np.asarray(values)
    if vector.ndim != 1 or not vector.size or vector.dtype.kind not in "fiub":
        raise UndefinedError
    if vector.dtype.kind == "f" and not np.isfinite(vector).all():
        raise UndefinedError
    return vector


def _within(table: NDArray[Any], low: float, high: float) -> bool:
    """Whether all lie between; nan lies nowhere."""
    return bool(table.min() >= low and table.max() <= high)
