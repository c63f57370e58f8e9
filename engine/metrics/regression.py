"""Metrics of numbers; truth and predictions are finite floats, else the score is nan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.metrics import checked
from engine.metrics.checked import UndefinedError, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Numbers, Predicted


@scored
def rmse(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.square(_errors(truth, predicted)).mean()))


@scored
def mae(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Mean absolute error."""
    return float(np.abs(_errors(truth, predicted)).mean())


@scored
def median_ae(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Median absolute error."""
    return float(np.median(np.abs(_errors(truth, predicted))))


@scored
def max_error(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """The largest absolute error."""
    return float(np.abs(_errors(truth, predicted)).max())


@scored
def r2(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """1 - residual over total sum of squares; nan where the truth does not vary."""
    errors, known = _errors(truth, predicted), _varying(truth)
    return float(1 - np.square(errors).sum() / np.square(known - known.mean()).sum())


@scored
def explained_variance(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """1 - variance of the errors over that of the truth; nan where the truth does not vary."""
    return float(1 - _errors(truth, predicted).var() / _varying(truth).var())


@scored
def mape(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Mean of |error / truth|, a share (not per cent); nan where a true value is 0."""
    return float(np.abs(_errors(truth, predicted) / truth).mean())


@scored
def rmsle(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Root mean squared error of log(1 + value); nan where a value is -1 or less."""
    known, guessed = checked.numbers(truth, predicted)
    if min(known.min(), guessed.min()) <= -1:
        raise UndefinedError
    return float(np.sqrt(np.square(np.log1p(guessed) - np.log1p(known)).mean()))


def _errors(truth: NDArray[Any], predicted: Predicted) -> Numbers:
    known, guessed = checked.numbers(truth, predicted)
    return guessed - known


def _varying(truth: NDArray[Any]) -> Numbers:
    known = np.asarray(truth, dtype=np.float64)
    if known.min() == known.max():
        raise UndefinedError
    return known
