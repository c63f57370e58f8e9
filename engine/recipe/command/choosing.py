"""Overrides that choose options of a group: ``model=[xgboost,linear]``, ``search=fast``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.types import Override as Parsed
from hydra.core.override_parser.types import ValueType

from engine.errors import Fault
from engine.recipe import ranges
from engine.recipe.command.override import Ground, Override, RefusedError, jobs, swept
from engine.recipe.composition.groups import SIDE_BY_SIDE, Groups


def read(parsed: Parsed, where: str, ground: Ground) -> Override:
    """Check the choice of options of a group.

    Raises
    ------
    RefusedError
        If an option does not exist, or several are given and jobs were not asked for.
    """
    text, groups = parsed.input_line or "", ground.groups
    group = parsed.key_or_group
    if parsed.is_delete() and group in SIDE_BY_SIDE:
        raise RefusedError(
            Fault(f"`{group}` cannot be removed", hint=f"select others: {group}=[...]")
        )
    if parsed.package is not None:
        raise RefusedError(Fault("an option goes where its group belongs", hint="leave @ out"))
    if parsed.is_delete():
        return Override(text, where)
    options = _options(parsed, groups)
    if parsed.is_sweep_override() and not ground.multirun:
        raise RefusedError(jobs(parsed, [ranges.label(option) for option in options]))
    strays = [o for o in _flat(options) if o not in groups.options[group]]
    if strays:
        raise RefusedError(*(groups.unknown(group, ranges.label(option)) for option in strays))
    if not options:
        raise RefusedError(groups.unknown(group, "[]"))
    added = group not in ground.selected and not text.startswith("+")
    return Override(f"+{text}" if added else text, where)


def _options(parsed: Parsed, groups: Groups) -> list[Any]:
    """Return the options that are chosen, in one run or over all jobs."""
    if parsed.value_type == ValueType.GLOB_CHOICE_SWEEP:
        glob: Any = parsed.value()
        return list(glob.filter(sorted(groups.options[parsed.key_or_group])))
    if parsed.is_sweep_override():
        return swept(parsed)
    value = parsed.value()
    return value if isinstance(value, list) else [value]


def _flat(options: Sequence[Any]) -> list[Any]:
    return [o for option in options for o in (option if isinstance(option, list) else [option])]
