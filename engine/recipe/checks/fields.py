"""What may stand at a key of a recipe, looked up in the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from engine.recipe.schema import NotYet, Recipe

Key = tuple[str, ...]


def names(key: Key) -> list[str]:
    """Names of the fields below a key; none where anything goes, or nothing can."""
    fields = (field for kind in kinds(key) if _is_part(kind) for field in kind.model_fields)
    return list(dict.fromkeys(fields))


def exists(key: Key) -> bool:
    """Whether the schema knows the key."""
    return bool(kinds(key))


def parent(key: Key) -> Key:
    """Return the longest beginning of an unknown key that the schema knows."""
    while key and not exists(key):
        key = key[:-1]
    return key


@cache
def kinds(key: Key) -> tuple[Any, ...]:
    """Return the types that a value at ``key`` may have, with unions taken apart.

    >>> kinds(("search", "trials"))
    (<class 'int'>,)
    """
    found: tuple[Any, ...] = (Recipe,)
    for name in key:
        found = tuple(_unfold(child) for kind in found for child in _children(kind, name))
        found = tuple(kind for kinds in found for kind in kinds)
    return found


def default(key: Key) -> Any:
    """Return the schema's own default of a key; ``...`` where it has none."""
    for kind in kinds(key[:-1]) if key else ():
        if _is_part(kind) and key[-1] in kind.model_fields:
            field = kind.model_fields[key[-1]]
            return ... if field.is_required() else field.get_default(call_default_factory=True)
    return ...


def about(key: Key) -> str:
    """Return the description of a key."""
    for kind in kinds(key[:-1]) if key else ():
        if _is_part(kind) and key[-1] in kind.model_fields:
            return kind.model_fields[key[-1]].description or ""
    return ""


def is_available(key: Key) -> bool:
    """Whether something of the engine reads the key yet."""
    return not any(kind is Ellipsis for kind in kinds(key))


def _children(kind: Any, name: str) -> Iterator[Any]:
    """Types of what stands below a value of type ``kind``, under ``name``."""
    if kind is Any or kind is Ellipsis:
        yield kind
    elif _is_part(kind):
        if name in kind.model_fields:
            field = kind.model_fields[name]
            yield Ellipsis if _not_yet(field.metadata) else field.annotation
    elif get_origin(kind) in (dict, Mapping):
        yield get_args(kind)[1]
    elif get_origin(kind) is list and name.isdigit():
        yield get_args(kind)[0]


def _not_yet(metadata: list[Any]) -> bool:
    return any(mark in NotYet.__metadata__ for mark in metadata)


def _unfold(kind: Any) -> list[Any]:
    """Take unions and annotations apart."""
    if get_origin(kind) is Annotated:
        return _unfold(get_args(kind)[0])
    if get_origin(kind) in (Literal, list, dict, None) or not get_args(kind):
        return [] if kind is NoneType else [kind]
    return [part for option in get_args(kind) for part in _unfold(option)]


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
