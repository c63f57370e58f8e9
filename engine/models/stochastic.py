"""Linear models learnt a row at a time; of classes, so that probabilities come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.models import plain
from engine.models.setting import Setting
from engine.recipe.schema import Family


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; its loss for classes is that of a logistic regression."""
    loss = {"loss": "log_loss"} if setting.classify else {}
    return plain.build(family, {**loss, **params}, setting)
