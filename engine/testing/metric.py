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


def check_row(name: str) -> None:
    """The metric is what its row says."""
    metric, row = _metric(name), catalogue.rows("metrics")[name]
    assert metric.name == name
    assert metric.about.endswith(".")
    assert set(metric.tasks) <= set(_CLASSES)
    assert metric.tasks
    assert metric.needs in {"value", "probability"}
    assert row["direction"] in {"maximize", "minimize"}
    assert metric.lowest < metric.highest
    assert all(name in metrics.fitting(task) for task in metric.tasks)  # type: ignore[arg-type]


def check_bounds(name: str) -> None:
    """Scores are finite and lie between the lowest and the highest."""
    for metric, truth, predicted, classes in _examples(name):
        score = metric(truth, predicted, classes)
        assert type(score) is float
        assert math.isfinite(score)
        assert metric.lowest <= score <= metric.highest


def check_perfect(name: str) -> None:
    """What is right and sure scores best, and better than what is not."""
    for metric, truth, predicted, classes in _examples(name):
        best = metric(truth, perfect(truth, classes), classes)
        goal = metric.highest if metric.maximize else metric.lowest
        assert math.isclose(best, goal, abs_tol=1e-12)
        assert metric.loss(best) < metric.loss(metric(truth, predicted, classes))


def check_order_of_rows(name: str) -> None:
    """The order of rows has no say."""
    for metric, truth, predicted, classes in _examples(name):
        order = np.random.default_rng(1).permutation(len(truth))
        table = None if predicted.probability is None else predicted.probability[order]
        shuffled = metric(truth[order], Predicted(predicted.value[order], table), classes)
        assert math.isclose(shuffled, metric(truth, predicted, classes), rel_tol=1e-9)


def check_needs(name: str) -> None:
    """It looks at what it says it needs, and at nothing else."""
    for metric, truth, predicted, classes in _examples(name):
        score = metric(truth, predicted, classes)
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
    metric = _metric(name)
    assert pickle.loads(pickle.dumps(metric)) == metric  # noqa: S301 - our own, in memory


CHECKS = (
    check_row,
    check_bounds,
    check_perfect,
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
    metric = _metric(name)
    for task in metric.tasks:
        for seed in _SEEDS:
            yield metric, *example(task, seed=seed)


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
