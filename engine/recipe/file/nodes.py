"""From YAML nodes to plain values, with the line of every key.

Duplicate keys, tags, aliases without end, and what YAML 1.1 would turn into something else are
refused here by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.errors import Fault, RecipeError
from engine.recipe import ranges
from engine.recipe.file import scalars

DEPTH = 40
NODES = 20_000
UNFOLDED = "its aliases (*name) hold each other; write out what is meant where it is meant"

Key = tuple[str, ...]
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"null", "bool", "int", "float", "str", "timestamp", "value", "merge", "map", "seq"}


def too(shown: str, line: int, message: str, hint: str) -> Fault:
    """Say that a file exceeds a limit, and what to change."""
    return Fault(f"the file {message}; this cannot be a recipe", f"{shown}:{line}", hint)


@dataclass
class Builder:
    """Turns nodes into values, noting lines and collecting faults.

    Attributes
    ----------
    shown : str
        What the file is called in messages.
    source : list of str
        Its lines.
    lines : dict
        The line of each key that was built.
    faults : list of Fault
        What was refused, though what was meant is plain enough to go on.
    fatal : list of Fault
        What was refused, and leaves nothing to go on with.
    """

    shown: str
    source: list[str]
    lines: dict[Key, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    fatal: list[Fault] = field(default_factory=list)
    built: int = 0

    def value(self, node: yaml.Node, key: Key = (), flow: bool = False) -> Any:
        """Return the value of a node that stands at ``key``; ``flow`` inside of { } or [ ]."""
        self.lines.setdefault(key, node.start_mark.line + 1)
        self._count(node, len(key))
        tag = node.tag.removeprefix(_TAG)
        if tag not in _PLAIN_TAGS:
            return self._refuse(node, f"the tag {node.tag.replace(_TAG, '!!')} is not allowed")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, key)
        return self._scalar(node, tag, flow) if isinstance(node, yaml.ScalarNode) else None

    def _count(self, node: yaml.Node, depth: int) -> None:
        """Refuse what aliases (*name) unfold to without end."""
        self.built += 1
        line = node.start_mark.line + 1
        if depth > DEPTH:
            message = f"unfolds to more than {DEPTH} levels"
            raise RecipeError(too(self.shown, line, message, UNFOLDED))
        if self.built > NODES:
            message = f"unfolds to more than {NODES:,} values"
            raise RecipeError(too(self.shown, line, message, UNFOLDED))

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        first: dict[Any, int] = {}
        for name_node, value_node in _whole(node, opening=1):
            if name_node.tag == f"{_TAG}merge":
                merged |= {k: v for k, v in self._merged(value_node, key) if k not in merged}
                continue
            name = self._name(name_node, bool(node.flow_style))
            line = name_node.start_mark.line + 1
            if name in first:
                self._note(name_node, f"the key '{name}' stands twice", _first(first[name]))
            first.setdefault(name, line)
            self.lines[*key, str(name)] = line
            built[name] = self.value(value_node, (*key, str(name)), bool(node.flow_style))
        return {**{k: v for k, v in merged.items() if k not in built}, **built}

    def _merged(self, node: yaml.Node, key: Key) -> Iterator[tuple[Any, Any]]:
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for part in parts:
            if not isinstance(part, yaml.MappingNode):
                self._refuse(node, "'<<' takes a mapping, such as *name")
                return
            yield from self.value(part, key).items()

    def _name(self, node: yaml.Node, flow: bool) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return self._refuse(node, "a key must be a word, not a list or a mapping")
        tag = node.tag.removeprefix(_TAG)
        if tag == "null":
            return self._refuse(node, "a key is empty")
        return self._scalar(node, tag, flow)

    def _sequence(self, node: yaml.SequenceNode, key: Key) -> list[Any]:
        flow = bool(node.flow_style)
        children = enumerate(child for (child,) in _whole(node, opening=0))
        return [self.value(child, (*key, str(i)), flow) for i, child in children]

    def _scalar(self, node: yaml.ScalarNode, tag: str, flow: bool) -> Any:
        plain = node.style is None or node.style == ""
        if flow and _is_split(node):
            return self._unsplit(node)
        try:
            return scalars.read(node.value, tag, plain)
        except scalars.ScalarError as error:
            self._note(node, str(error), error.hint)
            return node.value

    def _unsplit(self, node: yaml.ScalarNode) -> str:
        """Note a range whose comma YAML's flow style took for its own; return it whole."""
        written = _balanced(self.source[node.start_mark.line][node.start_mark.column :])
        message = f"inside {{ }} and [ ] YAML splits {written} at its comma"
        self._note(node, message, f'put it in quotes: "{written}", or on a line of its own')
        return written

    def _note(self, node: yaml.Node, message: str, hint: str = "") -> None:
        self.faults.append(Fault(message, f"{self.shown}:{node.start_mark.line + 1}", hint))

    def _refuse(self, node: yaml.Node, message: str, hint: str = "") -> Any:
        self.fatal.append(Fault(message, f"{self.shown}:{node.start_mark.line + 1}", hint))


def _first(line: int) -> str:
    return f"it stands first in line {line}; keep one of the two"


def _whole(node: yaml.CollectionNode, opening: int) -> Iterator[tuple[yaml.Node, ...]]:
    """Yield the parts of a collection, without those that flow style split off a range.

    ``opening`` is the position in a part of the scalar that may begin a range; what was split off
    goes on at position 0.
    """
    open_ones = 0
    for child in node.value:
        part = child if isinstance(child, tuple) else (child,)
        if open_ones > 0:
            open_ones += _balance(part[0])
            continue
        yield part
        if node.flow_style and _is_split(part[opening]):
            open_ones = _balance(part[opening])


def _is_split(node: yaml.Node) -> bool:
    plain = isinstance(node, yaml.ScalarNode) and not node.style
    return plain and ranges.is_range(node.value) and _balance(node) > 0


def _balance(node: yaml.Node) -> int:
    text = node.value if isinstance(node, yaml.ScalarNode) else ""
    return text.count("(") - text.count(")")


def _balanced(text: str) -> str:
    """Return the beginning of ``text`` up to the parenthesis that closes its first one."""
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return text[: position + 1]
    return text.strip()
