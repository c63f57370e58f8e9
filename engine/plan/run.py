"""Carry a plan out, and lay what came of it in a run folder."""

from __future__ import annotations

import csv
import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from engine.contracts import Listener
from engine.plan import stopped
from engine.plan.asked import Asked
from engine.plan.disk import writable
from engine.plan.fingerprint import Parts
from engine.plan.hidden import Hidden
from engine.plan.outputs import SCORECARD, Outputs, run_folder
from engine.plan.place import placed, roomy
from engine.plan.progress import Progress
from engine.plan.provenance import provenance
from engine.plan.running import Note
from engine.plan.scorecard import scorecard
from engine.plan.step import STEPS, Step, name, optional
from engine.plan.store import read_list
from engine.recipe.file.written import dump
from engine.recipe.schema import Recipe
from engine.steps import expect
from engine.steps.evaluate import Evaluated
from engine.steps.inspect import FILE as FINDINGS

NOTHING = Asked()
NOT_LOGGED = ("earlier", "first", "defaults")  # they stand in the study


class Carried:
    """A plan that was carried out.

    Attributes
    ----------
    results : Results
        Of all steps.
    parts : dict of Parts
        What each step depended on.
    seconds : dict of float
        What each step took that was not done before.
    """

    def __init__(
        self,
        recipe: Recipe,
        outputs: Outputs,
        listener: Listener,
        hidden: Hidden | None = None,
        fresh: bool = False,
        begun: float | None = None,
        folder: Path | None = None,
    ) -> None:
        self.recipe = recipe
        self.hidden = hidden or Hidden()
        self.listener = listener
        self.parts: dict[str, Parts] = {}
        self.seconds: dict[str, float] = {}
        how = (fresh, begun, folder)
        with Progress(recipe, outputs.store, listener, self.hidden, *how) as progress:
            self.results = progress.results
            for step in STEPS:
                self.parts[name(step)] = self._carry(progress, step)
                self._tell(step)

    def _tell(self, step: Step) -> None:
        """Say what a step has to say at every run, also where its result is reused."""
        notices = optional(step, "notices")
        for text in notices(self.results[name(step)]) if notices else ():
            self.listener("notice", text=text)

    def _carry(self, progress: Progress, step: Step) -> Parts:
        label = name(step)
        found = progress.look(step)
        if found is None:
            raise RuntimeError(f"{label} was reached before what it needs")
        if label in progress.results:
            progress.use(step, found)
            self.listener("step_reused", step=label)
            return found
        self.listener("step_started", step=label, about=step.ABOUT)
        begin = time.perf_counter()
        found = progress.do(step, found)
        self.seconds[label] = time.perf_counter() - begin
        self.listener("step_finished", step=label, seconds=self.seconds[label])
        return found


def run(
    recipe: Recipe,
    tree: Mapping[str, Any],
    outputs: Outputs,
    stamp: str,
    listener: Listener,
    fresh: bool = False,
    begun: float | None = None,
    asked: Asked = NOTHING,
) -> Path:
    """Run a recipe and return its run folder.

    Parameters
    ----------
    tree : mapping
        The composed recipe as it may be written down.
    stamp : str
        The folder's name.
    fresh : bool
        Use no result that earlier runs have left; other recipes' results stay.
    begun : float, optional
        When it was asked for, by ``time.monotonic()``: ``search.timeout`` counts from then. If not
        given, now.
    asked : Asked, optional
        What stood on the command line.

    Raises
    ------
    EngineError
        If the recipe cannot be carried out, or the outputs cannot be written.
    """
    parent = outputs.root / recipe.name
    with writable(outputs.root):
        stopped.keep_killed(parent)
        with run_folder(parent, stamp) as place:
            try:
                fill(recipe, tree, outputs, place.partial, listener, fresh, begun, asked, stamp)
            except KeyboardInterrupt:
                stopped.keep(place.partial)
                raise
        final = cast(Path, place.final)
        stopped.carried_on(final)
    return final


