"""Metrics: rows of ``catalogue.yaml``, each naming a function that scores predictions.

Neither listing the metrics that fit a task nor checking a recipe imports numpy or scikit-learn;
the functions themselves are numpy alone, as the search calls them for every trial and fold.
"""

from __future__ import annotations

import importlib

from engine import catalogue
from engine.contracts import Metric, Task
from engine.errors import NotFoundError

_PRIMARY: dict[Task, str] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def load(name: str) -> Metric:
    """Return the metric called ``name``.

    Raises
    ------
    engine.errors.NotFoundError
        If the catalogue has no such metric; the nearest name is suggested.
    """
    rows = catalogue.rows("metrics")
    if name not in rows:
        raise NotFoundError(catalogue.unknown("metric", name, rows))
    row = rows[name]
    kind = "regression" if "regression" in row["tasks"] else "classification"
    return Metric(
        name=name,
        about=row["about"],
        tasks=tuple(row["tasks"]),
        needs=row["needs"],
        maximize=row["direction"] == "maximize",
        lowest=float(row["lowest"]),
        highest=float(row["highest"]),
        function=getattr(importlib.import_module(f"engine.metrics.{kind}"), row["function"]),
    )


def fitting(task: Task) -> list[str]:
    """Return the names of the metrics that have a meaning for ``task``, in catalogue order.

    >>> fitting("regression")[:2]
    ['rmse', 'mae']
    """
    return [name for name, row in catalogue.rows("metrics").items() if task in row["tasks"]]


def primary(task: Task) -> str:
    """Return the metric that is optimised where the recipe names none.

    >>> primary("multiclass")
    'log_loss'
    """
    return _PRIMARY[task]
