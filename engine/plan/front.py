"""The Pareto front: jobs that no other equals in all metrics and beats in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import catalogue

Losses = tuple[float, ...]


def marked(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Say of each row with ``means`` by metric whether it is on the ``front``; those first."""
    losses = [_losses(row["means"]) for row in rows]
    known = [found for found in losses if found is not None]
    found = [
        {**row, "front": own is not None and not any(_better(other, own) for other in known)}
        for row, own in zip(rows, losses, strict=True)
    ]
    return sorted(found, key=lambda row: not row["front"])


def _losses(means: Mapping[str, float | None]) -> Losses | None:
    """Return the means so that less is better; None where one is not known."""
    found = [
        catalogue.find("metrics", metric).loss(mean)
        for metric, mean in means.items()
        if mean is not None
    ]
    return tuple(found) if len(found) == len(means) else None


def _better(one: Losses, other: Losses) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
