"""What may stand at a key of a recipe, looked up in the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.recipe.schema import NotYet, Recipe

Key = tuple[str, ...]


def names(key: Key) -> list[str]:
    """Names of the fields below a key; none where anything goes, or nothing can."""
    found = (name for kind in kinds(key) if _is_part(kind) for name in _fields(kind))
    return list(dict.fromkeys(found))


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
        if _is_part(kind) and (field := _fields(kind).get(key[-1])):
            return ... if field.is_required() else field.get_default(call_default_factory=True)
    return ...


def about(key: Key) -> str:
    """Return the description of a key."""
    for kind in kinds(key[:-1]) if key else ():
        if _is_part(kind) and (field := _fields(kind).get(key[-1])):
            return field.description or ""
    return ""


def is_available(key: Key) -> bool:
    """Whether something of the engine reads the key yet."""
    return not any(kind is Ellipsis for kind in kinds(key))


def _children(kind: Any, name: str) -> Iterator[Any]:
    """Types of what stands below a value of type ``kind``, under ``name``."""
    if kind is Any or kind is Ellipsis:
        yield kind
    elif _is_part(kind):
        if field := _fields(kind).get(name):
            yield Ellipsis if _not_yet(field.metadata) else field.annotation
        elif kind.model_config.get("extra") == "allow":
            extra = get_type_hints(kind)["__pydantic_extra__"]
            yield from _children(extra, name)
    elif get_origin(kind) in (dict, Mapping):
        yield get_args(kind)[1]
    elif get_origin(kind) is list and name.isdigit():
        yield get_args(kind)[0]


def _fields(part: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a part by the name that a recipe has for them."""
    return {field.alias or name: field for name, field in part.model_fields.items()}


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
