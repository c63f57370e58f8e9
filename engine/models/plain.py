"""Any scikit-learn estimator, as its parameters say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler

from engine.estimators.signed import SignedClassifier, SignedRegressor
from engine.models.setting import Setting, accepted, class_name, estimator_class
from engine.recipe import objectives
from engine.recipe.schema import Family


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; the recipe's parameters overrule the circumstances."""
    made = estimator_class(family, setting.classify)(**parameters(family, params, setting))
    if any(setting.signs):
        signed = SignedClassifier if setting.classify else SignedRegressor
        made = signed(made, str(family.takes.monotone), setting.signs)
    if family.scale_target and not setting.classify and not objectives.counts(family):
        made = TransformedTargetRegressor(made, transformer=StandardScaler())
    return made


def parameters(family: Family, params: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    """Return what the class is given: by the circumstances, the recipe, and its objective."""
    given = {**circumstances(family, setting), **params, **_exact(family, setting)}
    known = accepted(class_name(family, setting.classify), given)
    return known if setting.classify else {**known, **objectives.parameters(family)}


def _exact(family: Family, setting: Setting) -> dict[str, Any]:
    """Let a refit go through the rounds that it is told, on all rows."""
    if not setting.rounds or not family.rounds:
        return {}
    return {family.rounds: setting.rounds, "early_stopping": False}


def circumstances(family: Family, setting: Setting) -> dict[str, Any]:
    """What the recipe does not choose, by the family's names for it."""
    named = (
        (family.seed, setting.seed),
        (family.threads, setting.threads),
        (family.categories, list(range(setting.categories)) or None),
    )
    given = {name: value for name, value in named if name}
    return given | family.takes.gpu if setting.device == "gpu" else given
