"""Faults of the ranges of a recipe: badly written, of the wrong default, in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault, RangeError
from engine.recipe import ranges
from engine.recipe.file.references import Key, leaves

_NEVER = ("search", "evaluation", "compute", "seed")


def faults(tree: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """Yield a fault for each range that cannot be searched."""
    for name in _NEVER:
        for key, value in leaves(tree.get(name), (name,)):
            if ranges.is_range(value):
                yield key, _misplaced(key)
    for name in ("features", "model"):
        yield from _walk(tree.get(name), (name,))


def may_stand(key: Key) -> bool:
    """Whether a range may stand at a key: below the params of a family, or the steps of a block.

    >>> may_stand(("model", "xgboost", "params", "max_depth")), may_stand(("search", "trials"))
    (True, False)
    """
    if key[:1] == ("model",):
        return "params" in key[2:3] or (key[2:3] == ("features",) and may_stand(key[2:]))
    return key[:2] == ("features", "blocks") and "steps" in key[3:4]


def _walk(tree: Any, key: Key) -> Iterator[tuple[Key, Fault]]:
    if ranges.is_range(tree):
        yield from _range(tree, key)
    elif isinstance(tree, Mapping):
        if fault := _half(tree, key):
            yield key, fault
        for name, value in tree.items():
            yield from _walk(value, (*key, str(name)))
    elif isinstance(tree, list):
        for position, value in enumerate(tree):
            yield from _walk(value, (*key, str(position)))


def _range(tree: Any, key: Key) -> Iterator[tuple[Key, Fault]]:
    if not may_stand(key):
        yield key, _misplaced(key)
        return
    try:
        drawn = ranges.read(tree)
    except RangeError as error:
        outside = "lies outside" in str(error)
        hint = "give a default that lies inside, beside `search`" if outside else ""
        yield key, Fault(f"`{'.'.join(key)}`: {error}", hint=hint)
        return
    if isinstance(drawn.range, ranges.Choice):
        for option in drawn.range.options:
            yield from _walk(option, key)


def _misplaced(key: Key) -> Fault:
    hint = "ranges stand under the `params` of a model family and the `steps` of features"
    return Fault(f"`{'.'.join(key)}` cannot be a range", hint=hint)


def _half(tree: Mapping[str, Any], key: Key) -> Fault | None:
    """Recognise ``{default: 6, serach: ...}``, which is no range, and was meant to be one."""
    if not may_stand(key) or "default" not in tree:
        return None
    for name in tree:
        if name != "search" and catalogue.near(str(name), ["search"]):
            message = f"there is no key {str(name)!r} in the range `{'.'.join(key)}`"
            return Fault(message, hint="did you mean 'search'?")
    if len(tree) > 1:
        return None
    hint = "write the value alone, or add search: range(3, 10)"
    return Fault(f"`{'.'.join(key)}` has a default and no `search`", hint=hint)
