"""What has to change of a recipe's values, so that others come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.recipe import ranges

GONE: Final = type("Gone", (), {"__repr__": lambda _: "gone"})()
"""Stands for a value that is not there."""


@dataclass(frozen=True)
class Change:
    """A value that changes.

    Attributes
    ----------
    before, after : Any
        ``GONE`` where there is none.
    parts : mapping of Change
        By key or position, where the rest of a mapping or list stays.
    """

    before: Any
    after: Any
    parts: Mapping[str, Change] = field(default_factory=dict)

    def leaves(self, key: tuple[str, ...] = ()) -> Iterator[tuple[str, Change]]:
        """Yield what changes as a whole, with its dotted key."""
        for name, part in self.parts.items():
            yield from part.leaves((*key, name))
        if not self.parts:
            yield ".".join(key), self


def between(before: Any, after: Any) -> Change | None:
    """Return the smallest change that makes ``after`` of ``before``; None if they are the same."""
    if _same(before, after):
        return None
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not ranges.is_range(before):
        names = dict.fromkeys([*before, *after])
        pairs = {str(n): (before.get(n, GONE), after.get(n, GONE)) for n in names}
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = {str(i): pair for i, pair in enumerate(zip(before, after, strict=True))}
    else:
        return Change(before, after)
    parts = {name: between(*pair) for name, pair in pairs.items()}
    return Change(before, after, {name: part for name, part in parts.items() if part})


def _same(one: Any, other: Any) -> bool:
    """Whether two values are written the same; 1 and 1.0 are not, nor are 1 and true."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)


def part_of(tree: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Return a tree with what stands under some dotted keys alone."""
    found: dict[str, Any] = {}
    for name, value in tree.items():
        inner = tuple(key.partition(".")[2] for key in keys if key.partition(".")[0] == name)
        if "" in inner:
            found[name] = value
        elif inner and isinstance(value, Mapping):
            found[name] = part_of(value, inner)
    return found
