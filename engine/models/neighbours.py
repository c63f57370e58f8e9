"""Nearest neighbours, of whom there cannot be more than rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.models import plain
from engine.models.setting import Setting
from engine.recipe.schema import Family

COUNT = "n_neighbors"


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator that asks at most all rows it is fitted on."""
    made = plain.build(family, params, setting)
    inner = getattr(made, "regressor", made)
    count = inner.get_params()[COUNT]
    if setting.rows is not None and count > setting.rows:
        inner.set_params(**{COUNT: setting.rows})
    return made
