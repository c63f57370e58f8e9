"""Runs that go on: what each says of itself in its folder, and what its search has told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.contracts import Listener
from engine.plan.claim import is_written
from engine.plan.holder import Holder
from engine.plan.outputs import RUNNING, Outputs
from engine.plan.provenance import now
from engine.search.candidate import Trial
from engine.search.driver import best
from engine.search.record import TRIALS, read_trials

FILE = "running.json"
KEPT = ("total", "done", "seconds", "maximize", "metric", "folds")  # of what a search begins with


class Note:
    """Keeps in a run's folder how far it is, as it is told; removed when the run is whole.

    Parameters
    ----------
    facts : mapping
        What is known beforehand: ``recipe`` and ``stamp``.
    """

    def __init__(self, folder: Path, **facts: Any) -> None:
        self.folder = folder
        self.path = folder / FILE
        self.facts = {**facts, "holder": json.loads(Holder.here(folder).text())}
        self._write()

    def told(self, listener: Listener) -> Listener:
        """Take note of what goes on, and pass it on."""

        def both(event: str, **facts: Any) -> None:
            self._take(event, facts)
            listener(event, **facts)

        return both

    def _take(self, event: str, facts: dict[str, Any]) -> None:
        match event:
            case "step_started":
                self._write(step=facts["step"], waiting="")
            case "waiting":
                self._write(waiting=facts["text"])
            case "holding":
                self._write(search=facts["folder"], waiting="")
            case "search_started":
                known = {key: facts[key] for key in KEPT if key in facts}
                self._write(searching=now(), **known)

    def _write(self, **facts: Any) -> None:
        self.facts |= facts
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.facts, ensure_ascii=False), "utf-8")
        partial.rename(self.path)

    def remove(self) -> None:
        """Take the note away."""
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Running:
    """A run that goes on.

    Attributes
    ----------
    folder : Path
        Where it writes.
    facts : dict
        What it says of itself.
    trials : tuple of Trial
        What its search has told.
    """

    folder: Path
    facts: dict[str, Any]
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial | None:
        return best(list(self.trials), bool(self.facts.get("maximize", True)))

    def tree(self, at: float) -> dict[str, Any]:
        """Describe it at a time, in seconds since 1970, as plain values."""
        facts, leader = self.facts, self.best
        holder = Holder.of(facts["holder"])
        elapsed = max(0.0, at - holder.since) if holder else 0.0
        pace, left = self._pace(at)
        return {
            "recipe": facts["recipe"], "folder": str(self.folder), "step": facts.get("step"),
            "waiting": facts.get("waiting") or None,
            "elapsed": round(elapsed, 1), "trials": len(self.trials), "total": facts.get("total"),
            "states": dict(Counter(trial.state for trial in self.trials)),
            "metric": facts.get("metric"), "best": leader.mean if leader else None,
            "family": leader.candidate.family if leader else None,
            "trials_per_minute": pace, "seconds_left": left,
            **{key: facts["holder"].get(key) for key in ("pid", "host", "user", "since")},
        }  # fmt: skip

    def _pace(self, at: float) -> tuple[float | None, float | None]:
        """Return trials per minute, and the seconds that the search may go on."""
        since, facts = self.facts.get("searching"), self.facts
        if since is None or facts.get("step") != "search":
            return None, None
        ended = len(self.trials) - facts.get("done", 0)
        pace = 60 * ended / max(1.0, at - since) if ended > 0 else None
        ends = [60 * (facts["total"] - len(self.trials)) / pace] if pace else []
        if facts.get("seconds") is not None:
            ends.append(since + facts["seconds"] - at)
        return pace, max(0.0, min(ends)) if ends else None


def running(outputs: Outputs, recipes: Sequence[str] = ()) -> list[Running]:
    """Return the runs that go on, of some recipes or of all, the first to begin first."""
    found = [
        Running(folder, facts, tuple(_trials(outputs, facts)))
        for folder in _folders(outputs.root)
        if is_written(folder) and (facts := noted(folder)) is not None
        if not recipes or facts["recipe"] in recipes
    ]
    return sorted(found, key=lambda run: (run.facts["holder"]["since"], str(run.folder)))


def _folders(root: Path) -> Iterator[Path]:
    for pattern in (f"*/{RUNNING}*", f"*/*/*/{RUNNING}*"):  # runs, and jobs of a multirun
        yield from root.glob(pattern)


def noted(folder: Path) -> dict[str, Any] | None:
    """Read what a run says of itself; None where that is not known."""
    try:
        facts = json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(facts, dict) and "recipe" in facts and Holder.of(facts.get("holder"))
    return facts if whole else None


def _trials(outputs: Outputs, facts: dict[str, Any]) -> list[Trial]:
    name = facts.get("search")
    if not name:
        return []
    folder = outputs.store.root / Path(name).name
    try:
        found = (folder / TRIALS).stat()
        return list(_read(folder, found.st_size, found.st_mtime_ns))[: facts.get("total")]
    except (OSError, ValueError, KeyError, TypeError):  # is cleared just now
        return []


@lru_cache(maxsize=16)
def _read(folder: Path, size: int, changed: int) -> tuple[Trial, ...]:
    """Read what a search has told, once for each state of its file."""
    return tuple(read_trials(folder))
