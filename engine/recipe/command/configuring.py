"""Overrides that set Hydra itself: ``hydra/launcher=joblib``, ``hydra.launcher.n_jobs=4``."""

from __future__ import annotations

from hydra.core.override_parser.types import Override as Parsed

from engine import catalogue
from engine.errors import Fault
from engine.recipe.command.override import Override, RefusedError
from engine.recipe.composition import settings


def read(parsed: Parsed, where: str, multirun: bool) -> Override:
    """Check the choice of an option, or a key of who makes jobs; others only Hydra knows.

    Raises
    ------
    RefusedError
        If Hydra has no such group, the group no such option, or there are no jobs to make.
    """
    override = Override(parsed.input_line or "", where)
    group = parsed.key_or_group
    if "/" in group:
        _check_option(parsed, group)
    part, _, key = group.replace("/", ".").removeprefix("hydra.").partition(".")
    if part in settings.MAKES_JOBS and key and "/" not in group:
        _check_key(parsed, part, key)
    if part in settings.MAKES_JOBS and not multirun:
        hint = "add -m: engine run RECIPE -m ..., or engine plan RECIPE -m ..."
        raise RefusedError(Fault("this says how jobs are made, and there is no -m", hint=hint))
    return override


def _check_key(parsed: Parsed, part: str, key: str) -> None:
    name, _, below = key.partition(".")
    value = None if below or parsed.is_delete() or parsed.is_sweep_override() else parsed.value()
    if fault := settings.misfit(part, name, value):
        raise RefusedError(fault)


def _check_option(parsed: Parsed, group: str) -> None:
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
