"""Reading a YAML file that nobody has looked at yet.

Sizes are capped before anything is built, every key is given its line, and what YAML 1.1 would
turn into something else is refused by name. Nothing but plain values comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.errors import Fault, RecipeError
from engine.recipe import ranges, scalars

BYTES = 1_000_000
DEPTH = 40
NODES = 20_000
ALIASES = 200

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Key = tuple[str, ...]
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"null", "bool", "int", "float", "str", "timestamp", "value", "merge", "map", "seq"}


@dataclass(frozen=True)
class File:
    """A YAML file as written.

    Attributes
    ----------
    name : str
        What it is called in messages: its path, relative to the working folder where it can be.
    tree : dict
        Its values.
    lines : mapping
        The line of each key, by its path; elements of lists count from ``"0"``.
    package : str or None
        Of the header ``# @package ...``.
    """

    name: str
    tree: dict[str, Any]
    lines: Mapping[Key, int]
    package: str | None = None

    def where(self, key: Key) -> str:
        """Return ``file:line`` of a key, or of the nearest key above it that stands there."""
        while key and key not in self.lines:
            key = key[:-1]
        return f"{self.name}:{self.lines.get(key, 1)}"


def read(
    path: Path, root: Path | None = None, *, shown: str = "", may_be_empty: bool = False
) -> File:
    """Read a file, called ``shown`` in messages, or by its path below ``root``.

    Raises
    ------
    RecipeError
        If it cannot be read, is not YAML, is too large, or means something else than it seems to.
    """
    shown = shown or show(path, root or Path.cwd())
    return parse(_decoded(_bytes(path, shown), shown), shown, may_be_empty)


def parse(text: str, shown: str, may_be_empty: bool = False) -> File:
    """Read the text of a file that is called ``shown`` in messages."""
    try:
        _measure(text, shown)
        node = yaml.compose(text, Loader=Loader)
        builder = _Builder(shown, text.splitlines())
        tree = _built(node, builder, may_be_empty)
    except yaml.YAMLError as error:
        raise RecipeError(_broken(error, text, shown)) from None
    except RecursionError:
        raise RecipeError(Fault("an alias (*name) stands inside itself", shown)) from None
    if not builder.faults and not isinstance(tree, dict):
        builder.faults.append(_not_a_mapping(tree, shown))
    if builder.faults:
        raise RecipeError(*builder.faults)
    return File(shown, dict(tree), builder.lines, _package(text))


def _built(node: yaml.Node | None, builder: _Builder, may_be_empty: bool) -> Any:
    empty = {} if may_be_empty else None
    return empty if node is None else builder.value(node, ())


def show(path: Path, root: Path) -> str:
    """Write a path relative to ``root`` where it lies below it."""
    path = path.absolute()
    root = root.absolute()
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _bytes(path: Path, shown: str) -> bytes:
    if path.is_dir():
        raise RecipeError(Fault("is a folder; a YAML file was expected", shown))
    if path.exists() and not path.is_file():
        raise RecipeError(Fault("is not a file; a YAML file was expected", shown))
    try:
        with path.open("rb") as stream:
            content = stream.read(BYTES + 1)
    except OSError as error:
        raise RecipeError(Fault(f"cannot be read: {error.strerror}", shown)) from None
    if len(content) > BYTES:
        raise RecipeError(Fault(f"is larger than {BYTES:,} bytes; this cannot be a recipe", shown))
    return content


def _decoded(content: bytes, shown: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RecipeError(
            Fault(
                f"is not UTF-8 text (byte 0x{content[error.start]:02x})",
                f"{shown}:{line}",
                "save it as UTF-8",
            )
        ) from None


def _measure(text: str, shown: str) -> None:
    """Refuse what is too deep or too large, before any of it is built."""
    depth = nodes = aliases = documents = 0
    for event in yaml.parse(text, Loader=Loader):
        line = _line(event)
        nodes += isinstance(event, yaml.NodeEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise RecipeError(_too(shown, line, f"is nested more than {DEPTH} deep"))
        if nodes > NODES:
            raise RecipeError(_too(shown, line, f"holds more than {NODES:,} values"))
        if aliases > ALIASES:
            raise RecipeError(_too(shown, line, f"uses more than {ALIASES} aliases (*name)"))
        if documents > 1:
            raise RecipeError(_too(shown, line, "holds a second document after '---'"))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _too(shown: str, line: int, message: str) -> Fault:
    return Fault(f"the file {message}; this cannot be a recipe", f"{shown}:{line}")


def _not_a_mapping(tree: Any, shown: str) -> Fault:
    if tree is None:
        return Fault("the file is empty", shown, "a recipe needs data: with source: and target:")
    what = "a list" if isinstance(tree, list) else f"the single value {ranges.label(tree)}"
    return Fault(f"the file holds {what}; keys such as 'data:' were expected", f"{shown}:1")


def _package(text: str) -> str | None:
    """Return what the header ``# @package`` says, which may stand below other comments."""
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return None
        if found := re.match(r"\s*#\s*@package\s*:?\s*(\S+)", line):
            return found[1]
    return None


