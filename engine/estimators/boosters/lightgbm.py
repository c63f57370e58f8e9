"""LightGBM: categories by their codes, missing values as they are."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray
from sklearn.base import clone

from engine.estimators import clock
from engine.estimators.boosters.shape import Asked, Rows

WATCHES_ITSELF = False


def fit(estimator: Any, rows: Rows, watch: Rows | None, asked: Asked) -> Any:
    """Fit a clone of an LGBMClassifier or LGBMRegressor."""
    booster = clone(estimator)
    if asked.signs:
        booster.set_params(monotone_constraints=list(asked.signs))
    watched: dict[str, Any] = {"callbacks": [_Clock()]} if clock.is_set() else {}
    if watch is not None:
        booster.set_params(early_stopping_round=asked.rounds)
        weights = None if watch.weight is None else [watch.weight]
        watched |= {"eval_X": watch.X, "eval_y": watch.y, "eval_sample_weight": weights}
    positions = list(range(asked.categories))
    booster.fit(rows.X, rows.y, sample_weight=rows.weight, categorical_feature=positions, **watched)
    if booster.get_params().get("device_type", "cpu") != "cpu":
        booster.set_params(device_type="cpu")  # it predicts on any machine, and says so
    return booster


class _Clock:
    """Stops a fit when its time is up, at the best round so far where rows are watched."""

    before_iteration = False
    order = 40  # after those of the library, which take note of every round

    def __init__(self) -> None:
        self.best = 0
        self.score = -math.inf

    def __call__(self, now: Any) -> None:
        if not now.evaluation_result_list:
            self.best = now.iteration
        for *_, value, higher_is_better in now.evaluation_result_list[:1]:
            score = value if higher_is_better else -value
            if score > self.score:
                self.best, self.score = now.iteration, score
        if clock.is_over():
            from lightgbm.callback import EarlyStopException  # noqa: PLC0415 - an extra

            raise EarlyStopException(self.best, now.evaluation_result_list)


def most(estimator: Any) -> int | None:
    """Return the number of rounds that it was given."""
    return int(estimator.n_estimators)


def rounds(fitted: Any) -> int | None:
    """Return the best number of rounds, or all of them where none was watched."""
    return int(fitted.best_iteration_ or fitted.n_estimators_)


def predict(fitted: Any, X: NDArray[Any], asked: Asked) -> NDArray[Any]:
    """Predict with the best number of rounds."""
    given = {"validate_features": False}
    found = fitted.predict_proba(X, **given) if asked.classes else fitted.predict(X, **given)
    return found  # type: ignore[no-any-return]  # it has no types
