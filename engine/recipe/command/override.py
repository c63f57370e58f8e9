"""One override of the command line, and what overrides are read against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.types import Override as Parsed
from hydra.core.override_parser.types import ValueType

from engine.errors import Fault
from engine.recipe.composition.groups import SIDE_BY_SIDE, Groups
from engine.recipe.file.references import Key


@dataclass(frozen=True)
class Override:
    """One override, as Hydra is given it.

    Attributes
    ----------
    text : str
        For Hydra.
    where : str
        For messages: ``command line: key=value``.
    key : tuple of str
        What it sets; empty where it selects options of a group, or sets Hydra itself.
    value : Any
        What it is set to; ranges as text.
    laid : tuple
        The values that Hydra lays there; several where a sweep means jobs.
    """

    text: str
    where: str
    key: Key = ()
    value: Any = None
    laid: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Ground:
    """What overrides are read against.

    Attributes
    ----------
    groups : Groups
        The groups there are.
    selected : frozenset of str
        Groups that the base or the recipe selects an option of; others are added.
    multirun : bool
        Whether a sweep means jobs (with ``-m``) rather than a range to search.
    """

    groups: Groups
    selected: frozenset[str]
    multirun: bool = False


class RefusedError(Exception):
    """An override that cannot be followed, with the reasons."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def swept(parsed: Parsed) -> list[Any]:
    """Return the values of a sweep that lists them, else the sweep as text."""
    if not parsed.is_choice_sweep() or parsed.value_type == ValueType.GLOB_CHOICE_SWEEP:
        return [parsed.get_value_string()]
    return [Parsed._convert_value(option) for option in parsed.sweep_iterator()]


def jobs(parsed: Parsed, values: Sequence[str]) -> Fault:
    """Explain what a list of values without ``-m`` might have meant."""
    key, listed = parsed.get_key_element(), ",".join(values)
    many = f"-m {key}={listed} for one run for each"
    if parsed.key_or_group in SIDE_BY_SIDE:
        hint = f"{key}=[{listed}] for one leaderboard over them, or {many}"
        return Fault("several options, and no -m", hint=hint)
    return Fault("several values, and no -m", hint=f"give one value, or {many}")