@dataclass
class _Builder:
    """Turns nodes into values, noting lines and collecting faults."""

    shown: str
    source: list[str]
    lines: dict[Key, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    built: int = 0

    def value(self, node: yaml.Node, key: Key, flow: bool = False) -> Any:
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
            raise RecipeError(_too(self.shown, line, f"unfolds to more than {DEPTH} levels"))
        if self.built > NODES:
            raise RecipeError(_too(self.shown, line, f"unfolds to more than {NODES:,} values"))

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        first: dict[Any, int] = {}
        for name_node, value_node in node.value:
            if name_node.tag == f"{_TAG}merge":
                merged |= {k: v for k, v in self._merged(value_node, key) if k not in merged}
                continue
            name = self._name(name_node, bool(node.flow_style))
            line = name_node.start_mark.line + 1
            if name in first:
                self._refuse(name_node, f"the key '{name}' stands twice", _first(first[name]))
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
        return [self.value(child, (*key, str(i)), flow) for i, child in enumerate(node.value)]

    def _scalar(self, node: yaml.ScalarNode, tag: str, flow: bool) -> Any:
        plain = node.style is None or node.style == ""
        if plain and flow and ranges.is_range(node.value):
            self._check_whole(node)
        try:
            return scalars.read(node.value, tag, plain)
        except scalars.ScalarError as error:
            return self._refuse(node, str(error), error.hint)

    def _check_whole(self, node: yaml.ScalarNode) -> None:
        """Refuse a range whose comma YAML's flow style took for its own."""
        if node.value.count("(") <= node.value.count(")"):
            return
        written = _balanced(self.source[node.start_mark.line][node.start_mark.column :])
        self._refuse(
            node,
            f"inside {{ }} and [ ] YAML splits {written} at its comma",
            f'put it in quotes: "{written}", or on a line of its own',
        )

    def _refuse(self, node: yaml.Node, message: str, hint: str = "") -> Any:
        self.faults.append(Fault(message, f"{self.shown}:{node.start_mark.line + 1}", hint))


def _first(line: int) -> str:
    return f"it stands first in line {line}; keep one of the two"


def _balanced(text: str) -> str:
    """Return the beginning of ``text`` up to the parenthesis that closes its first one."""
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return text[: position + 1]
    return text.strip()


_HINTS = (
    ("cannot start any token", "put the value in quotes"),
    ("mapping values are not allowed", "a value that holds ': ' must be in quotes"),
    ("alphabetic or numeric character", "a value that begins with * or & must be in quotes"),
    ("undefined alias", "a value that begins with * must be in quotes"),
    ("could not find expected ':'", "every key is followed by a colon and a space"),
    ("did not find expected key", "check the indentation, and quotes inside of quotes"),
    ("did not find expected ',' or", "a bracket is not closed"),
    ("unexpected end of stream", "a quote or a bracket is not closed"),
)


def _broken(error: yaml.YAMLError, text: str, shown: str) -> Fault:
    """Say where YAML's grammar is broken, and what the usual cause is."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    if mark is None:
        return Fault(f"is not YAML: {problem.splitlines()[0]}", shown)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    where = f"{shown}:{mark.line + 1}"
    if "\t" in line[: len(line) - len(line.lstrip())] or line[mark.column :].startswith("\t"):
        return Fault("a tab stands where YAML wants spaces", where, "indent with spaces")
    hint = next((hint for part, hint in _HINTS if part in problem), "")
    return Fault(f"is not YAML: {problem} (column {mark.column + 1})", where, hint)
