"""What a study has on disk: a file for each unit of work, a line for each trial, and SQLite.

A unit's file is renamed into place when it is whole, and a trial's line is written after its last
unit is there; Optuna's SQLite file, which others may look at, is told last and mended from the
lines. So nothing that was finished is lost, and no trial is ever half recorded.
"""

from __future__ import annotations

import json
import os
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import RDBStorage
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from engine.search.aims import Aims, Direction
from engine.search.candidate import Candidate, FamilySpace, Outcome, Trial
from engine.search.draw import frozen

TRIALS = "trials.jsonl"
SQLITE = "study.sqlite3"

optuna.logging.set_verbosity(optuna.logging.WARNING)


class Record:
    """The record of a study in a folder; one driver owns it.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    families : sequence of FamilySpace
    aims : Aims
        What its scores are called where the study is shown, and which of them are better.
    """

    def __init__(self, folder: Path, families: Sequence[FamilySpace], aims: Aims) -> None:
        self.folder = folder
        self.aims = aims
        self.families = {family.name: family for family in families}
        (folder / "units").mkdir(parents=True, exist_ok=True)
        _drop_torn_line(folder / TRIALS)
        self._storage, self._study = self._sqlite()
        _name(self._study, list(aims.names))
        for trial in self.trials()[len(self._study.get_trials(deepcopy=False)) :]:
            self._study.add_trial(frozen(trial, self.families, aims))

    def _sqlite(self) -> tuple[RDBStorage, optuna.Study]:
        """Open the SQLite file; one that is damaged is made anew, as the lines hold everything."""
        path = self.folder / SQLITE
        try:
            return _open_study(path, self.aims.directions)
        except DatabaseError:
            path.unlink()
            return _open_study(path, self.aims.directions)

    def close(self) -> None:
        """Let go of the SQLite file."""
        self._storage.remove_session()
        self._storage.engine.dispose()

    def trials(self) -> list[Trial]:
        """Return the trials told so far, in order."""
        return read_trials(self.folder)

    def tell(self, trial: Trial) -> None:
        """Add a finished trial; its index must be the next one."""
        with (self.folder / TRIALS).open("a", encoding="utf-8") as lines:
            lines.write(written(trial) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
        self._study.add_trial(frozen(trial, self.families, self.aims))

    def unit(self, trial: int, fold: int, candidate: Candidate) -> Outcome | None:
        """Return the outcome of a unit, or None where it was not finished for this candidate."""
        try:
            outcome, key = _read_unit(unit_path(self.folder, trial, fold))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        return outcome if key == candidate.key else None

    def units(self, trial: int, folds: int) -> list[Outcome]:
        """Return the outcomes of a complete trial; none where they are not all there any more."""
        try:
            return [read_unit(unit_path(self.folder, trial, fold)) for fold in range(folds)]
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return []

    def keep(self, trial: int, fold: int, candidate: Candidate, outcome: Outcome) -> None:
        """Write a unit's outcome."""
        write_unit(unit_path(self.folder, trial, fold), outcome, candidate.key)


def _open_study(path: Path, directions: Sequence[Direction]) -> tuple[RDBStorage, optuna.Study]:
    storage = RDBStorage(f"sqlite:///{path}")
    event.listen(storage.engine, "connect", _in_no_hurry)
    storage.engine.dispose()  # what connected before it was listened for
    study = optuna.create_study(
        study_name="search", storage=storage, directions=directions, load_if_exists=True
    )
    study.get_trials(deepcopy=False)  # damage shows when it is read
    return storage, study


def _name(study: optuna.Study, names: list[str]) -> None:
    """Call the scores by the names of what they are, if they are not called so."""
    if study.metric_names != names:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            study.set_metric_names(names)


def _in_no_hurry(connection: Any, _: Any) -> None:
    """Leave to the system when a change reaches the disk: the lines can mend whatever is lost."""
    connection.execute("PRAGMA synchronous = OFF")


def _drop_torn_line(path: Path) -> None:
    """Drop a last line that was cut short."""
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        partial = path.with_suffix(".partial")
        partial.write_bytes(whole)
        partial.rename(path)


def read_trials(folder: Path) -> list[Trial]:
    """Return the trials that a study's folder tells of; none where there is no study."""
    path = folder / TRIALS
    content = path.read_bytes() if path.exists() else b""
    return [read_trial(json.loads(line)) for line in content.split(b"\n")[:-1]]


def unit_path(folder: Path, trial: int, fold: int) -> Path:
    """Where a unit's outcome lies."""
    return folder / "units" / f"{trial:06d}_{fold:03d}.npz"


def write_unit(path: Path, outcome: Outcome, key: str) -> None:
    """Write a unit's outcome under a temporary name, then rename it; ``key`` is its candidate's."""
    facts = {"score": outcome.score, "rounds": outcome.rounds, "seconds": outcome.seconds,
             "predict_seconds": outcome.predict_seconds, "error": outcome.error,
             "warnings": outcome.warnings, "fit_seconds": outcome.fit_seconds,
             "size": outcome.size, "candidate": key}  # fmt: skip
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
    return _read_unit(path)[0]


def _read_unit(path: Path) -> tuple[Outcome, str]:
    """Read a unit's outcome, and the key of its candidate."""
    with np.load(path, allow_pickle=False) as arrays:
        facts: dict[str, Any] = json.loads(arrays["facts"].tobytes())
        key = str(facts.pop("candidate"))
        facts["warnings"] = tuple(facts.get("warnings", ()))
        return Outcome(value=arrays["value"], probability=arrays["probability"], **facts), key


def written(trial: Trial) -> str:
    """Return a trial as JSON in one line."""
    return json.dumps(asdict(trial), default=_plain)


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
