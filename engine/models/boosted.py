"""Boosters with early stopping on an inner split, and categories as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.estimators.boosted import BoostedClassifier, BoostedRegressor
from engine.models import plain
from engine.models.setting import Setting, class_name, estimator_class
from engine.recipe import objectives
from engine.recipe.family import EarlyStopping
from engine.recipe.schema import Family

LIBRARIES = {
    "xgboost": "xgboost", "lightgbm": "lightgbm", "catboost": "catboost", "interpret": "ebm",
}  # fmt: skip
"""Modules of ``engine.estimators.boosters``, by the package that a family's classes come from."""

ROUNDS = {"xgboost": "n_estimators", "lightgbm": "n_estimators", "catboost": "iterations"}
"""What each calls its number of rounds."""

AS_PARAMETERS = ("catboost", "ebm")
"""Libraries that are told parameters: no estimator of theirs is kept."""


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; a refit takes ``setting.rounds`` rounds and all rows."""
    package = class_name(family, setting.classify).partition(".")[0]
    library = LIBRARIES[package]
    wrapper = BoostedClassifier if setting.classify else BoostedRegressor
    stopping = None if setting.rounds else family.early_stopping
    exact = {ROUNDS[library]: setting.rounds} if setting.rounds and library in ROUNDS else {}
    given = {**params, **exact, **(_bags(stopping) if library == "ebm" else {})}
    scaled = family.scale_target and not setting.classify and not objectives.counts(family)
    return wrapper(
        _estimator(library, family, given, setting),
        library=library,
        categories=setting.categories,
        signs=setting.signs,
        seed=setting.seed,
        scale_target=scaled,
        **_stopping(stopping, setting),
    )


def _estimator(library: str, family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    given = plain.parameters(family, params, setting)
    if library in AS_PARAMETERS:
        return given
    return estimator_class(family, setting.classify)(**given)


def _stopping(stopping: EarlyStopping | None, setting: Setting) -> dict[str, Any]:
    if stopping is None:
        return {}
    return {
        "rounds": stopping.rounds, "validation": stopping.validation,
        "shuffle": not setting.in_time,
    }  # fmt: skip


def _bags(stopping: EarlyStopping | None) -> dict[str, Any]:
    """An explainable boosting machine sets rows aside by itself, and keeps none where told so."""
    return {"validation_size": stopping.validation if stopping else 0}
