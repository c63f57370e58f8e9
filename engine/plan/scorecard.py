"""The scorecard: what came of a run, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.recipe.schema import Recipe
from engine.steps import expect, inspect
from engine.steps.evaluate import Evaluated
from engine.steps.load import Read
from engine.steps.split import Split


def scorecard(
    recipe: Recipe, results: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the scorecard of a run.

    Parameters
    ----------
    results : mapping
        Of the steps, by name.
    facts : mapping
        ``question``, ``owner``, ``seconds``, ``step_seconds``, ``data`` and ``provenance``.
    """
    evaluated: Evaluated = results["evaluate"]
    split: Split = results["split"]
    dataset: Read = results["load"]
    out = evaluated.chosen
    leader = out.get("leader", out)
    return {
        "recipe": recipe.name,
        "question": facts["question"],
        "owner": facts["owner"],
        "task": split.target.task,
        "classes": [str(label) for label in split.target.classes],
        "metric": evaluated.metric,
        "optimistic": evaluated.optimistic,
        "random_order": evaluated.random_order,
        "family": leader["family"],
        "trial": leader["trial"],
        "values": leader["values"],
        "came_out": _called(out),
        "members": out.get("members", []),
        "cv": evaluated.cv,
        "holdout": evaluated.holdout,
        "rows": {
            "train": len(split.train),
            "holdout": len(split.holdout),
            "aside": len(split.aside),
        },
        "dataset": {"read": dataset.facts.read, "removed": dict(dataset.facts.removed)},
        "split": split.how,
        "expectations": expect.summary(results["expect"]),
        "findings": inspect.notices(results["inspect"]),
        "measured": out["measured"],
        "trials": len(results["search"].trials),
        "final_rows": recipe.evaluation.final_rows,
        **{key: facts[key] for key in ("seconds", "step_seconds", "data", "provenance")},
    }


def _called(row: Mapping[str, Any]) -> str:
    """Say in a few words what came out."""
    if "members" not in row:
        return str(row["family"])
    of = row["leader"]["family"] if row["family"] == "bag" else row["models"]
    return f"{row['family']} of {of}"
