"""Faults of how rows are split: columns and keys that clash, or would be ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault
from engine.recipe.checks import fields
from engine.recipe.file.references import Key

Found = Iterator[tuple[Key, Fault]]

COLUMNS = {
    "time": ("data", "time"),
    "groups": ("data", "group"),
    "fold": ("evaluation", "fold_column"),
}
"""Columns that folds depend on, by what splitters call them."""
BY_COLUMNS = {
    (): "",
    ("time",): "forward",
    ("groups",): "grouped",
    ("time", "groups"): "forward_grouped",
}
"""The splitter that columns under ``data`` mean; without any, the target decides."""
DEFAULTS = {
    "gap": (None, 0),
    "embargo": (None, 0),
    "window": (None, "expanding"),
    "repeats": (None, 1),
}
"""Values of the keys of ``evaluation`` that only some splitters take, which change nothing."""


def derived(time: object, group: object, fold_column: object) -> str:
    """Return the splitter that columns mean; empty where the target decides.

    >>> derived("day", None, None), derived(None, None, "fold"), derived(None, None, None)
    ('forward', 'predefined', '')
    """
    if fold_column is not None:
        return "predefined"
    named = (("time", time), ("groups", group))
    return BY_COLUMNS[tuple(word for word, column in named if column is not None)]


def faults(data: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Found:
    """Yield the faults of the columns and keys that say how rows are split."""
    sections = {"data": data, "evaluation": evaluation}
    given = {word: sections[part].get(key) for word, (part, key) in COLUMNS.items()}
    named = {word: column for word, column in given.items() if column is not None}
    yield from _columns(data, evaluation)
    yield from _order(named, evaluation)
    if evaluation.get("order") == "random":
        named.pop("time", None)
    split = evaluation.get("split", "auto")
    if split == "auto":
        split = derived(named.get("time"), named.get("groups"), named.get("fold"))
    row = catalogue.rows("splitters").get(split) if isinstance(split, str) else None
    if row is not None:
        yield from _ignored(split, row, named, evaluation)
        yield from _counted(row, evaluation)
    if row is not None or split == "":
        overruled = data.get("time") is not None and "time" not in named
        yield from _not_taken(split, row or {"takes": ["repeats"]}, evaluation, overruled)


def _columns(data: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Found:
    """A column that only says how rows are split has no other meaning, and is there."""
    held = evaluation.get("holdout")
    marks = held.get("column") if isinstance(held, Mapping) else None
    own = {("evaluation", "fold_column"): evaluation.get("fold_column"),
           ("evaluation", "holdout", "column"): marks}  # fmt: skip
    drop = data.get("drop")
    for key, column in own.items():
        if column is None:
            continue
        for other in ("target", "id"):
            if data.get(other) == column:
                message = f"`{'.'.join(key)}` and `data.{other}` are both {column!r}"
                yield key, Fault(message, hint="name another column, or leave it out")
        if isinstance(drop, list) and column in drop:
            message = f"`data.drop` holds the column of `{'.'.join(key)}`, {column!r}"
            yield ("data", "drop"), Fault(message, hint="leave it out: it is no feature anyway")
    if marks is not None and marks == evaluation.get("fold_column"):
        message = f"`evaluation.holdout.column` and `evaluation.fold_column` are both {marks!r}"
        yield ("evaluation", "holdout", "column"), Fault(message, hint="name another column")


def _order(named: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Found:
    if evaluation.get("order") != "random":
        return
    split = evaluation.get("split")
    row = catalogue.rows("splitters").get(split, {}) if isinstance(split, str) else {}
    if "time" not in named:
        message = "`evaluation.order` is random, and there is no `data.time` to overrule"
        yield ("evaluation", "order"), Fault(message, hint="leave it out")
    elif "time" in row.get("needs", ()):
        message = f"`evaluation.order` is random, and `evaluation.split` is {split}"
        yield ("evaluation", "order"), Fault(message, hint="leave one of them out")


def _ignored(
    split: str, row: Mapping[str, Any], named: Mapping[str, Any], evaluation: Mapping[str, Any]
) -> Found:
    """A column that folds depend on is used by the split, or refused: never ignored."""
    needs = [word for word in COLUMNS if word in row.get("needs", ())]
    ignored = [word for word in named if word not in (*needs, *row.get("keeps", ()))]
    missing = [word for word in needs if word not in named]
    at = "split" if evaluation.get("split", "auto") != "auto" else "fold_column"
    if ignored:
        key = ".".join(COLUMNS[ignored[0]])
        what = f"is {split}" if at == "split" else "names the folds"
        message = f"`evaluation.{at}` {what}, which would ignore `{key}`"
        hint = f"leave out evaluation.{at}, or {key}"
        if ignored == ["time"]:
            hint += ", or overrule time knowingly: evaluation.order=random"
        yield ("evaluation", at), Fault(message, hint=hint)
    elif missing and not (missing[0] == "time" and evaluation.get("order") == "random"):
        key = ".".join(COLUMNS[missing[0]])
        message = f"`evaluation.split` is {split}, and there is no `{key}`"
        yield ("evaluation", "split"), Fault(message, hint=f"name the column: {key}=COLUMN")


def _counted(row: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Found:
    """A number of folds beside a column that names them; the default's stands in every recipe."""
    key = ("evaluation", "folds")
    value, column = evaluation.get("folds"), evaluation.get("fold_column")
    if "fold" in row.get("needs", ()) and column and value not in (None, fields.default(key)):
        message = f"`evaluation.folds` is {value}, and the column {column} names the folds"
        yield key, Fault(message, hint="leave out one of evaluation.folds, evaluation.fold_column")


def _not_taken(
    split: str, row: Mapping[str, Any], evaluation: Mapping[str, Any], overruled: bool
) -> Found:
    """A key that the split cannot heed is refused: never ignored."""
    for key, unset in DEFAULTS.items():
        value = evaluation.get(key)
        if value in unset or key in row.get("takes", ()):
            continue
        hint = "leave it out"
        if overruled and key != "repeats":
            what = "evaluation.order is random, and overrules data.time"
            hint = "leave one of them out"
        elif not split and key != "repeats":
            what, hint = "there is no `data.time`", "name the column of times: data.time=COLUMN"
        elif key == "repeats":
            what = f"the split {split} is the same each time"
        else:
            what = f"the split {split} does not heed it"
        yield ("evaluation", key), Fault(f"`evaluation.{key}` is {value}, and {what}", hint=hint)
