"""Probabilities that say less than the shares of the classes do: told of the best candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.contracts import Metric, Predicted
from engine.recipe.schema import Family
from engine.steps.split import Split

SCORED = ("log_loss", "brier")
"""Metrics that reward probabilities for being true, and not for their order alone."""
MARGIN = 1.1
"""Where nothing can be learnt, models are a little worse than the shares: that says nothing."""


def worse(
    name: str, family: Family, scores: Mapping[str, Any], metrics: Sequence[Metric], split: Split
) -> list[str]:
    """Say that each row had better been given the shares of the classes that a fold trains on.

    Parameters
    ----------
    scores : mapping
        Of the family's best trial by metric, with their ``mean`` over the folds.
    metrics : sequence of Metric
        Those that are recorded; of these, the ones that score probabilities are looked at.
    """
    found = []
    for metric in metrics:
        score = scores.get(metric.name, {}).get("mean") if metric.name in SCORED else None
        if score is not None and score > MARGIN * (known := of_shares(metric, split)):
            found.append(f"{metric.name} is {score:.4g}, and {known:.4g} by the shares")
    if not found:
        return []
    said = f"{name}: its probabilities say less than the shares of the classes ({found[0]})"
    return [f"{said}; {_advice(name, family)}"]


def of_shares(metric: Metric, split: Split) -> float:
    """Return the mean score over the folds of predicting the shares of the classes."""
    y, classes = split.target.values[split.train], len(split.target.classes)
    scores = []
    for fold in split.folds:
        shares = np.bincount(y[fold.train].astype(np.intp), minlength=classes) / len(fold.train)
        table = np.tile(shares, (len(fold.valid), 1))
        scores.append(metric(y[fold.valid], Predicted(table.argmax(axis=1), table), classes))
    return float(np.mean(scores))


def _advice(name: str, family: Family) -> str:
    if family.class_weight is not None:
        return "class_weight moves them: leave it out where they matter"
    learnt = f"have them learnt anew, model.{name}.builder=calibrated, or "
    return ("" if family.builder == "calibrated" else learnt) + "choose another family"
