"""Any scikit-learn estimator, as its parameters say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.models.setting import Setting, accepted, estimator_class
from engine.recipe.schema import Family


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; the recipe's parameters overrule the circumstances."""
    cls = estimator_class(family, setting.classify)
    return cls(**accepted(cls, {**circumstances(family, setting), **params}))


def circumstances(family: Family, setting: Setting) -> dict[str, Any]:
    """What the recipe does not choose, by the family's names for it."""
    named = (
        (family.seed, setting.seed),
        (family.threads, setting.threads),
        (family.categories, list(range(setting.categories)) or None),
    )
    return {name: value for name, value in named if name}
