"""The composed recipe of a run with the values of its winner in the place of ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.recipe.pinned.changes import GONE
from engine.recipe.space import Choose, Fixed, Node, Row, Table, resolve
from engine.search.candidate import FamilySpace

FEATURES = ("rest", "blocks")  # what of features is searched


def narrowed(tree: Mapping[str, Any], family: str) -> dict[str, Any]:
    """Return a composed recipe with one family alone, which is not optional then."""
    own = dict((tree.get("model") or {}).get(family) or {})
    own.pop("optional", None)
    return {**tree, "model": {family: own}}


def pinned(
    tree: Mapping[str, Any], space: FamilySpace, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Put what was drawn in the place of the ranges; steps that were not chosen are left out.

    Parameters
    ----------
    tree : mapping
        The composed recipe, with the winner's family alone.
    space : FamilySpace
        Its ranges.
    values : mapping
        What was drawn for them, by key.
    """

    def choose(parameter: Any) -> Any:
        return values[parameter.path]

    family = dict(tree["model"][space.name])
    params = _laid(space.params, family.get("params") or {}, choose)
    unknown = {k: v for k, v in (family.get("params") or {}).items() if not _has(space.params, k)}
    if params or unknown:  # others belong to the class for another task
        family["params"] = {**unknown, **params}
    found = {**tree}
    own = family.get("features")
    if isinstance(own, Mapping):
        family["features"] = _features(space.features, own, choose)
    elif own is None and isinstance(tree.get("features"), Mapping):
        found["features"] = _features(space.features, tree["features"], choose)
    return {**found, "model": {space.name: family}}


def _features(node: Node, raw: Mapping[str, Any], choose: Choose) -> dict[str, Any]:
    searched = {key: raw[key] for key in FEATURES if key in raw}
    others = {key: value for key, value in raw.items() if key not in FEATURES}
    return {**others, **_laid(node, searched, choose)}


def _has(node: Node, key: str) -> bool:
    held = node.items if isinstance(node, Table) else getattr(node, "value", None) or {}
    return key in held


def _laid(node: Node, raw: Any, choose: Choose) -> Any:
    """Resolve a node; what is fixed stays as it is written, and what is not written is left out."""
    match node:
        case Fixed():
            return raw
        case Table() if isinstance(raw, Mapping):
            resolved = resolve(node, choose)
            return {
                key: _laid(node.items[key], raw.get(key, GONE), choose)
                if _stays(node, key) else value
                for key, value in resolved.items()
                if key in raw or not _stays(node, key)
            }  # fmt: skip
        case Row(nodes) if isinstance(raw, list) and len(raw) == len(nodes):
            return [_laid(*pair, choose) for pair in zip(nodes, raw, strict=True)]
    return resolve(node, choose)


def _stays(node: Table, key: str) -> bool:
    """Whether a key holds no range itself, though something below it may."""
    return isinstance(node.items.get(key), Fixed | Table | Row)
