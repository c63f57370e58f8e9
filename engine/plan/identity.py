"""What the scores of a recipe stand for: two of one identity can be compared."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.plan.fingerprint import parts
from engine.plan.hidden import Hidden
from engine.recipe.ranges import is_range
from engine.recipe.schema import Recipe
from engine.steps import assemble, load, search, split

MOST_LETTERS = 40
_PLAIN = re.compile(r"[A-Za-z_]\w*")


def identity(recipe: Recipe, tree: Mapping[str, Any], varied: Iterable[str] = ()) -> dict[str, str]:
    """Return what scores depend on, as short texts by key, without what takes no part in them.

    Parameters
    ----------
    tree : mapping
        The composed recipe with its references, which are shown in the place of their values.
    varied : iterable of str
        Keys that differ between the scores, and are left out.
    """
    hidden = Hidden.of(tree)
    steps = [parts(step, recipe, {}, hidden) for step in (load, split, assemble, search)]
    found: dict[str, Any] = {}
    for part in steps:
        found |= part.keys
    leaves = dict(_leaves(found, ""))
    leaves["data.content"] = _mark([part.files for part in steps if part.files])
    apart = [f"{key}." for key in varied]
    return {
        key: _short(value)
        for key, value in leaves.items()
        if value not in (None, [], "") and not any(_meet(f"{key}.", other) for other in apart)
    }


def _meet(key: str, other: str) -> bool:
    """Whether one of two keys stands at or below the other."""
    return key.startswith(other) or other.startswith(key)


def _leaves(tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    """Yield values by their dotted keys; ranges, and mappings by other than words, stay whole."""
    for key, value in tree.items():
        plain = isinstance(value, Mapping) and all(_PLAIN.fullmatch(str(name)) for name in value)
        if plain and not is_range(value):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _short(value: Any) -> str:
    """Write a value in one short line: a long one ends in a few digits that change with it."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    if len(text) <= MOST_LETTERS:
        return text.strip('"')
    return f"{text[: MOST_LETTERS - 15]}... ({_mark(value)})"


def _mark(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value, default=str).encode(), digest_size=4).hexdigest()
