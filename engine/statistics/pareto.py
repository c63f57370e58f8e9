"""The Pareto front: what nothing else equals in all respects and beats in one."""

from __future__ import annotations

from collections.abc import Sequence

Losses = tuple[float, ...]
"""One number for each respect, of which less is better."""


def undominated(losses: Sequence[Losses]) -> list[bool]:
    """Mark what is on the front; of equals, all are.

    Examples
    --------
    >>> undominated([(1.0, 5.0), (2.0, 4.0), (2.0, 5.0)])
    [True, True, False]
    """
    marks = [False] * len(losses)
    found: list[Losses] = []
    for place in sorted(range(len(losses)), key=lambda place: losses[place]):
        own = losses[place]  # only what comes earlier in this order can be better in all
        if not any(_dominates(other, own) for other in found):
            found.append(own)
            marks[place] = True
    return marks


def _dominates(one: Losses, other: Losses) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
