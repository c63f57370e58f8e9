"""The same seed with any number of workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.chaos.study import Seen, seen, write
from tests.end_to_end.command import good

PRUNERS = ("none", "median", "wilcoxon")


def found(folder: Path, pruner: str, workers: int, trials: int, *words: object) -> Seen:
    """Return what a search finds."""
    write(folder, pruner, trials)
    good("run", "study", f"compute.workers={workers}", *words, folder=folder)
    return seen(folder)


def differing(
    folder: Path, pruner: str, counts: tuple[int, ...], trials: int
) -> Iterator[tuple[int, int]]:
    """Yield for each number of workers the trials that differ from those of one worker."""
    alone = found(folder / f"{pruner}1", pruner, 1, trials)
    for count in counts:
        among = found(folder / f"{pruner}{count}", pruner, count, trials)
        pairs = zip(among.drawn, alone.drawn, strict=True)
        yield count, sum(one != other for one, other in pairs) + (among != alone)
