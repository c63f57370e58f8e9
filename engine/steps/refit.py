"""Fit what was chosen: a candidate on all training rows, or several that predict together."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.bundle import persist
from engine.contracts import Index, Listener
from engine.recipe.schema import Recipe
from engine.search.record import read_trial, written
from engine.steps import cluster, wanted
from engine.steps.choose import Member
from engine.steps.learner import Learner
from engine.steps.limited import Fitting, Limits, Refitted, blended
from engine.steps.split import Split

ABOUT = "fit what was chosen on all training rows"
MAKES = wanted.fitted
READS = ("seed", "search.most_size")
NEEDS = ("split", "assemble", "choose:members")
LIBRARIES = ("scikit-learn", "numpy", "scipy")
FITS = True  # the libraries of the recipe's families count too


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Refitted:
    """Fit on the training rows, within what time and size allow, and save the pipeline.

    ``inputs.seconds_left`` is how long that may take; without it, as long as it takes.

    Raises
    ------
    SearchError
        If nothing that could come out is within ``search.most_size``.
    """
    split: Split = inputs["split"]
    rows = split.recent(split.train)
    limits = Limits(getattr(inputs, "seconds_left", None), recipe.search.most_size, folder)
    with cluster.shared(recipe) as workers:
        learner = Learner(recipe, split, inputs["assemble"], rows, workers)
        refitted = Fitting(learner, limits, listener).of(inputs["choose"])
    persist.save_pipeline(refitted.pipeline, folder / persist.NAME)
    _save(refitted, folder)
    return replace(refitted, saved=folder / persist.NAME)


def fit(recipe: Recipe, inputs: Mapping[str, Any], rows: Index) -> Refitted:
    """Fit on the given rows of the source what came out of the refit.

    A model of a fold learns from all of them but those that the fold was validated on.
    """
    done: Refitted = inputs["refit"]
    begin = time.perf_counter()
    with cluster.shared(recipe) as workers:
        learner = Learner(recipe, inputs["split"], inputs["assemble"], rows, workers)
        if done.kind == "bag":
            candidate = done.members[0].trial.candidate
            fitted = [learner.fitted_on_fold(candidate, number) for number in range(done.models)]
        else:
            fitted = [learner.fitted(member.trial) for member in done.members]
    classify = bool(inputs["split"].target.classes)
    weights = [1.0] * len(fitted) if done.kind == "bag" else [m.weight for m in done.members]
    made = blended(fitted, weights, classify)
    seconds = time.perf_counter() - begin
    return replace(done, pipeline=made, seconds=seconds, warnings=learner.warnings, saved=None)


def _save(refitted: Refitted, folder: Path) -> None:
    facts = {
        "seconds": refitted.seconds, "warnings": refitted.warnings, "kind": refitted.kind,
        "models": refitted.models,
        "members": [[json.loads(written(one.trial)), one.weight] for one in refitted.members],
    }  # fmt: skip
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")


def load(recipe: Recipe, folder: Path) -> Refitted:
    """Read a pipeline that was saved."""
    facts = json.loads((folder / "facts.json").read_text("utf-8"))
    members = tuple(Member(read_trial(trial), weight) for trial, weight in facts["members"])
    path = folder / persist.NAME
    return Refitted(
        persist.load_pipeline(path), facts["seconds"], tuple(facts["warnings"]), facts["kind"],
        members, facts["models"], path,
    )  # fmt: skip
