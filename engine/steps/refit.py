"""Fit the best candidate on all training rows."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from engine.bundle import persist
from engine.contracts import Index, Listener
from engine.models import Setting
from engine.recipe.schema import Recipe
from engine.steps import devices, inner
from engine.steps.assemble import Assembled, pipeline
from engine.steps.cores import threads
from engine.steps.search import Searched
from engine.steps.split import Split
from engine.steps.warned import listening

ABOUT = "fit the best candidate on all training rows"
MAKES = "a fitted pipeline"
READS = ("seed",)
NEEDS = ("split", "assemble", "search:best")
LIBRARIES = ("scikit-learn", "numpy", "scipy")
FITS = True  # the libraries of the recipe's families count too


@dataclass(frozen=True)
class Refitted:
    """The fitted pipeline that is scored on the holdout, and what libraries warned of."""

    pipeline: Pipeline
    seconds: float
    warnings: tuple[str, ...] = ()


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Refitted:
    """Fit on the training rows, and save the pipeline."""
    split: Split = inputs["split"]
    refitted = fit(recipe, inputs, split.recent(split.train))
    persist.save_pipeline(refitted.pipeline, folder / "pipeline.skops")
    (folder / "seconds.txt").write_text(repr(refitted.seconds), "utf-8")
    (folder / "warnings.json").write_text(json.dumps(refitted.warnings), "utf-8")
    return refitted


def fit(recipe: Recipe, inputs: Mapping[str, Any], rows: Index) -> Refitted:
    """Fit the best candidate on the given rows of the source."""
    split: Split = inputs["split"]
    assembled: Assembled = inputs["assemble"]
    searched: Searched = inputs["search"]
    setting = Setting(
        bool(split.target.classes), recipe.seed, threads(recipe, 1, len(rows)), 0,
        searched.best.refit_rounds(), split.time is not None, rows=len(rows),
        device=devices.here(recipe),
    )  # fmt: skip
    unfitted = pipeline(recipe, searched.best.candidate, assembled.contract.columns, setting)
    begin = time.perf_counter()
    with listening() as found, threadpool_limits(setting.threads):
        X, y = assembled.take(rows), split.target.values[rows]
        weighed = inner.Weighed(recipe.model[searched.best.candidate.family], split, rows)
        inner.fit(unfitted["model"], unfitted["features"].fit_transform(X, y), y, weighed)
    return Refitted(unfitted, time.perf_counter() - begin, tuple(found))


def load(recipe: Recipe, folder: Path) -> Refitted:
    """Read a pipeline that was saved."""
    seconds = float((folder / "seconds.txt").read_text("utf-8"))
    warned = json.loads((folder / "warnings.json").read_text("utf-8"))
    return Refitted(persist.load_pipeline(folder / "pipeline.skops"), seconds, tuple(warned))
