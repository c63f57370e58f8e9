"""What a model costs, measured on each fold: it may stand beside metrics, and be limited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.recipe.metric.read import read

MEASURED: Mapping[str, str] = {
    "predict_seconds": "seconds that the prediction of 1,000 rows takes",
    "fit_seconds": "seconds that the fit of one fold takes",
    "size": "bytes that a fold's pipeline takes on disk",
}
"""Less of each is better."""


def maximizes(name: str) -> bool:
    """Say whether more is better of a metric, or of what is measured.

    >>> maximizes("roc_auc"), maximizes("rmse"), maximizes("predict_seconds")
    (True, False, False)
    """
    return name not in MEASURED and read(name).maximize


def loss(name: str, value: float) -> float:
    """Return a value turned so that less is better."""
    return -value if maximizes(name) else value


def listed(metric: Any) -> list[Any]:
    """Return what ``evaluation.metric`` names, one or several, as a list.

    >>> listed("auto"), listed(["f1", "size"])
    (['auto'], ['f1', 'size'])
    """
    return list(metric) if isinstance(metric, list | tuple) else [metric]
