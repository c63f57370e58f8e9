"""Any scikit-learn estimator, as its parameters say."""

from __future__ import annotations

from typing import Any

from engine.models.setting import Setting, accepted, estimator_class
from engine.recipe.schema import Family


def build(family: Family, params: dict[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator."""
    cls = estimator_class(family, setting.classify)
    given = {name: value for name, value in circumstances(family, setting).items() if name}
    return cls(**accepted(cls, {**given, **params}))


def circumstances(family: Family, setting: Setting) -> dict[str | None, Any]:
    """What the recipe does not choose, by the family's names for it."""
    return {
        family.seed: setting.seed,
        family.threads: setting.threads,
        family.categories: list(range(setting.categories)) or None,
    }
