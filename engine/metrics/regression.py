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
def mse(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Mean squared error."""
    return float(np.square(_errors(truth, predicted)).mean())


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


@scored
def mdape(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Median of |error / truth|; nan where a true value is 0."""
    shares = np.abs(_errors(truth, predicted) / truth)
    return float(np.median(shares)) if np.isfinite(shares).all() else float("nan")


@scored
def smape(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Mean of 2 |error| / (|truth| + |prediction|), from 0 to 2; 0 where both are 0."""
    errors, (known, guessed) = _errors(truth, predicted), checked.numbers(truth, predicted)
    size = np.abs(known) + np.abs(guessed)
    return float(2 * (np.abs(errors) / np.where(size == 0, 1, size)).mean())


@scored
def wape(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Sum of |error| over the sum of |truth|; nan where all true values are 0."""
    return float(np.abs(_errors(truth, predicted)).sum() / np.abs(truth).sum())


@scored
def log_cosh(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Mean of log cosh(error), written so that no error is too large for it."""
    size = np.abs(_errors(truth, predicted))
    return float((size + np.log1p(np.exp(-2 * size)) - np.log(2)).mean())


@scored
def huber(truth: NDArray[Any], predicted: Predicted, classes: int = 0, *, delta: float) -> float:
    """Mean of error squared / 2 up to ``delta``, beyond it of a straight line (Huber 1964)."""
    size = np.abs(_errors(truth, predicted))
    near = np.minimum(size, delta)
    return float((near * (size - near / 2)).mean())


@scored
def pinball(
    truth: NDArray[Any], predicted: Predicted, classes: int = 0, *, quantile: float
) -> float:
    """Mean loss of a quantile: too low costs ``quantile``, too high 1 - ``quantile`` per unit."""
    return _pinball(_errors(truth, predicted), quantile)


@scored
def d2_pinball(
    truth: NDArray[Any], predicted: Predicted, classes: int = 0, *, quantile: float = 0.5
) -> float:
    """1 - pinball over that of the best constant (Koenker and Machado 1999)."""
    errors, known = _errors(truth, predicted), _varying(truth)
    best = np.quantile(known, quantile, method="inverted_cdf")
    return 1 - _pinball(errors, quantile) / _pinball(best - known, quantile)


def _pinball(errors: Numbers, quantile: float) -> float:
    return float(np.maximum((1 - quantile) * errors, -quantile * errors).mean())


def _errors(truth: NDArray[Any], predicted: Predicted) -> Numbers:
    known, guessed = checked.numbers(truth, predicted)
    return guessed - known


def _varying(truth: NDArray[Any]) -> Numbers:
    known = np.asarray(truth, dtype=np.float64)
    if known.min() == known.max():
        raise UndefinedError
    return known
