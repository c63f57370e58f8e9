"""Pack what leaves training into a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.bundle import profile, write
from engine.bundle.input import Contract
from engine.contracts import Index, Listener
from engine.estimators.carried import positions
from engine.recipe.schema import Recipe
from engine.steps import pages, refit
from engine.steps.assemble import Assembled
from engine.steps.evaluate import Evaluated
from engine.steps.limited import Refitted
from engine.steps.split import Split

ABOUT = "pack the fitted pipeline, its input contract and its scores"
MAKES = "the bundle"
READS = ("name", "problem", "evaluation.final_rows", "data.id", "data.unseen", "data.target")
NEEDS = ("load", "split", "assemble", "refit", "evaluate")
LIBRARIES = ("skops",)
GOLDEN = 20


@dataclass(frozen=True)
class Packed:
    """Where the bundle lies."""

    folder: Path


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Packed:
    """Write the bundle; with ``final_rows: all`` the pipeline is fitted once more on all rows."""
    split: Split = inputs["split"]
    assembled: Assembled = inputs["assemble"]
    rows = split.recent(split.train)
    fitted = inputs["refit"]
    if recipe.evaluation.final_rows == "all":
        rows = split.recent(np.sort(np.concatenate([split.train, split.holdout, split.aside])))
        fitted = refit.fit(recipe, inputs, rows)
    contents = write.Contents(
        pipeline=fitted.pipeline,
        contract=_contract(recipe, assembled.contract, fitted.pipeline),
        task=split.target.task,
        target=recipe.data.target,
        id=recipe.data.id,
        classes=split.target.classes,
        family=fitted.members[0].trial.candidate.family,
        final=_final(fitted.within(inputs["choose"])),
        scores=_scores(inputs["evaluate"]),
        recipe=getattr(inputs, "tree", None) or recipe.model_dump(mode="json", exclude_none=True),
        profile=profile.profile(
            assembled.numbers[pages.looked_at(recipe, assembled, rows)], assembled.contract
        ),
        golden=inputs["load"].raw(_golden(rows)),
        saved=fitted.saved,
    )
    write.write(contents, folder / "bundle")
    return Packed(folder / "bundle")


def _contract(recipe: Recipe, contract: Contract, fitted: Any) -> Contract:
    """Ask later rows for their group only where a feature that looks back goes by it."""
    used = positions(fitted)
    columns = tuple(
        replace(column, role="unused") if column.role == "group" and at not in used else column
        for at, column in enumerate(contract.columns)
    )
    return replace(contract, columns=columns, unseen=recipe.data.unseen)


def _final(fitted: Refitted) -> dict[str, Any]:
    """Say what came out of the search: its kind, models and members."""
    members = [
        {"family": one.trial.candidate.family, "trial": one.trial.index, "weight": one.weight}
        for one in fitted.members
    ]
    return {"kind": fitted.kind, "models": fitted.models, "members": members}


def _golden(rows: Index) -> Index:
    """A few rows, evenly spread, whose predictions travel with the bundle."""
    places = np.unique(np.linspace(0, len(rows) - 1, min(GOLDEN, len(rows))).astype(np.intp))
    golden: Index = rows[places]
    return golden


def _scores(evaluated: Evaluated) -> dict[str, Any]:
    return {
        "metric": evaluated.metric,
        "cv": evaluated.cv,
        "holdout": evaluated.holdout,
        "optimistic": evaluated.optimistic,
        "random_order": evaluated.random_order,
    }


def load(recipe: Recipe, folder: Path) -> Packed:
    """Return the bundle of an earlier run."""
    return Packed(folder / "bundle")
