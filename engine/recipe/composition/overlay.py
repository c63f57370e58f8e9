"""Letting a list take the place of a mapping, and the reverse, which OmegaConf refuses.

``hidden_layer_sizes: {default: [64], search: ...}`` of a family's file is pinned in a recipe by
``hidden_layer_sizes: [32]``. What lies below is taken out before Hydra lays one over the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

Kind = Literal["list", "mapping"]
Key = tuple[str, ...]
Kinds = Mapping[Key, frozenset[Kind]]


def kinds(trees: Iterable[tuple[Key, Any]]) -> dict[Key, frozenset[Kind]]:
    """Return where lists and mappings are laid, by the values and the keys they are laid at."""
    found: dict[Key, frozenset[Kind]] = {}
    for key, tree in trees:
        for at, kind in _containers(tree, key):
            found[at] = found.get(at, frozenset()) | {kind}
    return found


def cleared(tree: Any, above: Kinds, key: Key = ()) -> Any:
    """Return a tree without the lists and mappings whose place is taken by the other above."""
    if not isinstance(tree, Mapping):
        return tree
    return {
        name: cleared(value, above, (*key, str(name)))
        for name, value in tree.items()
        if not _clash(value, above.get((*key, str(name)), frozenset()))
    }


def clash(below: Kinds, above: Kinds) -> bool:
    """Whether a list would be laid over a mapping, or the reverse."""
    return any(kind | above.get(key, kind) != kind for key, kind in below.items())


def _containers(tree: Any, key: Key) -> Iterator[tuple[Key, Kind]]:
    if isinstance(tree, Mapping):
        yield key, "mapping"
        for name, value in tree.items():
            yield from _containers(value, (*key, str(name)))
    elif isinstance(tree, list):
        yield key, "list"


def _clash(value: Any, above: frozenset[Kind]) -> bool:
    if isinstance(value, list):
        return "mapping" in above
    return isinstance(value, Mapping) and "list" in above
