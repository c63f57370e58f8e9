"""XGBoost: categories by their codes, missing values as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from numpy.typing import NDArray
from sklearn.base import clone

from engine.estimators import clock
from engine.estimators.boosters import kept
from engine.estimators.boosters.shape import Asked, Rows
from engine.estimators.paged import Paged

WATCHES_ITSELF = False


def fit(estimator: Any, rows: Rows, watch: Rows | None, asked: Asked) -> Any:
    """Fit a clone of an XGBClassifier or XGBRegressor."""
    kinds = ["c"] * asked.categories + ["q"] * (rows.X.shape[1] - asked.categories)
    booster = clone(estimator).set_params(feature_types=kinds, enable_categorical=True)
    if asked.signs:
        booster.set_params(monotone_constraints=f"({','.join(map(str, asked.signs))})")
    if watch is not None:
        booster.set_params(early_stopping_rounds=asked.rounds)
    if isinstance(rows.X, Paged) and rows.X.cluster is not None:
        from engine.estimators.boosters import together  # noqa: PLC0415 - Dask is an extra

        return together.fit(booster, rows, watch, asked)
    watched = {} if watch is None else _watched(watch)
    with _matrices(booster, rows, watch), _in_time(booster):
        booster.fit(rows.X, rows.y, sample_weight=rows.weight, **watched)
    return _on_any_machine(booster)


def _watched(watch: Rows) -> dict[str, Any]:
    weights = None if watch.weight is None else [watch.weight]
    return {"eval_set": [(watch.X, watch.y)], "sample_weight_eval_set": weights, "verbose": False}


@contextmanager
def _in_time(booster: Any) -> Iterator[None]:
    """Let a fit stop when its time is up; what is kept of it knows of no clock."""
    if not clock.is_set():
        yield
        return
    from xgboost.callback import TrainingCallback  # noqa: PLC0415 - xgboost takes seconds

    class Clock(TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            return clock.is_over()

    booster.set_params(callbacks=[Clock()])
    try:
        yield
    finally:
        booster.set_params(callbacks=None)


def _matrices(booster: Any, rows: Rows, watch: Rows | None) -> AbstractContextManager[None]:
    """Let a fit make its matrices of pages on disk, or take those of an earlier one."""
    if isinstance(rows.X, Paged):
        from engine.estimators.boosters import paging  # noqa: PLC0415 - xgboost takes seconds

        return paging.matrices_on_disk(booster, rows.X)
    return _matrices_kept(booster, rows, watch)


def _on_any_machine(fitted: Any) -> Any:
    """Let what was fitted on a GPU predict without one: a bundle is served anywhere."""
    if fitted.device not in (None, "cpu"):
        fitted.set_params(device="cpu")
        fitted.get_booster().set_param({"device": "cpu"})
    return fitted


@contextmanager
def _matrices_kept(booster: Any, rows: Rows, watch: Rows | None) -> Iterator[None]:
    """Let a fit take the matrices that an earlier one has made of the same rows.

    XGBoost has no public way to hand a matrix to its scikit-learn estimators; they make it by a
    method of their own, which is stood in for while they fit.
    """
    make = booster._create_dmatrix

    def matrix(ref: Any, **given: Any) -> Any:
        part = rows if ref is None else watch
        if part is None or part.base is None:
            return make(ref=ref, **given)
        key = (_bins(booster, rows), part.at, kept.digest(part.y, part.weight), ref is None)
        return kept.made(part.base, key, lambda: make(ref=ref, **given))

    booster._create_dmatrix = matrix
    try:
        yield
    finally:
        del booster._create_dmatrix


def _bins(booster: Any, rows: Rows) -> tuple[Any, ...]:
    """Return all that the bins of a matrix depend on, besides its own rows."""
    given = booster.get_params()
    names = ("tree_method", "booster", "device", "max_bin", "missing", "n_jobs")
    columns = "".join(given["feature_types"])
    return (*(str(given[name]) for name in names), columns, rows.at, kept.digest(rows.weight))


def most(estimator: Any) -> int | None:
    """Return the number of rounds that it was given."""
    return int(estimator.get_num_boosting_rounds())


def rounds(fitted: Any) -> int | None:
    """Return the best number of rounds, or all of them where none was watched."""
    if fitted.early_stopping_rounds is None:
        return int(fitted.get_booster().num_boosted_rounds())
    return int(fitted.best_iteration) + 1


def predict(fitted: Any, X: NDArray[Any], asked: Asked) -> NDArray[Any]:
    """Predict with the best number of rounds."""
    found: NDArray[Any] = fitted.predict_proba(X) if asked.classes else fitted.predict(X)
    return found
