"""Metrics: rows of ``catalogue.yaml``, each naming a function that scores predictions.

Neither listing the metrics that fit a task nor checking a recipe imports numpy or scikit-learn;
the functions themselves are numpy alone, as the search calls them for every trial and fold.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine import catalogue
from engine.contracts import Metric, Task
from engine.errors import NotFoundError
from engine.recipe.metric.asked import Asked
from engine.recipe.metric.asked import fitting as fitting
from engine.recipe.metric.asked import recorded as recorded
from engine.recipe.metric.read import RefusedError, read

TAKES_PARAMETERS = True
_PRIMARY: dict[Task, str] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def load(name: str) -> Metric:
    """Return the metric called ``name``, which may hold parameters, or be a sum by weight.

    Raises
    ------
    engine.errors.NotFoundError
        If the catalogue has no such metric, or it takes no such parameters.

    >>> load("precision_at_10%").parameters
    {'share': 0.1}
    """
    try:
        return _made(read(name))
    except RefusedError as refusal:
        raise NotFoundError(*(fault for _, fault in refusal.found)) from None


def _made(asked: Asked) -> Metric:
    row = asked.row
    if "function" not in row:  # an installed one: it is a metric already
        found: Metric = catalogue.find("metrics", asked.entry)
        return replace(found, name=asked.name, parameters=asked.parameters)
    module = importlib.import_module(f"engine.metrics.{_module(row)}")
    parts = [(weight, _made(part)) for weight, part in asked.parts]
    metric = Metric(
        name=asked.name,
        about=row["about"],
        tasks=asked.tasks,
        needs=row["needs"],
        maximize=asked.maximize,
        lowest=float(row["lowest"]),
        highest=float(row["highest"]),
        function=getattr(module, row["function"]),
        parameters={"parts": tuple(parts)} if parts else asked.parameters,
        least_rows=asked.least_rows,
    )
    finish = getattr(module, row["finish"]) if "finish" in row else None
    return finish(metric) if finish else metric


def _module(row: Mapping[str, Any]) -> str:
    default = "regression" if "regression" in row["tasks"] else "classification"
    return str(row.get("module", default))


def primary(task: Task) -> str:
    """Return the metric that is optimised where the recipe names none.

    >>> primary("multiclass")
    'log_loss'
    """
    return _PRIMARY[task]
