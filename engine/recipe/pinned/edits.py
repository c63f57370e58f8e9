"""Editing the text of a recipe where its values stand: all else stays, letter by letter.

What is no longer wanted is commented out where it has lines of its own, so that nothing is lost
that somebody has typed; inside of ``{ }`` and ``[ ]`` it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.recipe.file.places import Entry, Place
from engine.recipe.pinned.writing import block, inline

STEP = 2


@dataclass
class Edits:
    """Edits of a text, carried out together.

    Attributes
    ----------
    step : int
        Spaces by which the text indents.
    newline : str
        How its lines end.
    hidden : set of str
        Anchors in what was commented out or left out: no alias may call them.
    """

    text: str
    step: int
    newline: str
    hidden: set[str] = field(default_factory=set)
    _made: list[tuple[int, int, str]] = field(default_factory=list)
    _out: set[int] = field(default_factory=set)
    _set: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, text: str, root: Place) -> Edits:
        """Begin with a text and its places."""
        at = text.find("\n")
        crlf = at > 0 and text[at - 1] == "\r"
        made = cls(text, STEP, "\r\n" if crlf else "\n")
        made.step = made._step(root) or STEP
        return made

    def done(self) -> str:
        """Return the text with all edits."""
        text = self.text
        for start, end, new in sorted(self._made, key=lambda edit: edit[:2], reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def set(self, entry: Entry, value: Any) -> None:
        """Give a key, or an element of a list, another value on its line."""
        place, new = entry.value, inline(value)
        if entry.colon in self._set:
            return
        self._set.add(entry.colon)
        lines = place.kind in ("mapping", "list") and not place.flow
        if not lines and place.end > place.start:
            self._replace(place.start, place.end, new)
        elif not lines:
            self._replace(entry.colon, entry.colon, self._after_key(entry, new))
        elif entry.colon < place.start:
            self._replace(entry.colon, entry.colon, f" {new}")
            self._comment(place.start, place.end)
        else:
            self._replace(place.start, place.end, self._above(place, new))

    def drop(self, owner: Place, names: Sequence[str]) -> None:
        """Take entries out of a mapping or list."""
        entries = owner.entries
        for number, entry in enumerate(entries):
            if entry.name not in names:
                continue
            self.hidden |= {p.anchor for p in entry.value.below() if p.kind != "alias"}
            if not owner.flow:
                self._comment(self._line_start(entry.start, owner), entry.end)
            elif any(other.name not in names for other in entries[:number]):
                self._replace(entries[number - 1].end, entry.end, "")
            else:
                after = entries[number + 1].start if number + 1 < len(entries) else entry.end
                self._replace(entry.start, after, "")

    def add(self, owner: Place, tree: Mapping[str, Any], dropped: Sequence[str] = ()) -> None:
        """Add keys to a mapping, behind those that it has."""
        if owner.flow:
            kept = [entry for entry in owner.entries if entry.name not in dropped]
            at = owner.entries[-1].end if owner.entries else owner.end - 1
            written = inline(dict(tree))[1:-1]
            self._replace(at, at, f", {written}" if kept else written)
        else:
            self._lines_after(owner.end, block(tree, self._column(owner.start), self.step))

    def append(self, owner: Place, tree: Mapping[str, Any]) -> None:
        """Add an element to a list, behind those that it has."""
        if owner.flow:
            at = owner.entries[-1].end if owner.entries else owner.end - 1
            self._replace(at, at, f"{', ' if owner.entries else ''}{inline(dict(tree))}")
        else:
            indent = " " * self._column(owner.start)
            self._lines_after(owner.end, [f"{indent}- {inline(dict(tree))[1:-1]}"])

    def fill(self, entry: Entry, owner: Place, tree: Mapping[str, Any]) -> None:
        """Give a key a mapping in the place of what stands there: nothing, a word or a list."""
        place = entry.value
        if owner.flow:
            self.set(entry, dict(tree))
            return
        if place.kind == "list" and not place.flow:
            self._comment(place.start, place.end)
        elif place.end > entry.colon:
            self._replace(entry.colon, place.end, "")
        indent = self._column(entry.start) + self.step
        self._lines_after(entry.end, block(tree, indent, self.step))

    def _replace(self, start: int, end: int, new: str) -> None:
        self._made.append((start, end, new))

    def _comment(self, start: int, end: int) -> None:
        """Comment out the lines from one letter to another, at the column of the first."""
        column = self._column(start)
        at = start - column
        while at < end:
            line_end = self._line_end(at)
            line = self.text[at:line_end]
            body = line.lstrip()
            if body and not body.startswith("#") and at not in self._out:
                self._out.add(at)
                begin = at + min(column, len(line) - len(body))
                self._replace(begin, begin, "# ")
            at = self._next_line(line_end)

    def _lines_after(self, at: int, lines: Sequence[str]) -> None:
        """Add lines below the one that a letter stands in."""
        end = self._line_end(max(0, at))
        self._replace(end, end, "".join(self.newline + line for line in lines))

    def _above(self, place: Place, new: str) -> str:
        """Write a value, and below it, commented out, the lines of the one that it replaces."""
        indent = " " * self._column(place.start)
        old = self.text[place.start : place.end].splitlines()
        kept = [f"{indent}# {line.removeprefix(indent)}" for line in old]
        return self.newline.join([new, *kept])

    def _after_key(self, entry: Entry, new: str) -> str:
        return f" {new}" if self.text[entry.colon - 1] == ":" else f": {new}"

    def _line_start(self, start: int, owner: Place) -> int:
        """Return where an element of a list begins: with its dash."""
        return self.text.rindex("-", 0, start) if owner.kind == "list" else start

    def _column(self, at: int) -> int:
        return at - (self.text.rfind("\n", 0, at) + 1)

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def _next_line(self, line_end: int) -> int:
        at = self.text.find("\n", line_end)
        return len(self.text) if at < 0 else at + 1

    def _step(self, place: Place) -> int:
        """Return by how much the first mapping inside of another is indented."""
        for entry in place.entries:
            inner = entry.value
            if inner.kind == "mapping" and not inner.flow and entry.colon < inner.start:
                return self._column(inner.start) - self._column(entry.start)
        return 0
