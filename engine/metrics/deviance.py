"""Deviances of counts and amounts: truth is 0 or more, predictions are above 0, else nan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.metrics import checked
from engine.metrics.checked import UndefinedError, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Numbers, Predicted


@scored
def poisson_deviance(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Mean of 2 (y log(y / m) - y + m)."""
    return _deviance(*checked.numbers(truth, predicted), 1)


@scored
def gamma_deviance(truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
    """Mean of 2 (log(m / y) + y / m - 1); true values are above 0."""
    return _deviance(*checked.numbers(truth, predicted), 2)


@scored
def tweedie_deviance(
    truth: NDArray[Any], predicted: Predicted, classes: int = 0, *, power: float
) -> float:
    """Mean unit deviance of Tweedie's (1984) family; from power 2 on true values are above 0."""
    return _deviance(*checked.numbers(truth, predicted), power)


@scored
def d2_tweedie(
    truth: NDArray[Any], predicted: Predicted, classes: int = 0, *, power: float
) -> float:
    """1 - deviance over that of the mean; nan where the truth does not vary."""
    known, guessed = checked.numbers(truth, predicted)
    if known.min() == known.max():
        raise UndefinedError
    mean = np.full(len(known), known.mean())
    return 1 - _deviance(known, guessed, power) / _deviance(known, mean, power)


def _deviance(known: Numbers, guessed: Numbers, power: float) -> float:
    low = known.min()
    if low < 0 or (power >= 2 and low == 0) or guessed.min() <= 0:
        raise UndefinedError
    if power == 1:
        ratio = np.where(known > 0, known, guessed) / guessed
        units = known * np.log(ratio) - known + guessed
    elif power == 2:
        units = np.log(guessed / known) + known / guessed - 1
    else:
        a, b = 1 - power, 2 - power
        own = known**b / (a * b) if b > 0 else 1 / (known ** (power - 2) * a * b)
        units = own - known * guessed**a / a + guessed**b / b
    return max(float(2 * units.mean()), 0.0)
