"""CatBoost: categories as whole numbers, and the fitted model as the bytes of its own format."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import BundleError
from engine.estimators import clock
from engine.estimators.boosters.shape import Asked, Rows
from engine.recipe.estimators import is_installed, not_installed

WATCHES_ITSELF = False
MISSING = -1  # a category of its own
DEFAULT_TREES = 1000  # of the library
QUIET = {"verbose": False, "allow_writing_files": False}  # else it writes into the current folder
GROWS = ("Poisson", "Tweedie")  # losses whose trees add up to a logarithm


def fit(estimator: Any, rows: Rows, watch: Rows | None, asked: Asked) -> dict[str, Any]:
    """Fit a CatBoost model with these parameters, and return it as bytes."""
    from catboost import CatBoost, Pool  # noqa: PLC0415 - an extra, imported where it is used

    def pool(part: Rows) -> Any:
        return Pool(
            _frame(part.X, asked), part.y, cat_features=list(range(asked.categories)),
            weight=part.weight,
        )  # fmt: skip

    booster = CatBoost({**_loss(asked), **estimator, **QUIET, **_signs(asked)})
    timed = clock.is_set() and estimator.get("task_type") != "GPU"  # there it takes no callbacks
    told: dict[str, Any] = {"callbacks": [_Clock()]} if timed else {}
    if watch is not None:
        told |= {"eval_set": pool(watch), "early_stopping_rounds": asked.rounds}
    booster.fit(pool(rows), **told)
    loss = str(booster.get_all_params()["loss_function"])
    return {
        "model": booster._serialize_model(), "rounds": int(booster.tree_count_),
        "grows": loss.startswith(GROWS), "threads": int(estimator.get("thread_count", 1)),
    }  # fmt: skip


class _Clock:
    """Stops a fit when its time is up."""

    def after_iteration(self, now: Any) -> bool:
        return not clock.is_over()


def _loss(asked: Asked) -> dict[str, Any]:
    losses = {0: "RMSE", 2: "Logloss"}
    return {"loss_function": losses.get(asked.classes, "MultiClass")}


def _signs(asked: Asked) -> dict[str, Any]:
    return {"monotone_constraints": list(asked.signs)} if asked.signs else {}


def _frame(X: NDArray[Any], asked: Asked) -> Any:
    """Columns of categories as whole numbers; others would be refused."""
    if not asked.categories:
        return X
    frame = pd.DataFrame(X)
    codes = np.nan_to_num(X[:, : asked.categories], nan=MISSING).astype(np.int32)
    for position in range(asked.categories):
        frame[position] = codes[:, position]
    return frame


def most(estimator: Any) -> int | None:
    """Return the number of trees that it was given."""
    return int(estimator.get("iterations", DEFAULT_TREES))


def rounds(fitted: dict[str, Any]) -> int | None:
    """Return the number of trees that are kept."""
    return int(fitted["rounds"])


def predict(fitted: dict[str, Any], X: NDArray[Any], asked: Asked) -> NDArray[Any]:
    """Read the model from its bytes, and predict."""
    kind = "Exponent" if fitted["grows"] else "RawFormulaVal"
    found = _read(bytes(fitted["model"])).predict(
        _frame(X, asked), prediction_type="Probability" if asked.classes else kind,
        thread_count=fitted["threads"],
    )  # fmt: skip
    return np.asarray(found)


@lru_cache(maxsize=4)
def _read(model: bytes) -> Any:
    if not is_installed("catboost"):
        raise BundleError(not_installed("catboost"))
    from catboost import CatBoost  # noqa: PLC0415 - an extra, imported where it is used

    return CatBoost().load_model(blob=model)
