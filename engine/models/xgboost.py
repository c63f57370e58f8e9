"""XGBoost with early stopping on an inner split and categories as they are."""

from __future__ import annotations

from typing import Any

from engine.estimators.boosted import BoostedClassifier, BoostedRegressor
from engine.models import plain
from engine.models.setting import Setting
from engine.recipe.schema import Family


def build(family: Family, params: dict[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; a refit takes ``setting.rounds`` rounds and all rows."""
    stopping = None if setting.rounds else family.early_stopping
    if setting.rounds:
        params = {**params, "n_estimators": setting.rounds}
    wrapper = BoostedClassifier if setting.classify else BoostedRegressor
    return wrapper(
        plain.build(family, params, setting),
        categories=setting.categories,
        rounds=stopping.rounds if stopping else None,
        validation=stopping.validation if stopping else 0.1,
        shuffle=not setting.in_time,
        seed=setting.seed,
    )
