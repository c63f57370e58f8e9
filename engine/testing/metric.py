"""What every metric must keep; ``CHECKS`` are called with the name of a catalogue entry."""

from __future__ import annotations

import math
import pickle
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import catalogue, metrics
from engine.contracts import Metric, Predicted
from engine.errors import NotFoundError
from engine.recipe.metric.read import read

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CLASSES = {"binary": 2, "multiclass": 4, "regression": 0}
_SEEDS = range(5)


def example(task: str, rows: int = 200, seed: int = 0) -> tuple[NDArray[Any], Predicted, int]:
    """Return truth, predictions that are better than chance, and the number of classes."""
    random, classes = np.random.default_rng(seed), _CLASSES[task]
    if not classes:
        truth = random.gamma(2, 3, rows) + 1
        return truth, Predicted(truth * random.lognormal(0, 0.3, rows)), 0
    truth = random.permutation(np.arange(rows) % classes)
    chances = (1 + np.eye(classes)[truth]) / (1 + classes)
    table = random.multinomial(16, chances) / 16  # with ties, and exact in float32 too
    return truth, Predicted(table.argmax(axis=1), table), classes


def perfect(truth: NDArray[Any], classes: int) -> Predicted:
    """Return predictions that are right, and sure of it."""
    return Predicted(truth, np.eye(classes)[truth] if classes else None)


def written(name: str) -> list[str]:
    """Return the names under which an entry is tried: itself, or with the row's parameters."""
    return list(catalogue.rows("metrics")[name].get("examples", [name]))


def check_row(name: str) -> None:
    """The metric is what its row says."""
    row = catalogue.rows("metrics")[name]
    assert row["about"].endswith(".")
    assert row["direction"] in {"maximize", "minimize"}
    assert bool(row.get("parameters")) == ("examples" in row)
    assert all(one["about"].endswith(".") for one in row.get("parameters", {}).values())
    for metric in map(_metric, written(name)):
        assert metric.tasks
        assert set(metric.tasks) <= set(row["tasks"]) <= set(_CLASSES)
        assert metric.needs in {"value", "probability", "ranking"}
        assert metric.lowest < metric.highest
        assert all(name in metrics.fitting(task) for task in metric.tasks)


def check_name(name: str) -> None:
    """It is found again by its name, which a file or the command line may hold."""
    for text in written(name):
        metric = _metric(text)
        assert read(metric.name) == read(text)
        assert _metric(metric.name) == metric
        assert metric.name.isprintable()


def check_asked_for(name: str) -> None:
    """What needs a parameter is refused without it, and never recorded unasked."""
    row = catalogue.rows("metrics")[name]
    if name in written(name):
        assert _metric(name).name == name
        return
    for task in row["tasks"]:
        assert name not in metrics.recorded(task)
    try:
        _metric(name)
    except NotFoundError:
        return
    raise AssertionError(f"{name} needs no parameter, and its row has no example without")


def check_bounds(name: str) -> None:
    """Scores are finite and lie between the lowest and the highest."""
    for metric, truth, predicted, classes in _examples(name):
        score = metric(truth, predicted, classes)
        assert type(score) is float
        assert math.isfinite(score)
        assert metric.lowest <= score <= metric.highest


def check_perfect(name: str) -> None:
    """What is right and sure scores best, and better than what has nothing to do with the rows."""
    for metric, truth, predicted, classes in _examples(name):
        best = metric(truth, perfect(truth, classes), classes)
        goal = metric.highest if metric.maximize else metric.lowest
        assert math.isinf(goal) or math.isclose(best, goal, abs_tol=1e-12)
        assert metric.loss(best) <= metric.loss(metric(truth, predicted, classes))
        assert metric.loss(best) < metric.loss(metric(truth, _shuffled(predicted), classes))


def check_direction(name: str) -> None:
    """What becomes right and sure in half of the rows does not score worse."""
    for metric, truth, predicted, classes in _examples(name):
        right, half = perfect(truth, classes), np.arange(len(truth)) % 2 == 0
        value = np.where(half, right.value, predicted.value)
        table = None
        if predicted.probability is not None and right.probability is not None:
            table = np.where(half[:, None], right.probability, predicted.probability)
        better = metric(truth, Predicted(value, table), classes)
        assert metric.loss(better) <= metric.loss(metric(truth, predicted, classes)) + 1e-12


