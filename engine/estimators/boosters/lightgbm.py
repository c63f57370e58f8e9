"""LightGBM: categories by their codes, missing values as they are."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.base import clone

from engine.estimators.boosters.shape import Asked, Rows

WATCHES_ITSELF = False


def fit(estimator: Any, rows: Rows, watch: Rows | None, asked: Asked) -> Any:
    """Fit a clone of an LGBMClassifier or LGBMRegressor."""
    booster = clone(estimator)
    if asked.signs:
        booster.set_params(monotone_constraints=list(asked.signs))
    watched = {}
    if watch is not None:
        booster.set_params(early_stopping_round=asked.rounds)
        weights = None if watch.weight is None else [watch.weight]
        watched = {"eval_X": watch.X, "eval_y": watch.y, "eval_sample_weight": weights}
    positions = list(range(asked.categories))
    booster.fit(rows.X, rows.y, sample_weight=rows.weight, categorical_feature=positions, **watched)
    if booster.get_params().get("device_type", "cpu") != "cpu":
        booster.set_params(device_type="cpu")  # it predicts on any machine, and says so
    return booster


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
