"""Where the values of a recipe came from: ``engine why``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from engine import catalogue
from engine.errors import Fault, RecipeError
from engine.recipe.checks import fields
from engine.recipe.command.override import Override
from engine.recipe.composition.compose import Layer
from engine.recipe.file.references import Key, at

SCHEMA = "the engine's schema"


@dataclass(frozen=True)
class Origin:
    """One place that gave a key a value.

    Attributes
    ----------
    value : Any
        As written there; None where it was removed.
    where : str
        ``file:line``, ``command line: key=value``, or the engine's schema.
    """

    value: Any
    where: str


@dataclass(frozen=True)
class Trail:
    """The files and overrides that made a recipe, in the order in which they were laid."""

    layers: tuple[Layer, ...]
    overrides: tuple[Override, ...]

    def where(self, key: Key) -> str:
        """Return the place of the value that won, or of the nearest key below or above it."""
        while key:
            winner = next(_set_at(self, key), None)
            if winner:
                return winner.where
            below = [o for o in self.overrides if o.key[: len(key)] == key]
            if below:
                return below[-1].where
            key = key[:-1]
        return self.layers[-1].where(()) if self.layers else ""


def why(trail: Trail, key: str) -> list[Origin]:
    """Return what set a key: the winner first, then what it overrode, the schema last.

    Raises
    ------
    engine.errors.RecipeError
        If the recipe has no such key.
    """
    path = tuple(key.split("."))
    found = [*_set_at(trail, path), *_by_schema(path)]
    if not found:
        raise RecipeError(_unknown(trail, key))
    return found


def _set_at(trail: Trail, key: Key) -> Iterator[Origin]:
    for override in reversed(trail.overrides):
        if override.key and override.key == key[: len(override.key)]:
            yield from _by_override(override, key[len(override.key) :])
    for layer in reversed(trail.layers):
        if layer.holds(key):
            yield Origin(layer.value(key), layer.where(key))


def _by_override(override: Override, rest: Key) -> Iterator[Origin]:
    if rest and isinstance(override.value, Mapping | list):
        try:
            yield Origin(at(override.value, rest), override.where)
        except KeyError:
            return
    elif not rest:
        yield Origin(override.value, override.where)


def _by_schema(key: Key) -> Iterator[Origin]:
    default = fields.default(key)
    if isinstance(default, BaseModel):
        default = default.model_dump()
    if default is not ... and fields.is_available(key):
        yield Origin(default, SCHEMA)


def _unknown(trail: Trail, key: str) -> Fault:
    keys = {".".join((*layer.package, *own)) for layer in trail.layers for own in layer.file.lines}
    above = fields.parent(tuple(key.split(".")))
    keys |= {".".join((*above, name)) for name in fields.names(above)}
    guess = catalogue.near(key, keys)
    hint = f"did you mean {guess}?" if guess else "engine schema lists every key"
    return Fault(f"the recipe has no key {key!r}", hint=hint)
