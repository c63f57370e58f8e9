"""Jobs on the Pareto front: no other equals them in all metrics and beats them in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.recipe.metric.measured import loss
from engine.statistics.pareto import Losses, undominated


def marked(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Say of each row with ``means`` by metric whether it is on the ``front``; those first."""
    losses = [_losses(row["means"]) for row in rows]
    known = iter(undominated([found for found in losses if found is not None]))
    found = [
        {**row, "front": own is not None and next(known)}
        for row, own in zip(rows, losses, strict=True)
    ]
    return sorted(found, key=lambda row: not row["front"])


def _losses(means: Mapping[str, float | None]) -> Losses | None:
    """Return the means so that less is better; None where one is not known."""
    found = [loss(metric, mean) for metric, mean in means.items() if mean is not None]
    return tuple(found) if len(found) == len(means) else None
