"""``engine list`` and ``engine schema``: what a recipe can say."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from engine.catalogue import near, unknown
from engine.cli import console, page
from engine.cli.entries import Entry, catalogues
from engine.errors import NotFoundError
from engine.recipe import jsonschema, steps
from engine.recipe.composition import groups

BESIDES = {
    "metrics": ("tasks", "direction", "parameters"),
    "transforms": ("options", "alone"),
    "sources": ("patterns",),
    "functions": ("usage",),
}
"""What is worth a column of its own, by catalogue."""


def list_(arguments: Namespace) -> int:
    """List what a recipe can name."""
    found = catalogues(Path.cwd())
    if arguments.catalogue is None:
        return _all(found, arguments)
    name = _called(arguments.catalogue, found)
    if arguments.entry is not None:
        return _one(name, arguments.entry, found[name], arguments)
    if arguments.json:
        return console.as_json(found[name])
    if arguments.wide and name == "transforms":
        for entry in found[name]:
            page.show(name, entry)
    elif arguments.wide:
        _blocks(found[name])
    else:
        _table(name, found[name])
    return 0


def _one(name: str, wanted: str, entries: list[Entry], arguments: Namespace) -> int:
    """Print a page about one entry."""
    known = {entry["name"]: entry for entry in entries}
    if name == "transforms":
        known |= {word: entry for entry in entries for word in entry.get("alone", ())}
        known |= {} if wanted in known else _class(wanted)
    if wanted not in known:
        raise NotFoundError(unknown(name.removesuffix("s"), wanted, known))
    if arguments.json:
        return console.as_json(known[wanted])
    page.show(name, known[wanted], wanted if name == "transforms" else "")
    return 0


def _class(name: str) -> dict[str, Entry]:
    """Return a transformer of scikit-learn as an entry, if there is one of this name."""
    found = steps.word(name)
    about = "A class of scikit-learn."
    return {name: {"name": name, "about": about, **found.row}} if found and not found.option else {}


def _all(found: dict[str, list[Entry]], arguments: Namespace) -> int:
    if arguments.json:
        return console.as_json(found)
    if arguments.wide:
        for name, entries in found.items():
            _table(name, entries)
            console.line()
        return 0
    rows = [(name, ", ".join(e["name"] for e in entries)) for name, entries in found.items()]
    console.table("", ["catalogue", "what it holds"], rows)
    console.line()
    console.line("  engine list CATALOGUE           what each is for")
    console.line("  engine list CATALOGUE ENTRY     all about one")
    return 0


def _called(name: str, found: dict[str, list[Entry]]) -> str:
    """Return the catalogue of a name, which may stand in the singular."""
    for called in (name, f"{name}s"):
        if called in found:
            return called
    inside = [c for c, entries in found.items() if any(e["name"] == name for e in entries)]
    fault = unknown("catalogue", name, found)
    if inside and not near(name, found):
        fault = type(fault)(
            fault.message, hint=f"{name} is listed by: engine list {inside[0]} {name}"
        )
    raise NotFoundError(fault)


def _table(name: str, entries: list[Entry]) -> None:
    besides = BESIDES.get(name, ())
    rows = [(e["name"], *(_listed(e.get(key, [])) for key in besides), e["about"]) for e in entries]
    console.table("", [name, *besides, "about"], rows)


def _listed(value: Any) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _blocks(entries: list[Entry]) -> None:
    """Print all that is known of each."""
    for entry in entries:
        console.line(entry["name"], "bold")
        console.facts((key, _shown(value)) for key, value in _flat(entry) if key != "name")


def _flat(entry: Entry) -> Iterator[tuple[str, Any]]:
    """Yield what is known of an entry, with mappings taken apart once."""
    for key, value in entry.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", known) for inner, known in value.items())
        else:
            yield key, value


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def schema_(arguments: Namespace) -> int:
    """Print the JSON Schema of a recipe."""
    return console.as_json(jsonschema.schema(groups.find(Path.cwd())))
