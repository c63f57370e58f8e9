"""The steps of a block as one unfitted transformer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.pipeline import Pipeline

from engine import catalogue
from engine.bundle.column import Column
from engine.estimators.dense import Dense
from engine.recipe import steps
from engine.steps.automatic import MOST_APART
from engine.steps.suits import MOST_LEVELS
from engine.steps.treatment import Treatment
from engine.transforms import Surroundings

Params = Mapping[str, Any]
WIDE = 1_000  # columns


def chain(treatment: Treatment, around: Surroundings) -> Any:
    """Return the transformer of a treatment; sparse matrices are filled where the next step,
    or the family, does not read them.
    """  # noqa: D205 - one sentence
    parts: list[tuple[str, Any]] = []
    sparse, giver = False, ""
    for number, (name, option, params) in enumerate(treatment.steps):
        row = steps.entry(name, option)
        if sparse and row.get("sparse") != "takes":
            parts.append((f"{number}. {giver}", Dense()))
        if option == "onehot":
            params = _laid_out(treatment.columns, params)
        made = catalogue.find("transforms", name)(option, params, around)
        parts.append((f"{number} {option or name}", made))
        gives = row.get("sparse") == "gives" or params.get("sparse_output") is True
        giver = option or name if gives else giver
        sparse = gives or (sparse and _keeps_sparse(name))
    if sparse and not treatment.sparse:
        parts.append((f"filled {giver}", Dense()))
    if not parts:
        return "passthrough"
    return parts[0][1] if len(parts) == 1 else Pipeline(parts)


def _laid_out(columns: Sequence[Column], given: Params) -> Params:
    """Let a column for each level be a sparse matrix where there may be many.

    A dense one is quicker where there are few, and some solvers differ between the two.
    """
    most = given.get("max_categories", MOST_APART)
    cap = most if isinstance(most, int) else math.inf
    width = sum(min(len(column.levels) or MOST_LEVELS, cap) for column in columns)
    return {"sparse_output": True, **given} if width > WIDE else given


def _keeps_sparse(name: str) -> bool:
    """Whether a step that takes a sparse matrix gives one; fewer columns by SVD are dense."""
    return name != "reduce"
