"""What a recipe can name, read without importing any of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine import catalogue
from engine.errors import EngineError
from engine.formula.functions import listed
from engine.recipe import abilities, find
from engine.recipe.composition import groups, options
from engine.recipe.file import text

Entry = dict[str, Any]
ROLES = ("metrics", "sources", "splitters", "transforms", "executors")
FAMILIES = "model"
MOST_BYTES = 4_000


def catalogues(root: Path) -> dict[str, list[Entry]]:
    """Return the entries of everything that can be listed, by the name of the list.

    Each entry has ``name`` and ``about``; what else it has depends on the list. Config groups are
    listed by their keys in a recipe, the group ``model`` as ``models``.
    """
    known = groups.find(root)
    found = {"recipes": _recipes(root), "models": _options(FAMILIES, known)}
    found |= {role: _role(role) for role in ROLES}
    found["transforms"] = [_step(entry) for entry in found["transforms"]]
    found["functions"] = list(listed())
    others = [group for group in known.options if group != FAMILIES]
    return found | {group: _options(group, known) for group in sorted(others)}


def _role(role: str) -> list[Entry]:
    rows = catalogue.rows(role)
    installed: Mapping[str, Any] = {"about": "comes with an installed package"}
    return [{"name": name, **rows.get(name, installed)} for name in catalogue.names(role)]


def _step(entry: Entry) -> Entry:
    """Add the words by which a block may name the step's options without the step."""
    options = entry.get("options", {}).values()
    words = [option["alone"] for option in options if "alone" in option]
    return {**entry, "alone": words} if words else entry


def _recipes(root: Path) -> list[Entry]:
    return [
        {"name": name, "about": _first_comment(path) or _question(path, root),
         "file": text.show(path, root)}
        for name, path in sorted(find.known(root).items())
    ]  # fmt: skip


def _options(group: str, known: groups.Groups) -> list[Entry]:
    return [
        _option(group, name, file, known)
        for name in sorted(known.options[group])
        if (file := known.file(f"{group}/{name}"))
    ]


def _option(group: str, name: str, file: Path, known: groups.Groups) -> Entry:
    shown = known.shown_file(file)
    try:
        tree = options.read(file, shown).tree
    except EngineError as error:  # a broken file of the user's is listed too
        return {"name": name, "about": f"broken: {error.faults[0].message}", "file": shown}
    about = tree.pop("about", "") or _first_comment(file)
    facts = abilities.describe(tree) if abilities.classes(tree) else {}
    return {"name": name, "about": about, "file": shown, **facts, **tree}


def _first_comment(path: Path) -> str:
    """Return the first comment that is meant for people."""
    for comment in _comments(path):
        if not comment.startswith(("@package", "yaml-language-server:")):
            return comment
    return ""


def _comments(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            head = file.read(MOST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return
    for line in head.splitlines():
        if line.strip() and not line.startswith("#"):
            return
        if comment := line.strip("# \t"):
            yield comment


def _question(path: Path, root: Path) -> str:
    try:
        problem = text.read(path, root).tree.get("problem")
    except EngineError:
        return "broken: engine check tells why"
    question = problem.get("question") if isinstance(problem, dict) else None
    return str(question or "")
