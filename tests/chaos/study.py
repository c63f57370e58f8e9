"""A search of 60 trials, run by commands in processes of their own, and what it leaves on disk."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.trial import TrialState

from engine.search.record import SQLITE, TRIALS
from tests.end_to_end.command import Ended, card, ended, latest, start

TRIALS_ASKED = 60
RECIPE = """\
data: {{source: data.csv, target: y}}
model:
  decision_tree:
  extra_trees: {{params: {{n_estimators: 20}}}}
  linear:
    params:
      penalty: choice(l2, l1)   # the second fails: the solver does not know it
search: {{trials: {trials}, pruner: {pruner}}}
evaluation: {{folds: 3, metric: log_loss}}
"""
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
FAMILIES = ("model=[decision_tree,linear]",)


def write(folder: Path, pruner: str = "none", trials: int = TRIALS_ASKED, rows: int = 600) -> Path:
    """Write a recipe ``study`` and its data into a folder."""
    (folder / "recipes").mkdir(parents=True, exist_ok=True)
    (folder / "recipes" / "study.yaml").write_text(
        RECIPE.format(trials=trials, pruner=pruner), "utf-8"
    )
    draw = np.random.default_rng(0)
    values = draw.normal(size=(rows, 4)).round(4)
    positive = values[:, 0] + values[:, 1] * values[:, 2] + draw.normal(size=rows) > 0
    lines = [",".join(map(str, [*row, said])) for row, said in zip(values, positive, strict=True)]
    (folder / "data.csv").write_text("\n".join(["a,b,c,d,y", *lines]) + "\n", "utf-8")
    return folder


def begin(folder: Path, *words: object, **environment: str) -> subprocess.Popen[str]:
    """Start the run in a session of its own."""
    return start("run", "study", *words, folder=folder, **environment)


def whole(folder: Path, *words: object, seconds: float = 300, **environment: str) -> Ended:
    """Run it to its end."""
    return ended(begin(folder, *words, **environment), seconds)


def place(folder: Path) -> Path | None:
    """Where the study lies, once it has begun."""
    found = list((folder / "outputs" / ".store").glob("search-*"))
    return found[0] if found else None


def told(folder: Path) -> int:
    """Return the number of lines of trials."""
    study = place(folder)
    path = study / TRIALS if study else None
    return path.read_bytes().count(b"\n") if path and path.exists() else 0


def units(folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each finished unit of work was written, and into which file of the disk."""
    study = place(folder)
    found = {}
    for path in study.glob("units/*.npz") if study else ():
        facts = path.stat()
        found[path.name] = (facts.st_ino, facts.st_mtime_ns)
    return found


def lines(folder: Path) -> list[dict[str, Any]]:
    """Return the trials as they are recorded."""
    study = place(folder)
    text = (study / TRIALS).read_text("utf-8") if study else ""
    return [json.loads(line) for line in text.splitlines()]


@dataclass(frozen=True)
class Seen:
    """What a search that has ended has left.

    Attributes
    ----------
    drawn : list
        Of each trial: number, candidate, state, scores, error, and which it is the same as.
    states : list
        What Optuna's SQLite file says of each trial.
    holdout : mapping
        Scores of the final pipeline.
    """

    drawn: list[Any]
    states: list[TrialState]
    holdout: Mapping[str, Any]

    @property
    def duplicates(self) -> int:
        """Trials that are there more than once, in the lines or in SQLite."""
        indices = [trial[0] for trial in self.drawn]
        twice = len(indices) - len(set(indices))
        return twice + max(0, len(self.states) - len(set(indices)))

    @property
    def terminal(self) -> int:
        """Trials that SQLite says have ended."""
        return sum(state in FINISHED for state in self.states)


def seen(folder: Path) -> Seen:
    """Read what is there after the end."""
    names = ("index", "candidate", "values", "state", "scores", "rounds", "error", "same_as")
    drawn = [[line[name] for name in names] for line in lines(folder)]
    storage = f"sqlite:///{place(folder)}/{SQLITE}"
    states = [t.state for t in optuna.load_study(study_name="search", storage=storage).trials]
    return Seen(drawn, states, card(folder, "study")["holdout"])


def runs(folder: Path) -> list[str]:
    """Names of what lies beside the runs, whole ones and what is left of others."""
    return [path.name for path in latest(folder, "study").parent.iterdir()]
