"""XGBoost with early stopping on an inner split and categories as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.estimators.boosted import BoostedClassifier, BoostedRegressor
from engine.models import plain
from engine.models.setting import Setting
from engine.recipe.schema import Family


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; a refit takes ``setting.rounds`` rounds and all rows."""
    wrapper = BoostedClassifier if setting.classify else BoostedRegressor
    if setting.rounds:
        booster = plain.build(family, {**params, "n_estimators": setting.rounds}, setting)
        return wrapper(booster, categories=setting.categories)
    booster = plain.build(family, params, setting)
    stopping = family.early_stopping
    if stopping is None:
        return wrapper(booster, categories=setting.categories)
    return wrapper(
        booster,
        categories=setting.categories,
        rounds=stopping.rounds,
        validation=stopping.validation,
        shuffle=not setting.in_time,
        seed=setting.seed,
    )
