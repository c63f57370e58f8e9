"""The space of candidates: the ranges of a recipe as a tree that can be drawn from.

``build`` reads a subtree of the recipe into nodes, ``resolve`` walks the nodes and asks a function
for the value of each range that is active. A parameter is named by its recipe key
(``model.xgboost.params.max_depth``), so that a winner can be written back where it came from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.recipe import ranges
from engine.recipe.ranges import Choice, Range


@dataclass(frozen=True)
class Fixed:
    """A value that is not searched."""

    value: Any


@dataclass(frozen=True)
class Draw:
    """A number to be drawn from a range."""

    path: str
    range: Range
    default: Any


@dataclass(frozen=True)
class Pick:
    """One of several branches, told apart by their labels."""

    path: str
    options: Mapping[str, Node]
    default: str


@dataclass(frozen=True)
class Table:
    """A mapping whose values may hold ranges.

    ``guards`` maps a key to ``(choice, option)``: the key is active only where the value drawn for
    the key ``choice`` is called ``option``. With ``spread``, an option that brings children of its
    own lays them beside the key it was drawn for, as the parameters of an estimator need.
    """

    items: Mapping[str, Node]
    guards: Mapping[str, tuple[str, str]]
    spread: bool = False


@dataclass(frozen=True)
class Row:
    """A list whose elements may hold ranges."""

    nodes: tuple[Node, ...]


Node = Fixed | Draw | Pick | Table | Row
Choose = Callable[[Draw | Pick], Any]


def build(tree: Any, path: str) -> Node:
    """Read a subtree of a recipe into nodes.

    Raises
    ------
    engine.errors.RangeError
        If a range in it cannot be read.
    """
    if ranges.is_range(tree):
        return _drawn(ranges.read(tree), path)
    if isinstance(tree, Mapping):
        items = {str(key): build(value, f"{path}.{key}") for key, value in tree.items()}
        guards = _guards(items) if path.endswith(".steps") else {}
        return _simplest(Table(items, guards, spread=path.endswith(".params")), tree)
    if isinstance(tree, list | tuple):
        return _simplest(Row(tuple(build(v, f"{path}.{i}") for i, v in enumerate(tree))), tree)
    return Fixed(tree)


def _drawn(drawn: ranges.Drawn, path: str) -> Node:
    if not isinstance(drawn.range, Choice):
        return Draw(path, drawn.range, drawn.default)
    options = {ranges.label(o): build(o, f"{path}.{ranges.name(o)}") for o in drawn.range.options}
    options = {text: _inner(node, path) for text, node in options.items()}
    return Pick(path, options, ranges.label(drawn.default))


def _inner(node: Node, path: str) -> Node:
    """Name the children of a one-key option after the option alone: path.option.child."""
    if isinstance(node, Table) and len(node.items) == 1:
        key, child = next(iter(node.items.items()))
        return Table({key: _renamed(child, f"{path}.{key}.{key}", f"{path}.{key}")}, {})
    return node


def _renamed(node: Node, old: str, new: str) -> Node:
    match node:
        case Draw(path, found, default):
            return Draw(path.replace(old, new, 1), found, default)
        case Pick(path, options, default):
            inner = {text: _renamed(child, old, new) for text, child in options.items()}
            return Pick(path.replace(old, new, 1), inner, default)
        case Table(items, guards, spread):
            return Table({k: _renamed(c, old, new) for k, c in items.items()}, guards, spread)
        case Row(nodes):
            return Row(tuple(_renamed(child, old, new) for child in nodes))
    return node


def _simplest(node: Table | Row, tree: Any) -> Node:
    children = node.items.values() if isinstance(node, Table) else node.nodes
    guarded = isinstance(node, Table) and node.guards
    fixed = all(isinstance(child, Fixed) for child in children)
    return Fixed(tree) if fixed and not guarded else node


def _guards(items: Mapping[str, Node]) -> dict[str, tuple[str, str]]:
    """Steps that are the parameters of another step's option act only where it is chosen."""
    return {
        option: (key, option)
        for key, node in items.items()
        for option in _option_names(node)
        if option in items and option != key
    }


def _option_names(node: Node) -> list[str]:
    if isinstance(node, Pick):
        return [_called(child, text) for text, child in node.options.items()]
    return [node.value] if isinstance(node, Fixed) and isinstance(node.value, str) else []


def _called(node: Node, text: str) -> str:
    return ranges.name(node.value) if isinstance(node, Fixed) else next(iter(_keys(node)), text)


def _keys(node: Node) -> list[str]:
    return list(node.items) if isinstance(node, Table) else []


def resolve(node: Node, choose: Choose) -> Any:
    """Walk the nodes and return a tree without ranges.

    ``choose`` is called once for each active :class:`Draw` (returns the number) and :class:`Pick`
    (returns the label of an option), parents before children, in the order of the recipe.
    """
    match node:
        case Draw():
            return choose(node)
        case Pick():
            return resolve(node.options[choose(node)], choose)
        case Row(nodes):
            return [resolve(child, choose) for child in nodes]
        case Table():
            return _resolve_table(node, choose)
    return node.value


def _resolve_table(table: Table, choose: Choose) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    for key in sorted(table.items, key=lambda key: key in table.guards):
        choice, option = table.guards.get(key, ("", ""))
        if not choice or (choice in drawn and ranges.name(drawn[choice]) == option):
            drawn[key] = resolve(table.items[key], choose)
    ordered = {key: drawn[key] for key in table.items if key in drawn}
    return _spread(table, ordered) if table.spread else ordered


def _spread(table: Table, drawn: dict[str, Any]) -> dict[str, Any]:
    laid: dict[str, Any] = {}
    for key, value in drawn.items():
        children = next(iter(value.values())) if isinstance(value, Mapping) and value else None
        if isinstance(table.items[key], Pick) and isinstance(children, Mapping):
            laid |= {key: ranges.name(value), **children}
        else:
            laid[key] = value
    return laid


def default(choice: Draw | Pick) -> Any:
    """Choose what is tried first."""
    return choice.default


def parameters(node: Node) -> Iterator[Draw | Pick]:
    """Every range of a tree, active or not, parents before children."""
    match node:
        case Draw():
            yield node
        case Pick():
            yield node
            for child in node.options.values():
                yield from parameters(child)
        case Table():
            for child in node.items.values():
                yield from parameters(child)
        case Row(nodes):
            for child in nodes:
                yield from parameters(child)


def size(node: Node) -> float:
    """Number of distinct candidates; ``inf`` where a real number is drawn."""
    match node:
        case Draw():
            return node.range.size()
        case Pick():
            return sum(size(child) for child in node.options.values())
        case Row(nodes):
            return math.prod(size(child) for child in nodes)
        case Table():
            return _table_size(node)
    return 1


def _table_size(table: Table) -> float:
    total = math.prod(size(table.items[key]) for key in table.items if key not in table.guards)
    for key, (choice, _) in table.guards.items():
        options = max(1, size(table.items[choice]))
        total = total / options * (options - 1 + size(table.items[key]))
    return total
