"""Metrics of probabilities beside what the plain losses say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.metrics import checked, classification
from engine.metrics.checked import UndefinedError, scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Predicted
    from engine.metrics.checked import Score


@scored
def calibration_error(
    truth: NDArray[Any], predicted: Predicted, classes: int, *, bins: int
) -> float:
    """Expected calibration error over bins of equal width (Naeini and others 2015).

    Of two classes it looks at the probability of code 1, of more at that of the class that is
    most probable.
    """
    codes, table = checked.probabilities(truth, predicted, classes)
    top = np.ones(len(codes), np.int64) if table.shape[1] == 2 else table.argmax(axis=1)
    said = table[np.arange(len(codes)), top]
    place = np.clip((said * bins).astype(np.int64), 0, bins - 1)
    gaps = np.bincount(place, weights=said - (codes == top), minlength=bins)
    return float(min(np.abs(gaps).sum() / len(codes), 1.0))


@scored
def d2_log_loss(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """1 - log loss over that of always giving the classes' own shares."""
    return _above_shares(classification.log_loss, truth, predicted, classes)


@scored
def d2_brier(truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    """1 - Brier score over that of always giving the classes' own shares (Brier's skill score)."""
    return _above_shares(classification.brier, truth, predicted, classes)


def _above_shares(loss: Score, truth: NDArray[Any], predicted: Predicted, classes: int) -> float:
    codes, table = checked.probabilities(truth, predicted, classes)
    shares = np.bincount(codes, minlength=table.shape[1]) / len(codes)
    if shares.max() == 1:
        raise UndefinedError
    plain = type(predicted)(predicted.value, np.broadcast_to(shares, table.shape))
    return 1 - loss(truth, predicted, classes) / loss(truth, plain, classes)
