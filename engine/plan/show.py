"""A plan as a tree of plain values: what the command line prints, and ``--json`` gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.plan.build import Plan, Planned
from engine.plan.outputs import read_json
from engine.recipe.space import default
from engine.search.candidate import FamilySpace
from engine.search.draw import dimensions, space_size
from engine.search.record import read_trials
from engine.steps.assemble import Assembled, spaces
from engine.steps.features import treatments
from engine.steps.measures import metric_name
from engine.steps.split import Split


def describe(plan: Plan, latest: Path | None) -> dict[str, Any]:
    """Describe a plan.

    Parameters
    ----------
    latest : Path, optional
        The newest run of the recipe, from whose times the duration is estimated.
    """
    split: Split = plan.results["split"]
    assembled: Assembled = plan.results["assemble"]
    families = spaces(plan.recipe, bool(split.target.classes))
    search = next(step for step in plan.steps if step.name == "search")
    return {
        "recipe": plan.recipe.name,
        "question": plan.recipe.problem.question,
        "data": _data(plan, split),
        "steps": [step_tree(step) for step in plan.steps],
        "columns": _columns(assembled),
        "treatments": {f.name: _treatments(f, assembled, plan) for f in families},
        "search": _search(plan, search, families, latest),
    }


def step_tree(step: Planned) -> dict[str, Any]:
    """Describe a step."""
    return {
        "name": step.name, "about": step.about, "state": step.state, "why": list(step.why),
        "fingerprint": step.fingerprint,
    }  # fmt: skip


def _data(plan: Plan, split: Split) -> dict[str, Any]:
    facts = read_json(plan.results.folder("load") / "facts.json")
    how = read_json(plan.results.folder("split") / "facts.json")
    classes = [str(label) for label in split.target.classes]
    return {
        "source": plan.recipe.data.source,
        "rows": facts["rows"],
        "target": plan.recipe.data.target,
        "task": split.target.task,
        "because": split.target.reason,
        "classes": classes,
        "positive": classes[-1] if split.target.task == "binary" else None,
        "train": len(split.train),
        "holdout": len(split.holdout),
        "folds": len(split.folds),
        "split": split.how,
        "split_because": how["why"],
        "metric": metric_name(plan.recipe, split.target.task),
    }


def _columns(assembled: Assembled) -> list[dict[str, Any]]:
    return [
        {"name": role.name, "kind": role.column.kind if role.column else None, "why": role.reason}
        for role in assembled.roles
    ]


def _treatments(family: FamilySpace, assembled: Assembled, plan: Plan) -> list[dict[str, Any]]:
    first = family.candidate(default)
    found = treatments(assembled.contract.columns, first.features, plan.recipe.model[family.name])
    return [
        {
            "label": treatment.label,
            "columns": [column.name for column in treatment.columns],
            "steps": [f"{name} {option}".strip() for name, option, _ in treatment.steps],
            "why": treatment.why,
        }
        for treatment in found
    ]


def _search(
    plan: Plan, step: Planned, families: list[FamilySpace], latest: Path | None
) -> dict[str, Any]:
    size = space_size(families)
    trials = min(plan.recipe.search.trials, size) if size <= 64 else plan.recipe.search.trials
    told = _told(plan, step)
    done = min(len(told), trials)
    folds = plan.recipe.evaluation.folds
    per_trial = _seconds_per_trial(told, latest)
    left = max(0, trials - done) if step.state != "done" else 0
    workers = plan.recipe.compute.workers
    return {
        "families": [family.name for family in families],
        "ranges": dimensions(families),
        "candidates": size if math.isfinite(size) else None,
        "sampler": plan.recipe.search.sampler,
        "trials": trials,
        "fits": trials * folds,
        "fits_done": done * folds if step.state != "done" else (trials - left) * folds,
        "timeout": plan.recipe.search.timeout,
        "seconds_per_trial": per_trial,
        "seconds_left": None if per_trial is None else left * per_trial / workers,
    }


def _told(plan: Plan, step: Planned) -> list[Any]:
    if step.fingerprint is None:
        return []
    return read_trials(plan.results.store.folder("search", step.fingerprint))


def _seconds_per_trial(told: list[Any], latest: Path | None) -> float | None:
    """From the trials of this search, else from the newest run of the recipe."""
    fitted = [trial.seconds for trial in told if trial.same_as is None]
    if fitted:
        return sum(fitted) / len(fitted)
    path = latest / "leaderboard.json" if latest else None
    if path is None or not path.is_file():
        return None
    rows: list[Mapping[str, Any]] = read_json(path)
    trials = sum(row["trials"] for row in rows)
    return sum(row["seconds"] for row in rows) / trials if trials else None
