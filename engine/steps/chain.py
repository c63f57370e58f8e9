"""The steps of a block as one unfitted transformer."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline

from engine import catalogue
from engine.estimators.dense import Dense
from engine.recipe import steps
from engine.steps.treatment import Treatment
from engine.transforms import Surroundings


def chain(treatment: Treatment, around: Surroundings) -> Any:
    """Return the transformer of a treatment; sparse matrices are filled where the next step,
    or the family, does not read them.
    """  # noqa: D205 - one sentence
    parts: list[tuple[str, Any]] = []
    sparse = False
    for number, (name, option, params) in enumerate(treatment.steps):
        row = steps.entry(name, option)
        if sparse and row.get("sparse") != "takes":
            parts.append((f"{number} dense", Dense()))
        made = catalogue.find("transforms", name)(option, params, around)
        parts.append((f"{number} {option or name}", made))
        sparse = row.get("sparse") == "gives" or (sparse and _keeps_sparse(name))
    if sparse and not treatment.sparse:
        parts.append(("dense", Dense()))
    if not parts:
        return "passthrough"
    return parts[0][1] if len(parts) == 1 else Pipeline(parts)


def _keeps_sparse(name: str) -> bool:
    """Whether a step that takes a sparse matrix gives one; fewer columns by SVD are dense."""
    return name != "reduce"
