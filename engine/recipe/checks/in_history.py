"""Faults of steps that look back: they need time, and folds that go forward in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault
from engine.recipe.file.references import Key

FORWARD = ("forward", "forward_grouped")


def faults(
    tree: Mapping[str, Any], given: Mapping[str, Any], key: Key
) -> Iterator[tuple[Key, Fault]]:
    """Yield the faults of the steps of one block that look back."""
    rows = catalogue.rows("transforms")
    words = [str(name) for name in given]
    for place, name in enumerate(words):
        if not rows.get(name, {}).get("back") or given[name] in ("none", False):
            continue
        here = (*key, name)
        if fault := _order(name, _section(tree, "data"), _section(tree, "evaluation")):
            yield here, fault
        ahead = [word for word in words[:place] if not rows.get(word, {}).get("back")]
        if ahead:
            message = (
                f"`{name}` looks at the block's own columns, and `{ahead[0]}` stands before it"
            )
            yield here, Fault(message, hint=f"put `{name}` first, and what is done with it after")


def _order(name: str, data: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Fault | None:
    if not data.get("time"):
        message = f"`{name}` looks at earlier rows, and nothing says which these are"
        return Fault(message, hint="name the column that orders the rows: data.time")
    if evaluation.get("order") == "random":
        return Fault(_shuffled(name, "evaluation.order is random"), hint="leave it out")
    if evaluation.get("fold_column"):
        return Fault(_shuffled(name, "evaluation.fold_column is given"), hint="leave it out")
    split = evaluation.get("split", "auto")
    if isinstance(split, str) and split not in ("auto", *FORWARD):
        return Fault(_shuffled(name, f"evaluation.split is {split}"), hint="write split: auto")
    return None


def _shuffled(name: str, why: str) -> str:
    return f"`{name}` looks at earlier rows, which needs folds that go forward in time, but {why}"


def _section(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = tree.get(name)
    return section if isinstance(section, Mapping) else {}
