"""The text of a recipe with other values in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.recipe.file.places import Entry, Place, places
from engine.recipe.file.references import at as value_at
from engine.recipe.pinned.changes import GONE, Change
from engine.recipe.pinned.edits import Edits

MODEL = "model"
DEFAULTS = "defaults"
SELECTION = "override /model"
_MARK = "\ufeff"


@dataclass(frozen=True)
class Wanted:
    """What a recipe is to say.

    Attributes
    ----------
    change : Change
        Of the values that are composed from it; under ``model``, of one family alone.
    family : str
        The family that is to be selected.
    selected : tuple of str
        Those that are selected by it.
    others : bool
        Whether the other families stay selected.
    groups : frozenset of str
        Keys under which a word selects an option.
    """

    change: Change
    family: str
    selected: tuple[str, ...]
    others: bool = False
    groups: frozenset[str] = frozenset()


def written(text: str, wanted: Wanted) -> str:
    """Return the text of a recipe in which the wanted values stand."""
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    root = places(text)
    if root is None or root.kind != "mapping":
        raise ValueError("a recipe is a mapping")
    writer = _Writer(Edits.of(text, root), root, wanted)
    writer.write()
    return mark + writer.edits.done()


class _Writer:
    def __init__(self, edits: Edits, root: Place, wanted: Wanted) -> None:
        self.edits = edits
        self.root = root
        self.wanted = wanted
        self._named = {p.anchor: p for p in root.below() if p.anchor and p.kind != "alias"}

    def write(self) -> None:
        """Leave one family selected, and write what changes."""
        change, family = self.wanted.change, self.wanted.family
        parts = dict(change.parts)
        entry, model = self.root.entry(MODEL), parts.pop(MODEL, None)
        defaults = self.root.entry(DEFAULTS)
        if defaults:
            self._choose(defaults.value)
        if entry is not None:
            self._family(entry, model, bool(defaults))
        elif model is not None:
            parts[MODEL] = model
        elif self.wanted.selected != (family,) and not self.wanted.others and not defaults:
            parts[MODEL] = Change(GONE, {family: None})
        self._mapping(self.root, Change(change.before, change.after, parts))
        self._follow()

    def _choose(self, defaults: Place) -> None:
        """Select the family in a list of defaults."""
        family = self.wanted.family
        if self.wanted.others or self.wanted.selected == (family,):
            return
        for element in defaults.entries:
            for entry in element.value.entries:
                if entry.name.removeprefix("override").strip().lstrip("/") == MODEL:
                    self.edits.set(entry, [family])
                    return
        self.edits.append(defaults, {SELECTION: [family]})

    def _family(self, entry: Entry, model: Change | None, chosen: bool) -> None:
        family, place = self.wanted.family, entry.value
        part = model.parts.get(family) if model else None
        if place.kind == "mapping":
            keep = (family,) if not self.wanted.others else [one.name for one in place.entries]
            names = [one.name for one in place.entries if one.name not in keep]
            self.edits.drop(place, names)
            parts = {family: part} if part else {}
            if not part and place.entry(family) is None and not chosen:
                parts = {family: Change(GONE, None)}
            self._mapping(place, Change(GONE, {}, parts), names)
            return
        self._listed(entry, part)

    def _listed(self, entry: Entry, part: Change | None) -> None:
        """Select the family where a word or a list of words selects some."""
        family, place = self.wanted.family, entry.value
        listed = [one.value.text for one in place.entries] if place.kind == "list" else [place.text]
        kept = [name for name in listed if name == family or self.wanted.others]
        if part:
            tree = dict.fromkeys([*kept, family]) | {family: self._added(part)}
            self.edits.fill(entry, self.root, tree)
        elif place.kind == "list" and kept:
            self.edits.drop(place, [e.name for e in place.entries if e.value.text not in kept])
        elif family not in kept:
            self.edits.set(entry, family)

    def _mapping(self, place: Place, change: Change, dropped: Sequence[str] = ()) -> None:
        """Write the changes inside of a mapping."""
        added: dict[str, Any] = {}
        gone = [name for name, part in change.parts.items() if part.after is GONE]
        for name, part in change.parts.items():
            entry = place.entry(name)
            if part.after is GONE:
                continue
            if entry is None:
                added[name] = self._added(part)
            else:
                self._entry(place, entry, part)
        self.edits.drop(place, gone)
        if added:
            self.edits.add(place, added, [*dropped, *gone])

    def _entry(self, owner: Place, entry: Entry, part: Change) -> None:
        place = entry.value
        if not part.parts:
            self.edits.set(entry, part.after)
        elif place.kind == "mapping" and isinstance(part.after, Mapping):
            self._mapping(place, part)
        elif place.kind == "list" and isinstance(part.after, list):
            for number, inner in part.parts.items():
                self._entry(place, place.entries[int(number)], inner)
        elif place.kind == "alias" or isinstance(part.after, list):
            self.edits.set(entry, self._instead(place, part.after, part.parts))
        else:
            self.edits.fill(entry, owner, self._used(entry) | self._added(part))

    def _instead(self, place: Place, after: Any, changed: Mapping[str, Any]) -> Any:
        """Return what is written in the place of an alias: the keys that it has, and the new."""
        called = self._named.get(place.anchor)
        if not isinstance(after, Mapping) or called is None or called.kind != "mapping":
            return after
        names = {entry.name for entry in called.entries} | set(changed)
        return {name: value for name, value in after.items() if name in names}

    def _used(self, entry: Entry) -> dict[str, Any]:
        """Keep the option that a word selects, beside values of its own."""
        word = entry.value.text
        return {"use": word} if entry.name in self.wanted.groups and word else {}

    def _added(self, part: Change) -> Any:
        """Return what has to be written where nothing stands yet: only what changes."""
        if not part.parts or isinstance(part.after, list):
            return part.after
        inner = {n: self._added(p) for n, p in part.parts.items() if p.after is not GONE}
        return inner or None

    def _follow(self) -> None:
        """Write out what aliases call that is commented out."""
        after = self.wanted.change.after
        for key, entry in _aliases(self.root, ()):
            if entry.value.anchor in self.edits.hidden:
                try:
                    self.edits.set(entry, self._instead(entry.value, value_at(after, key), {}))
                except KeyError:
                    continue  # is commented out itself


def _aliases(place: Place, key: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for entry in place.entries:
        if entry.value.kind == "alias":
            yield (*key, entry.name), entry
        yield from _aliases(entry.value, (*key, entry.name))
