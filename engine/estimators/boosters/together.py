"""XGBoost on a cluster: each worker has a part of the rows, and all of them fit one model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xgboost import dask as workers

from engine.contracts import Index
from engine.estimators.boosters.shape import Asked, Rows


def fit(booster: Any, rows: Rows, watch: Rows | None, asked: Asked) -> Any:
    """Fit an estimator of XGBoost's, which was told all but the rows; it is returned.

    Its own ``fit`` knows of no cluster: what that makes of the parameters is made here.
    """
    params = booster.get_xgb_params()
    del params["n_jobs"]  # a worker uses the threads that it has
    if asked.classes > 2:
        params |= {"objective": "multi:softprob", "num_class": asked.classes}
    with rows.X.cluster.whole():
        train = _matrix(booster, rows)
        watched = [] if watch is None else [(_matrix(booster, watch, train), "validation_0")]
        found = workers.train(
            rows.X.cluster.client, params, train, booster.get_num_boosting_rounds(), evals=watched,
            early_stopping_rounds=booster.early_stopping_rounds, verbose_eval=False,
        )  # fmt: skip
    booster._Booster = found["booster"]
    booster._Booster.set_param({"nthread": booster.n_jobs})  # it predicts here
    booster.evals_result_ = found["history"]
    booster.objective = params["objective"]
    if asked.classes:
        booster.n_classes_ = asked.classes
    return booster


def _matrix(booster: Any, part: Rows, ref: Any = None) -> Any:
    """Give the workers their parts of the rows, one block after the other."""
    cluster = part.X.cluster
    places: list[Index] = []

    def columns() -> Iterator[NDArray[Any]]:
        for at, block in part.X.blocks(-(-len(part.y) // cluster.workers)):
            places.append(at)
            yield block

    X = cluster.array(columns())
    y = cluster.array(part.y[at].astype(np.float32) for at in places)
    weight = None
    if part.weight is not None:
        given = part.weight
        weight = cluster.array(given[at].astype(np.float32) for at in places)
    return workers.DaskQuantileDMatrix(
        cluster.client, X, y, weight=weight, feature_types=list(booster.feature_types),
        max_bin=booster.max_bin, enable_categorical=True, ref=ref,
    )  # fmt: skip