def check_ranking(name: str) -> None:
    """Where the ranking alone is looked at, scores may be stretched."""
    for metric, truth, predicted, classes in _examples(name):
        if metric.needs == "ranking":
            assert predicted.probability is not None
            stretched = replace(predicted, probability=predicted.probability**3 / 2)
            score = metric(truth, predicted, classes)
            assert math.isclose(metric(truth, stretched, classes), score, rel_tol=1e-9)


def check_least_rows(name: str) -> None:
    """Fewer rows than it looks at have no score."""
    for metric, truth, predicted, classes in _examples(name):
        few = slice(metric.least_rows - 1)
        table = None if predicted.probability is None else predicted.probability[few]
        assert math.isnan(metric(truth[few], Predicted(predicted.value[few], table), classes))


def check_order_of_rows(name: str) -> None:
    """The order of rows has no say."""
    for metric, truth, predicted, classes in _examples(name):
        shuffled = metric(truth[_order(len(truth))], _shuffled(predicted), classes)
        assert math.isclose(shuffled, metric(truth, predicted, classes), rel_tol=1e-9)


def check_needs(name: str) -> None:
    """It looks at what it says it needs, and at nothing else."""
    for metric, truth, predicted, classes in _examples(name):
        score = metric(truth, predicted, classes)
        if "parts" in metric.parameters:  # each of them keeps the promise
            continue
        if metric.needs == "value":
            assert metric(truth, replace(predicted, probability=None), classes) == score
        else:
            assert metric(truth, replace(predicted, value=predicted.value[:0]), classes) == score
            assert math.isnan(metric(truth, replace(predicted, probability=None), classes))


def check_narrow_numbers(name: str) -> None:
    """Predictions in float32, as they are stored, score alike."""
    for metric, truth, predicted, classes in _examples(name):
        value, table = predicted.value, predicted.probability
        narrow = replace(
            predicted,
            value=value if classes else value.astype(np.float32),
            probability=None if table is None else table.astype(np.float32),
        )
        score = metric(truth, predicted, classes)
        assert math.isclose(metric(truth, narrow, classes), score, rel_tol=1e-4)


def check_undefined(name: str) -> None:
    """No rows, shapes that do not fit, and what is not finite give nan, and no warning."""
    for metric, truth, predicted, classes in _examples(name):
        for known, guessed in _broken(truth, predicted):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert math.isnan(metric(known, guessed, classes))


def check_travels(name: str) -> None:
    """It can be sent to another process."""
    for metric in map(_metric, written(name)):
        assert pickle.loads(pickle.dumps(metric)) == metric  # noqa: S301 - our own, in memory


CHECKS = (
    check_row,
    check_name,
    check_asked_for,
    check_bounds,
    check_perfect,
    check_direction,
    check_ranking,
    check_least_rows,
    check_order_of_rows,
    check_needs,
    check_narrow_numbers,
    check_undefined,
    check_travels,
)


def _metric(name: str) -> Metric:
    found: Metric = catalogue.find("metrics", name)
    return found


def _examples(name: str) -> Iterator[tuple[Metric, NDArray[Any], Predicted, int]]:
    for metric in map(_metric, written(name)):
        for task in metric.tasks:
            bound = metric.bound(tuple(range(_CLASSES[task])))
            for seed in _SEEDS:
                yield bound, *example(task, seed=seed)


def _order(rows: int) -> NDArray[np.intp]:
    return np.random.default_rng(1).permutation(rows)


def _shuffled(predicted: Predicted) -> Predicted:
    order, table = _order(len(predicted.value)), predicted.probability
    return Predicted(predicted.value[order], None if table is None else table[order])


def _broken(truth: NDArray[Any], predicted: Predicted) -> Iterator[tuple[NDArray[Any], Predicted]]:
    value, table = predicted.value, predicted.probability
    yield truth[:0], Predicted(value[:0], None if table is None else table[:0])
    yield truth[:-1], predicted
    yield truth, Predicted(value[:-1], None if table is None else table[:-1])
    yield truth[:, None], predicted
    yield np.array(["a"] * len(truth)), predicted
    for wrong in (np.nan, np.inf):
        spoilt = value.astype(np.float64)
        spoilt[3] = wrong
        yield truth, Predicted(spoilt, None if table is None else np.full_like(table, wrong))