def fill(
    recipe: Recipe,
    tree: Mapping[str, Any],
    outputs: Outputs,
    folder: Path,
    listener: Listener,
    fresh: bool = False,
    begun: float | None = None,
    asked: Asked = NOTHING,
    stamp: str = "",
) -> None:
    """Carry a recipe out and lay everything in ``folder``; the scorecard comes last."""
    begin = time.perf_counter()
    hidden = Hidden.of(tree)
    with hidden.errors(), roomy(), (folder / "log.txt").open("w", encoding="utf-8") as log:
        (folder / "recipe.yaml").write_text(dump(tree), "utf-8")
        asked.write(folder, hidden)
        note = Note(folder, recipe=recipe.name, stamp=stamp)
        told = hidden.listener(note.told(_logged(listener, log, begin, hidden)))
        carried = Carried(placed(recipe, told), outputs, told, hidden, fresh, begun, folder)
        note.remove()
        _lay(carried, folder, begin)


def _lay(carried: Carried, folder: Path, begin: float) -> None:
    _write_plan(carried, folder)
    evaluated: Evaluated = carried.results["evaluate"]
    _json(folder / "leaderboard.json", evaluated.leaderboard)
    _write_folds(evaluated, folder)
    shutil.copyfile(carried.results.folder("inspect") / FINDINGS, folder / FINDINGS)
    _json(folder / expect.FILE, asdict(carried.results["expect"]))
    for path in evaluated.folder.glob("*.parquet"):
        shutil.copyfile(path, folder / path.name)
    shutil.copytree(carried.results["pack"].folder, folder / "bundle")
    _json(folder / SCORECARD, scorecard(carried.recipe, carried.results, _facts(carried, begin)))


def _logged(listener: Listener, log: Any, begin: float, hidden: Hidden) -> Listener:
    def both(event: str, **facts: Any) -> None:
        if event != "unit_finished":
            text = hidden.text(_text(facts))
            log.write(f"{time.perf_counter() - begin:9.3f}  {event}  {text}\n")
            log.flush()
        listener(event, **facts)

    return both


def _text(facts: Mapping[str, Any]) -> str:
    facts = {key: value for key, value in facts.items() if key not in NOT_LOGGED}
    trial = facts.get("trial")
    if trial is not None:
        facts = {"trial": trial.index, "family": trial.candidate.family, "mean": trial.mean,
                 "values": dict(trial.values), "error": trial.error}  # fmt: skip
    return json.dumps(facts, default=str, ensure_ascii=False)


def _write_plan(carried: Carried, folder: Path) -> None:
    steps = [
        {
            "name": label,
            "fingerprint": parts.fingerprint,
            "seconds": _seconds(carried, label),
            "state": "done now" if label in carried.seconds else "reused",
            "parts": asdict(parts),
        }
        for label, parts in carried.parts.items()
    ]
    _json(folder / "plan.json", {"recipe": carried.recipe.name, "steps": steps})


def _write_folds(evaluated: Evaluated, folder: Path) -> None:
    with (folder / "folds.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["family", "trial", "metric", "fold", "score"])
        for row in evaluated.leaderboard:
            for metric, scores in row["cv"].items():
                for fold, score in enumerate(scores["folds"]):
                    rows.writerow([row["family"], row["trial"], metric, fold, score])


def _facts(carried: Carried, begin: float) -> dict[str, Any]:
    """What is known of a run beside its results."""
    problem, show = carried.recipe.problem, carried.hidden.plainly
    return {
        "question": show("problem.question", problem.question),
        "owner": show("problem.owner", problem.owner),
        "seconds": round(time.perf_counter() - begin, 3),
        "step_seconds": {label: round(s, 3) for label, s in carried.seconds.items()},
        "data": dict(carried.parts["load"].files),
        "provenance": provenance(),
    }


def _seconds(carried: Carried, label: str) -> float | None:
    """What a step took, now or when it was done."""
    if label in carried.seconds:
        return round(carried.seconds[label], 3)
    listed = read_list(carried.results.folder(label))
    return listed["seconds"] if listed else None


def _json(path: Path, tree: Any) -> None:
    path.write_text(json.dumps(tree, indent=1, ensure_ascii=False) + "\n", "utf-8")
