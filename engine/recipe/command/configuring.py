"""Overrides that set Hydra itself: ``hydra/launcher=joblib``, ``hydra.launcher.n_jobs=4``."""

from __future__ import annotations

from hydra.core.override_parser.types import Override as Parsed

from engine import catalogue
from engine.errors import Fault
from engine.recipe.command.override import Override, RefusedError
from engine.recipe.composition import settings


def read(parsed: Parsed, where: str) -> Override:
    """Check the choice of an option; of other settings, only Hydra knows which there are.

    Raises
    ------
    RefusedError
        If Hydra has no such group, or the group no such option.
    """
    override = Override(parsed.input_line or "", where)
    group = parsed.key_or_group
    if "/" not in group:
        return override
    groups = settings.groups()
    if group not in groups:
        raise RefusedError(catalogue.unknown("group of Hydra's", group, groups))
    if parsed.is_sweep_override():
        hint = f"give one option: {group}=NAME"
        raise RefusedError(Fault("jobs cannot differ in how Hydra launches them", hint=hint))
    value = parsed.value()
    options = value if isinstance(value, list) else [value]
    for option in options if value is not None else ():
        if option not in groups[group]:
            raise RefusedError(settings.unknown(group, str(option), groups[group]))
    return override
