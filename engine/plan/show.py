"""A plan as a tree of plain values: what the command line prints, and ``--json`` gives."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.plan import computing, estimate
from engine.plan.build import Plan, Planned
from engine.plan.outputs import read_json
from engine.recipe.space import default
from engine.search.candidate import FamilySpace, Trial
from engine.search.draw import FEW, dimensions, space_size
from engine.search.record import read_trials
from engine.steps import cores, expect, fitting, inspect, load, monotone
from engine.steps.assemble import Assembled, spaces
from engine.steps.features import Step, treatments
from engine.steps.measures import metric_name, names
from engine.steps.split import Split

AS_ASKED = ("timeout", "final", "most_predict_seconds", "most_size")  # of `search`


def describe(plan: Plan, latest: Path | None) -> dict[str, Any]:
    """Describe a plan.

    Parameters
    ----------
    latest : Path, optional
        The newest run of the recipe, from whose times the duration is estimated.
    """
    split: Split = plan.results["split"]
    assembled: Assembled = plan.results["assemble"]
    recipe, left_out = fitting.suited(plan.recipe, split)
    plan = replace(plan, recipe=recipe)
    families = spaces(plan.recipe, bool(split.target.classes))
    search = next(step for step in plan.steps if step.name == "search")
    return {
        "recipe": plan.recipe.name,
        "question": plan.hidden.plainly("problem.question", plan.recipe.problem.question),
        "data": _data(plan, split),
        "steps": [step_tree(step) for step in plan.steps],
        "columns": _columns(assembled),
        "notices": [*_notices(plan), *left_out],
        "expectations": expect.summary(plan.results["expect"]),
        "findings": inspect.notices(plan.results["inspect"]),
        "treatments": {f.name: _treatments(f, assembled, plan) for f in families},
        "search": _search(plan, search, families, latest),
    }


def _notices(plan: Plan) -> list[str]:
    """What is told of the rows before anything is made of them."""
    found = [*load.notices(plan.results["load"]), *expect.notices(plan.results["expect"])]
    return [*found, *computing.notices(plan.recipe)]


def step_tree(step: Planned) -> dict[str, Any]:
    """Describe a step."""
    return {
        "name": step.name, "about": step.about, "needs": list(step.needs), "makes": step.makes,
        "state": step.state, "why": list(step.why), "fingerprint": step.fingerprint,
    }  # fmt: skip


def _data(plan: Plan, split: Split) -> dict[str, Any]:
    facts = read_json(plan.results.folder("load") / "facts.json")
    how = read_json(plan.results.folder("split") / "facts.json")
    classes = [str(label) for label in split.target.classes]
    return {
        "source": plan.hidden.plainly("data.source", load.asked(plan.recipe.data).name),
        "rows": facts["rows"],
        "read": facts["read"],
        "target": plan.recipe.data.target,
        "task": split.target.task,
        "because": split.target.reason,
        "classes": classes,
        "positive": classes[-1] if split.target.task == "binary" else None,
        "train": len(split.train),
        "holdout": len(split.holdout),
        "aside": len(split.aside),
        "folds": len(split.folds),
        "repeats": split.repeats,
        "sizes": [[len(fold.train), len(fold.valid)] for fold in split.folds],
        "split": split.how,
        "split_because": how["why"],
        "random_order": split.random_order,
        "metric": metric_name(plan.recipe, split.target),
        "objectives": names(plan.recipe, split.target),
    }


def _columns(assembled: Assembled) -> list[dict[str, Any]]:
    return [
        {"name": role.name, "kind": role.column.kind if role.column else None, "why": role.reason}
        for role in assembled.roles
    ]


def _treatments(family: FamilySpace, assembled: Assembled, plan: Plan) -> list[dict[str, Any]]:
    first = family.candidate(default)
    columns, row = assembled.contract.columns, plan.recipe.model[family.name]
    found = treatments(columns, first.features, row)
    found, _ = monotone.constrain(found, columns, family.name, row)
    if row.blind:
        return [{"label": "none", "columns": [], "steps": [], "why": "it looks at no column"}]
    return [
        {
            "label": treatment.label,
            "columns": [column.name for column in treatment.columns],
            "steps": [_worded(step) for step in treatment.steps],
            "why": treatment.why,
        }
        for treatment in found
    ]


def _worded(step: Step) -> str:
    """A step in words; columns that tell of missing values are told of too."""
    name, option, params = step
    marked = " + missing_indicator" if params.get(monotone.ADDS_COLUMNS) else ""
    return f"{name} {option}".strip() + marked


def _search(
    plan: Plan, step: Planned, families: list[FamilySpace], latest: Path | None
) -> dict[str, Any]:
    size = space_size(families)
    trials = int(min(plan.recipe.search.trials, size)) if size <= FEW else plan.recipe.search.trials
    told = _told(plan, step)
    done = min(len(told), trials) if step.state != "done" else trials
    split: Split = plan.results["split"]
    folds, names = len(split.folds), [family.name for family in families]
    return {
        "families": names,
        "compute": computing.describe(plan.recipe, names, len(split.train)),
        "ranges": dimensions(families),
        "candidates": size if math.isfinite(size) else None,
        "sampler": "grid" if size <= FEW else plan.recipe.search.sampler,
        "trials": trials,
        "fits": trials * folds,
        "fits_done": min(trials * folds, done * folds + _loose_units(plan, step, len(told))),
        **{key: getattr(plan.recipe.search, key) for key in AS_ASKED},
        **_time(plan, told, done, trials, latest),
    }


def _time(
    plan: Plan, told: list[Trial], done: int, trials: int, latest: Path | None
) -> dict[str, Any]:
    """Estimate what is left, and say what a fit of each family takes."""
    split: Split = plan.results["split"]
    folds, families = len(split.folds), list(plan.recipe.model)
    found = estimate.pace(told, folds, latest, len(split.train))
    if all(step.state != "to do" for step in plan.steps):
        return {"seconds_per_fit": found and dict(found.seconds), "seconds_left": 0.0}
    if found is None:
        return {"seconds_per_fit": None, "seconds_left": None}
    left = estimate.seconds_left(found, families, done, trials, folds)
    workers, _ = cores.shared(plan.recipe, len(split.train))
    left = min(left / (workers or 1), plan.recipe.search.timeout or math.inf)
    others = [s.name for s in plan.steps if s.state == "to do" and s.name != "search"]
    left += estimate.of_steps(latest, others)
    return {"seconds_per_fit": dict(found.seconds), "seconds_left": left}


def _told(plan: Plan, step: Planned) -> list[Trial]:
    if step.fingerprint is None:
        return []
    return read_trials(plan.results.store.folder("search", step.fingerprint))


def _loose_units(plan: Plan, step: Planned, told: int) -> int:
    """Count the fits that are done of trials that are not."""
    if step.fingerprint is None or step.state == "done":
        return 0
    units = plan.results.store.folder("search", step.fingerprint) / "units"
    return sum(int(path.name[:6]) >= told for path in units.glob("*.npz"))
