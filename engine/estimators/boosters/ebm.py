"""Explainable boosting machines: a sum of curves and maps, kept as arrays alone.

What is fitted is one table of scores for each column, and for some pairs of columns. A prediction
looks each value up and adds: it needs numpy, and not the library.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from engine.estimators.boosters.shape import Asked, Rows

WATCHES_ITSELF = True  # each of several fits on its own share of the rows, and watches the others
MISSING = 0  # the first place of each table; the last is for values never seen
PICTURES = "Missing values detected|For multiclass we cannot"
SKIPPED = 0.15  # of the rows, in each of several fits that all watch the same rows


def fit(estimator: Any, rows: Rows, watch: Rows | None, asked: Asked) -> dict[str, Any]:
    """Fit an explainable boosting machine with these parameters, and return its tables."""
    from interpret import glassbox  # noqa: PLC0415 - an extra, imported where it is used

    kinds = ["nominal"] * asked.categories
    kinds += ["continuous"] * (rows.X.shape[1] - asked.categories)
    made = getattr(glassbox, f"ExplainableBoosting{'Classifier' if asked.classes else 'Regressor'}")
    stopping = {"early_stopping_rounds": asked.rounds} if asked.rounds else {}
    constrained = {"monotone_constraints": list(asked.signs)} if asked.signs else {}
    machine = made(**{**estimator, **stopping, **constrained, "feature_types": kinds})
    bags = None
    if watch is not None:
        bags = _bags(len(rows.y), len(watch.y), machine.outer_bags, asked.seed)
        rows = rows.with_(watch)
    with warnings.catch_warnings():  # of pictures that we do not draw
        warnings.filterwarnings("ignore", PICTURES, UserWarning)
        machine.fit(rows.X, rows.y, sample_weight=rows.weight, bags=bags)
    return _tables(machine)


def _bags(fitted: int, watched: int, count: int, seed: int) -> NDArray[np.int8]:
    """Say for each row and each of several fits: 1 is fitted, -1 watched, 0 left out."""
    random = np.random.default_rng(seed)
    own = (random.random((fitted, count)) >= SKIPPED).astype(np.int8)
    return np.vstack([own, np.full((watched, count), -1, dtype=np.int8)])


def _tables(machine: Any) -> dict[str, Any]:
    return {
        "intercept": np.atleast_1d(np.asarray(machine.intercept_, dtype=np.float64)),
        "scores": [np.asarray(table) for table in machine.term_scores_],
        "columns": [list(map(int, columns)) for columns in machine.term_features_],
        "cuts": [[_cuts(level) for level in levels] for levels in machine.bins_],
        "link": str(machine.link_),
    }


def _cuts(level: Any) -> dict[str, Any]:
    """Where a column is cut; of categories, their codes and which place each has."""
    if not isinstance(level, dict):
        return {"cuts": np.asarray(level, dtype=np.float64)}
    codes = np.array([float(code) for code in level])
    order = np.argsort(codes)
    return {"codes": codes[order], "places": np.array(list(level.values()), dtype=np.intp)[order]}


def most(estimator: Any) -> int | None:
    """Each of several fits counts by itself."""
    return None


def rounds(fitted: dict[str, Any]) -> int | None:
    """Each of several fits stops by itself: a refit does the same again."""
    return None


def predict(fitted: dict[str, Any], X: NDArray[Any], asked: Asked) -> NDArray[Any]:
    """Look up and add."""
    total = np.zeros((len(X), len(fitted["intercept"]))) + fitted["intercept"]
    for columns, scores in zip(fitted["columns"], fitted["scores"], strict=True):
        ends = scores.shape[: len(columns)]
        places = tuple(
            _places(X[:, column], _level(fitted["cuts"][column], len(columns)), end)
            for column, end in zip(columns, ends, strict=True)
        )
        total += scores[places].reshape(len(X), -1)
    return _linked(total, fitted["link"])


def _level(levels: list[dict[str, Any]], columns: int) -> dict[str, Any]:
    """Pairs may be cut more coarsely than a column alone."""
    return levels[min(len(levels), columns) - 1]


def _places(values: NDArray[Any], level: dict[str, Any], end: int) -> NDArray[np.intp]:
    missing = np.isnan(values)
    if "cuts" in level:
        places = np.searchsorted(level["cuts"], values, side="right") + 1
    else:
        codes = level["codes"]
        nearest = np.clip(np.searchsorted(codes, values), 0, max(0, len(codes) - 1))
        known = codes[nearest] == values if len(codes) else np.zeros(len(values), dtype=bool)
        places = np.where(known, level["places"][nearest] if len(codes) else 0, end - 1)
    return np.where(missing, MISSING, places)


def _linked(total: NDArray[Any], link: str) -> NDArray[Any]:
    """From sums to probabilities, or values."""
    if link == "logit":
        positive = expit(total[:, 0])
        return np.column_stack([1 - positive, positive])
    if link == "mlogit":
        return np.asarray(softmax(total, axis=1))
    values = total[:, 0]
    return np.exp(values) if link == "log" else values
