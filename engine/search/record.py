"""What a study has on disk: a file for each unit of work, and Optuna's SQLite file.

A unit's file is renamed into place when it is whole, and SQLite is told of a trial after its last
unit is there. So nothing that was finished is lost, and no trial is ever half recorded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.storages import RDBStorage

from engine.search.candidate import Candidate, FamilySpace, Outcome, Trial
from engine.search.draw import frozen

TRIALS = "trials.jsonl"

optuna.logging.set_verbosity(optuna.logging.WARNING)


class Record:
    """The record of a study in a folder; one driver owns it.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    families : sequence of FamilySpace
    maximize : bool
    """

    def __init__(self, folder: Path, families: Sequence[FamilySpace], maximize: bool) -> None:
        self.folder = folder
        self.families = {family.name: family for family in families}
        (folder / "units").mkdir(parents=True, exist_ok=True)
        direction = "maximize" if maximize else "minimize"
        storage = RDBStorage(f"sqlite:///{folder / 'study.sqlite3'}")
        self._study = optuna.create_study(
            study_name="search", storage=storage, direction=direction, load_if_exists=True
        )
        self._mend()

    def trials(self) -> list[Trial]:
        """Return the trials told so far, in order."""
        return read_trials(self.folder)

    def tell(self, trial: Trial) -> None:
        """Add a finished trial; its index must be the next one."""
        with (self.folder / TRIALS).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(trial), default=_plain) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
        self._study.add_trial(frozen(trial, self.families))

    def _mend(self) -> None:
        """Drop a line that was cut short, and tell SQLite what it was not told."""
        path = self.folder / TRIALS
        text = path.read_text("utf-8") if path.exists() else ""
        whole, _, torn = text.rpartition("\n")
        if torn:
            partial = path.with_suffix(".partial")
            partial.write_text(f"{whole}\n" if whole else "", "utf-8")
            partial.rename(path)
        recorded = len(self._study.get_trials(deepcopy=False))
        for trial in self.trials()[recorded:]:
            self._study.add_trial(frozen(trial, self.families))

    def unit(self, trial: int, fold: int) -> Outcome | None:
        """Return the outcome of a unit, or None where it was not finished."""
        path = self._unit_path(trial, fold)
        return read_unit(path) if path.exists() else None

    def keep(self, trial: int, fold: int, outcome: Outcome) -> None:
        """Write a unit's outcome."""
        write_unit(self._unit_path(trial, fold), outcome)

    def _unit_path(self, trial: int, fold: int) -> Path:
        return self.folder / "units" / f"{trial:06d}_{fold:03d}.npz"


def read_trials(folder: Path) -> list[Trial]:
    """Return the trials that a study's folder tells of; none where there is no study."""
    path = folder / TRIALS
    whole = path.read_text("utf-8").rpartition("\n")[0] if path.exists() else ""
    return [read_trial(json.loads(line)) for line in whole.splitlines()]


def write_unit(path: Path, outcome: Outcome) -> None:
    """Write a unit's outcome under a temporary name, then rename it."""
    facts = {"score": outcome.score, "rounds": outcome.rounds, "seconds": outcome.seconds,
             "error": outcome.error}  # fmt: skip
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(
            file,
            value=outcome.value,
            probability=outcome.probability,
            facts=np.frombuffer(json.dumps(facts).encode(), np.uint8),
        )
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def read_unit(path: Path) -> Outcome:
    """Read a unit's outcome."""
    with np.load(path, allow_pickle=False) as arrays:
        facts: Mapping[str, Any] = json.loads(arrays["facts"].tobytes())
        return Outcome(value=arrays["value"], probability=arrays["probability"], **facts)


def read_trial(tree: Mapping[str, Any]) -> Trial:
    """Read a trial from its JSON form."""
    values = {**tree, "candidate": Candidate(**tree["candidate"])}
    for name in ("scores", "rounds"):
        values[name] = tuple(tree[name])
    return Trial(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a trial")
