"""A classifier that gives scores alone, with probabilities learnt from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.estimators.calibrated import CalibratedClassifier
from engine.models import plain
from engine.models.setting import Setting
from engine.recipe.schema import Family


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; regressors are what ``plain`` makes of them."""
    made = plain.build(family, params, setting)
    return CalibratedClassifier(made, seed=setting.seed) if setting.classify else made
