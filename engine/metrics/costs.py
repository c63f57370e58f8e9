"""Metrics that know the classes by name: costs of mistakes, and classes in an order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.catalogue import unknown
from engine.contracts import Metric
from engine.errors import Fault, RecipeError
from engine.metrics import classification
from engine.metrics.checked import UndefinedError, scored
from engine.recipe.metric.values import label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Predicted

    Costs = tuple[tuple[float, ...], ...]

MOST_NAMED = 3


@scored
def cost(
    truth: NDArray[Any], predicted: Predicted, classes: int, *,
    costs: Costs | None = None, **_: Any,
) -> float:  # fmt: skip
    """Mean over the rows of ``costs[true class][predicted class]``."""
    table = classification.confusion(truth, predicted, classes or len(costs or ()))
    if costs is None or len(costs) != len(table):
        raise UndefinedError
    return float((table * np.asarray(costs)).sum() / table.sum())


def priced(metric: Metric) -> Metric:
    """Give a cost metric its range, and costs by code where they name no classes."""
    given = metric.parameters
    if "matrix" in given:
        known = [cost for costs in given["matrix"].values() for cost in costs.values()]
        known += [0.0, given.get("otherwise", 0.0)]
        return replace(metric, lowest=min(known), highest=max(known), bind=_by_class)
    costs = tuple(
        tuple(given.get(key, 0.0) for key in pair)
        for pair in (("true_negative", "false_positive"), ("false_negative", "true_positive"))
    )
    flat = [cost for pair in costs for cost in pair]
    return replace(metric, lowest=min(flat), highest=max(flat), parameters={"costs": costs})


def _by_class(metric: Metric, labels: tuple[Any, ...]) -> Metric:
    """Return the metric with costs by code."""
    matrix, names = metric.parameters["matrix"], [label(one) for one in labels]
    used = {*matrix, *(name for costs in matrix.values() for name in costs)}
    _refuse_strays(metric, used, names)
    other = metric.parameters.get("otherwise")
    missing = [
        f"{true} taken for {called}"
        for true in names
        for called in names
        if true != called and other is None and called not in matrix.get(true, {})
    ]
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        message = f"the cost matrix lacks the cost of {', '.join(missing[:MOST_NAMED])}{more}"
        raise RecipeError(Fault(message, hint="add it, or the cost of any other: otherwise: 1"))
    costs = tuple(
        tuple(
            matrix.get(true, {}).get(called, 0.0 if true == called else other) for called in names
        )
        for true in names
    )
    return replace(metric, parameters={"costs": costs}, bind=None)


def _refuse_strays(metric: Metric, used: set[str], names: list[str]) -> None:
    strays = sorted(used - set(names))
    if strays:
        faults = [unknown("class", name, names) for name in strays[:MOST_NAMED]]
        raise RecipeError(
            *(Fault(f"{metric.name}: {f.message} in the target", hint=f.hint) for f in faults)
        )


@scored
def weighted_kappa(
    truth: NDArray[Any], predicted: Predicted, classes: int, *,
    weights: str, order: tuple[Any, ...] | None = None,
) -> float:  # fmt: skip
    """1 - observed over expected disagreement, by how far classes are apart (Cohen 1968)."""
    table = classification.several(classification.confusion(truth, predicted, classes))
    if order is not None:
        if len(order) != len(table) or isinstance(order[0], str):
            raise UndefinedError
        table = table[np.ix_(order, order)]
    place = np.arange(len(table))
    apart = np.abs(place[:, None] - place[None, :])
    apart = apart if weights == "linear" else apart**2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(1 - (apart * table).sum() / (apart * expected).sum())


def ordered(metric: Metric) -> Metric:
    """Let a metric look at the order of the classes."""
    return replace(metric, bind=_in_order)


def _in_order(metric: Metric, labels: tuple[Any, ...]) -> Metric:
    """Take the order that is given, or that of numbers."""
    order: tuple[str, ...] | None = metric.parameters.get("order")
    names = [label(one) for one in labels]
    if order is None:
        if any(isinstance(one, str) for one in labels):
            message = f"{metric.name} asks how far classes are apart, and texts have no order"
            hint = f"give it, from the lowest: order: [{', '.join(names)}]"
            raise RecipeError(Fault(message, hint=hint))
        return replace(metric, bind=None)
    _refuse_strays(metric, set(order), names)
    left = [name for name in names if name not in order]
    if left:
        message = f"{metric.name}: the order lacks the class {left[0]}"
        raise RecipeError(Fault(message, hint=f"the classes are {', '.join(names)}"))
    places = tuple(names.index(name) for name in order)
    return replace(metric, parameters={**metric.parameters, "order": places}, bind=None)


@scored
def top_k_accuracy(truth: NDArray[Any], predicted: Predicted, classes: int, *, k: int) -> float:
    """Share of rows whose class is one of the ``k`` most probable."""
    return classification.within_top(truth, predicted, classes, k)


def among(metric: Metric) -> Metric:
    """Refuse a ``k`` that leaves no class out."""
    return replace(metric, bind=_fewer)


def _fewer(metric: Metric, labels: tuple[Any, ...]) -> Metric:
    k = metric.parameters["k"]
    if k >= len(labels):
        message = f"{metric.name} is always 1, as the target has {len(labels)} classes"
        raise RecipeError(Fault(message, hint=f"k is at most {len(labels) - 1}"))
    return replace(metric, bind=None)
