"""Where everything stands in the text of a YAML file: what an edit of it has to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from engine.recipe.file.text import Loader

_PROPERTY = re.compile(r"[&!]\S*\s+")


@dataclass(frozen=True)
class Place:
    """A value in a text.

    Attributes
    ----------
    start, end : int
        Its letters, without its anchor, and without comments and spaces behind it. Both are the
        same where nothing is written.
    flow : bool
        Whether it is a mapping or list in ``{ }`` or ``[ ]``, or stands inside of one.
    anchor : str
        What it is called by aliases; the name that an alias calls.
    entries : tuple of Entry
        Of a mapping, or of a list, which has no keys.
    """

    kind: Literal["scalar", "mapping", "list", "alias"]
    start: int
    end: int
    flow: bool
    anchor: str = ""
    text: str = ""
    entries: tuple[Entry, ...] = field(default=(), repr=False)

    def entry(self, name: str) -> Entry | None:
        """Return what stands under a key, or at a position of a list."""
        if self.kind == "list":
            return self.entries[int(name)] if int(name) < len(self.entries) else None
        return next((one for one in self.entries if one.name == name), None)

    def below(self) -> Iterator[Place]:
        """Yield the value and every value inside of it."""
        yield self
        for entry in self.entries:
            yield from entry.value.below()


@dataclass(frozen=True)
class Entry:
    """A value with its key.

    Attributes
    ----------
    start : int
        Where its key begins, or the value of an element of a list.
    colon : int
        Just behind the colon of its key, or behind the key where none is written; where the value
        of an element begins.
    """

    name: str
    start: int
    colon: int
    value: Place

    @property
    def end(self) -> int:
        return max(self.colon, self.value.end)


def places(text: str) -> Place | None:
    """Return the places of all values in a text; None where it holds none.

    Raises
    ------
    yaml.YAMLError
        If it is not YAML.
    """
    reader = _Reader(text)
    return reader.root()


class _Reader:
    """Builds places from the events of a parser; aliases stay what they are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events: Iterator[Any] = yaml.parse(text, Loader=Loader)

    def root(self) -> Place | None:
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                return self._place(event, False)
        return None

    def _place(self, event: Any, inside: bool) -> Place:
        match event:
            case yaml.MappingStartEvent():
                return self._collection(event, "mapping", inside or bool(event.flow_style))
            case yaml.SequenceStartEvent():
                return self._collection(event, "list", inside or bool(event.flow_style))
            case yaml.AliasEvent():
                return Place("alias", *_ends(event), inside, str(event.anchor))
        start = self._after_properties(event)
        end = max(start, event.end_mark.index)
        end = start + len(self.text[start:end].rstrip())
        return Place("scalar", start, end, inside, event.anchor or "", event.value)

    def _after_properties(self, event: Any) -> int:
        """Return where a value begins behind its anchor and its tag."""
        start: int = event.start_mark.index
        while (event.anchor or event.tag) and (
            found := _PROPERTY.match(self.text, start, event.end_mark.index)
        ):
            start = found.end()
        return start

    def _collection(self, event: Any, kind: Literal["mapping", "list"], flow: bool) -> Place:
        entries: list[Entry] = []
        while not isinstance(end := next(self.events), yaml.CollectionEndEvent):
            key = self._place(end, flow) if kind == "mapping" else None
            value = self._place(next(self.events) if key else end, flow)
            entries.append(self._entry(len(entries), key, value))
        if event.flow_style:
            ends = self._after_properties(event), _ends(end)[1]
        else:
            ends = entries[0].start, entries[-1].end
            if kind == "list":
                ends = self.text.rindex("-", 0, max(1, entries[0].start)), ends[1]
        return Place(kind, *ends, flow, event.anchor or "", "", tuple(entries))

    def _entry(self, number: int, key: Place | None, value: Place) -> Entry:
        if key is None:
            return Entry(str(number), value.start, value.start, value)
        colon = re.compile(r"\s*:").match(self.text, key.end)
        return Entry(key.text, key.start, colon.end() if colon else key.end, value)


def _ends(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index
