"""Reading a YAML file that nobody has looked at yet.

Sizes are capped before anything is built, every key is given its line, and what YAML 1.1 would
turn into something else is refused by name. Nothing but plain values comes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.errors import Fault, RecipeError
from engine.recipe import ranges
from engine.recipe.file.nodes import DEPTH, NODES, UNFOLDED, Builder, Key, too

BYTES = 1_000_000
ALIASES = 200
NO_DATA = "keep settings alone; rows belong into a file that data.source names"

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    faults : tuple of Fault
        What means something else than it seems to; the tree holds what was probably meant.
    """

    name: str
    tree: dict[str, Any]
    lines: Mapping[Key, int]
    package: str | None = None
    faults: tuple[Fault, ...] = ()

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
        If it cannot be read, is not YAML, or is too large.
    """
    shown = shown or show(path, root or Path.cwd())
    return parse(_decoded(_bytes(path, shown), shown), shown, may_be_empty)


def parse(text: str, shown: str, may_be_empty: bool = False) -> File:
    """Read the text of a file that is called ``shown`` in messages."""
    try:
        _measure(text, shown)
        node = yaml.compose(text, Loader=Loader)
        builder = Builder(shown, text.splitlines())
        tree = _built(node, builder, may_be_empty)
    except yaml.YAMLError as error:
        raise RecipeError(_broken(error, text, shown)) from None
    except RecursionError:
        raise RecipeError(Fault("an alias (*name) stands inside itself", shown, UNFOLDED)) from None
    if not builder.fatal and not isinstance(tree, dict):
        builder.fatal.append(_not_a_mapping(tree, shown))
    if builder.fatal:
        raise RecipeError(*builder.faults, *builder.fatal)
    return File(shown, dict(tree), builder.lines, _package(text), tuple(builder.faults))


def _built(node: yaml.Node | None, builder: Builder, may_be_empty: bool) -> Any:
    if node is None:
        return {} if may_be_empty else None
    return builder.value(node)


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
        message = f"is larger than {BYTES:,} bytes; this cannot be a recipe"
        raise RecipeError(Fault(message, shown, NO_DATA))
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
            hint = "close the bracket or indentation that goes on and on; nothing lies that deep"
            raise RecipeError(too(shown, line, f"is nested more than {DEPTH} deep", hint))
        if nodes > NODES:
            raise RecipeError(too(shown, line, f"holds more than {NODES:,} values", NO_DATA))
        if aliases > ALIASES:
            hint = "write the values out in place of *name"
            raise RecipeError(too(shown, line, f"uses more than {ALIASES} aliases (*name)", hint))
        if documents > 1:
            hint = "remove that line and what follows, or move it to a recipe of its own"
            raise RecipeError(too(shown, line, "holds a second document after '---'", hint))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


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
