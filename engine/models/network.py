"""Neural networks, which stop early where there are rows enough to watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.models import plain
from engine.models.setting import Setting
from engine.recipe.schema import Family

ENOUGH = 10_000
"""Rows from which early stopping is on; a tenth of fewer is too noisy to stop by."""


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; on few rows it is held back by ``alpha`` alone."""
    stops = setting.rows is not None and setting.rows >= ENOUGH
    return plain.build(family, {"early_stopping": stops, **params}, setting)
