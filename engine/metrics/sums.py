"""Sums of metrics by weight."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.contracts import Metric
from engine.metrics.checked import scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Predicted

    Parts = tuple[tuple[float, Metric], ...]


@scored
def weighted(truth: NDArray[Any], predicted: Predicted, classes: int, *, parts: Parts) -> float:
    """Sum of weight times score; nan where one of the scores is."""
    return math.fsum(weight * metric(truth, predicted, classes) for weight, metric in parts)


def summed(metric: Metric) -> Metric:
    """Give a sum the range of its parts, and what they need; probabilities where it differs."""
    parts: Parts = metric.parameters["parts"]
    needs = {part.needs for _, part in parts}
    ends = [(weight * part.lowest, weight * part.highest) for weight, part in parts]
    return replace(
        metric,
        lowest=math.fsum(min(pair) for pair in ends),
        highest=math.fsum(max(pair) for pair in ends),
        needs=needs.pop() if len(needs) == 1 else "probability",
        bind=_each,
    )


def _each(metric: Metric, labels: tuple[Any, ...]) -> Metric:
    parts: Parts = metric.parameters["parts"]
    bound = tuple((weight, part.bound(labels)) for weight, part in parts)
    return replace(metric, parameters={"parts": bound}, bind=None)
