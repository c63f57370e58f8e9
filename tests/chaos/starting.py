"""Several commands at once on one study that nobody has begun yet, and a second engine on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.study import Seen, begin, place, seen, units, write
from tests.end_to_end.command import Ended, ended, start

TRIALS = 12
FOLDS = 3
IN_TIME = ("search.timeout=10m",)  # far away; but whoever begins in time begins with what is cheap


@dataclass(frozen=True)
class Started:
    """What came of it.

    Attributes
    ----------
    trials : int
        As told by all of them together.
    """

    ended: Sequence[Ended]
    trials: int
    units: int
    seen: Seen

    def faults(self, expected: Seen) -> list[str]:
        """Say what went wrong."""
        wrong = {
            f"{self.trials} trials told": self.trials != TRIALS,
            f"{self.units} units of work": self.units != TRIALS * FOLDS - FOLDS * _shared(expected),
            "another result": self.seen != expected,
        }
        crashed = [f"ended with {one.code}: {one.err[-300:]}" for one in self.ended if one.code]
        return crashed + [text for text, is_so in wrong.items() if is_so]


def start_together(folder: Path, count: int, seconds: float = 600) -> Started:
    """Start so many commands at once on a fresh study; half of them with two workers."""
    write(folder, trials=TRIALS)
    processes = [begin(folder, f"compute.workers={1 + n % 2}") for n in range(count)]
    return _all_of(folder, [ended(process, seconds) for process in processes])


def join_from_elsewhere(folder: Path, elsewhere: Path) -> Started:
    """Start a run, and one of the same study from another folder, with other words."""
    write(folder, trials=TRIALS)
    recipe = folder / "recipes" / "study.yaml"
    data = str(folder / "data.csv")
    recipe.write_text(recipe.read_text("utf-8").replace("data.csv", data), "utf-8")
    elsewhere.mkdir()
    (folder / "outputs").mkdir()
    (elsewhere / "outputs").symlink_to(folder / "outputs")
    first = begin(folder, *IN_TIME)
    words = ("compute.workers=2", "problem.owner=others", *IN_TIME)
    second = start("run", recipe, *words, folder=elsewhere)
    return _all_of(folder, [ended(process) for process in (first, second)])


def _all_of(folder: Path, results: list[Ended]) -> Started:
    studies = list((folder / "outputs" / ".store").glob("search-*"))
    if len(studies) != 1 or place(folder) is None:
        raise RuntimeError(f"{len(studies)} studies: {[one.err for one in results]}")
    trials = sum(one.err.count("  trial ") for one in results)
    return Started(results, trials, len(units(folder)), seen(folder))


def _shared(expected: Seen) -> int:
    """Trials of a candidate that was tried before, which are not fitted again."""
    return sum(trial[-1] is not None for trial in expected.drawn)
