"""How long the rest of a plan takes, judged by this search's trials or by the newest run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.plan.outputs import SCORECARD, read_json
from engine.search.candidate import Trial


@dataclass(frozen=True)
class Pace:
    """What fits have taken.

    Attributes
    ----------
    seconds : mapping
        Seconds per fit by family.
    trials : mapping
        Trials that it was learnt from, by family.
    """

    seconds: Mapping[str, float]
    trials: Mapping[str, int]

    def of(self, family: str) -> float:
        """Seconds per fit of a family; the mean over all trials where none was of this one."""
        if family in self.seconds:
            return self.seconds[family]
        count = sum(self.trials.values())
        return sum(self.seconds[name] * self.trials[name] for name in self.seconds) / count


def pace(told: Sequence[Trial], folds: int, latest: Path | None, rows: int) -> Pace | None:
    """Learn from the trials of this search, else from the newest run of the recipe; else None."""
    return _of_trials(told, folds) or _of_run(latest, rows)


def _of_trials(told: Sequence[Trial], folds: int) -> Pace | None:
    fitted = [trial for trial in told if trial.same_as is None]
    seconds: defaultdict[str, float] = defaultdict(float)
    for trial in fitted:
        seconds[trial.candidate.family] += trial.seconds
    trials = Counter(trial.candidate.family for trial in fitted)
    return _pace(seconds, trials, folds)


def _of_run(latest: Path | None, rows: int) -> Pace | None:
    """Learn from a run; time grows with the number of rows."""
    if latest is None or not (latest / SCORECARD).is_file():
        return None
    card = read_json(latest / SCORECARD)
    board = read_json(latest / "leaderboard.json")
    grown = rows / max(1, card["rows"]["train"])
    folds = len(card["cv"][card["metric"]]["folds"])
    seconds = {row["family"]: row["seconds"] * grown for row in board}
    return _pace(seconds, {row["family"]: row["trials"] for row in board}, folds)


def _pace(seconds: Mapping[str, float], trials: Mapping[str, int], folds: int) -> Pace | None:
    known = {name: count for name, count in trials.items() if count}
    per_fit = {name: seconds[name] / (count * folds) for name, count in known.items()}
    return Pace(per_fit, known) if known else None


def seconds_left(found: Pace, families: Sequence[str], done: int, trials: int, folds: int) -> float:
    """Estimate the fits of the trials from ``done`` to ``trials``, one after the other.

    The first trials are the defaults of each family; the others are expected to be of the
    families that were tried most.
    """
    firsts = families[done:trials]
    others = max(0, trials - max(done, len(families)))
    weights = {family: 1 + found.trials.get(family, 0) for family in families}
    mean = sum(found.of(f) * w for f, w in weights.items()) / sum(weights.values())
    return folds * (sum(found.of(family) for family in firsts) + others * mean)


def of_steps(latest: Path | None, names: Sequence[str]) -> float:
    """Seconds that steps took in the newest run, where that is known."""
    path = latest / "plan.json" if latest else None
    if path is None or not path.is_file():
        return 0.0
    steps: list[dict[str, Any]] = read_json(path)["steps"]
    return sum(step.get("seconds") or 0.0 for step in steps if step["name"] in names)
