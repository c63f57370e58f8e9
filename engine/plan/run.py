"""Carry a plan out, and lay what came of it in a run folder."""

from __future__ import annotations

import csv
import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from engine.contracts import Listener
from engine.plan.build import Progress
from engine.plan.fingerprint import Parts
from engine.plan.outputs import SCORECARD, Outputs, RunFolder
from engine.plan.provenance import provenance
from engine.plan.step import STEPS, name
from engine.recipe.schema import Recipe
from engine.steps.evaluate import Evaluated
from engine.steps.split import Split


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

    def __init__(self, recipe: Recipe, outputs: Outputs, listener: Listener) -> None:
        self.recipe = recipe
        self.parts: dict[str, Parts] = {}
        self.seconds: dict[str, float] = {}
        progress = Progress(recipe, outputs.store, listener)
        self.results = progress.results
        for step in STEPS:
            label = name(step)
            found = progress.look(step)
            if found is None:
                raise RuntimeError(f"{label} was reached before what it needs")
            self.parts[label] = found
            if label in progress.results:
                listener("step_reused", step=label)
                continue
            listener("step_started", step=label, about=step.ABOUT)
            begin = time.perf_counter()
            progress.do(step, found)
            self.seconds[label] = time.perf_counter() - begin
            listener("step_finished", step=label, seconds=self.seconds[label])


def run(
    recipe: Recipe, tree: Mapping[str, Any], outputs: Outputs, stamp: str, listener: Listener
) -> Path:
    """Run a recipe and return its run folder.

    Parameters
    ----------
    tree : mapping
        The composed recipe as it may be written down.
    stamp : str
        The folder's name.
    """
    with RunFolder(outputs.root / recipe.name, stamp) as place:
        fill(recipe, tree, outputs, place.partial, listener)
    return place.final


def fill(
    recipe: Recipe, tree: Mapping[str, Any], outputs: Outputs, folder: Path, listener: Listener
) -> None:
    """Carry a recipe out and lay everything in ``folder``; the scorecard comes last."""
    begin = time.perf_counter()
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        carried = Carried(recipe, outputs, _logged(listener, log, begin))
    text = yaml.safe_dump(dict(tree), sort_keys=False, allow_unicode=True)
    (folder / "recipe.yaml").write_text(text, "utf-8")
    _write_plan(carried, folder)
    evaluated: Evaluated = carried.results["evaluate"]
    _json(folder / "leaderboard.json", evaluated.leaderboard)
    _write_folds(evaluated, folder)
    for path in evaluated.folder.glob("*.parquet"):
        shutil.copyfile(path, folder / path.name)
    shutil.copytree(carried.results["pack"].folder, folder / "bundle")
    _json(folder / SCORECARD, _scorecard(carried, time.perf_counter() - begin))


def _logged(listener: Listener, log: Any, begin: float) -> Listener:
    def both(event: str, **facts: Any) -> None:
        if event != "unit_finished":
            log.write(f"{time.perf_counter() - begin:9.3f}  {event}  {_text(facts)}\n")
            log.flush()
        listener(event, **facts)

    return both


def _text(facts: Mapping[str, Any]) -> str:
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
            "seconds": carried.seconds.get(label),
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


def _scorecard(carried: Carried, seconds: float) -> dict[str, Any]:
    evaluated: Evaluated = carried.results["evaluate"]
    split: Split = carried.results["split"]
    problem = carried.recipe.problem
    leader = evaluated.leaderboard[0]
    return {
        "recipe": carried.recipe.name,
        "question": problem.question,
        "owner": problem.owner,
        "task": split.target.task,
        "classes": [str(label) for label in split.target.classes],
        "metric": evaluated.metric,
        "family": leader["family"],
        "trial": leader["trial"],
        "values": leader["values"],
        "cv": evaluated.cv,
        "holdout": evaluated.holdout,
        "rows": {"train": len(split.train), "holdout": len(split.holdout)},
        "trials": sum(row["trials"] for row in evaluated.leaderboard),
        "final_rows": carried.recipe.evaluation.final_rows,
        "seconds": round(seconds, 3),
        "step_seconds": {label: round(s, 3) for label, s in carried.seconds.items()},
        "data": dict(carried.parts["load"].files),
        "provenance": provenance(),
    }


def _json(path: Path, tree: Any) -> None:
    path.write_text(json.dumps(tree, indent=1, ensure_ascii=False) + "\n", "utf-8")
