"""Set a holdout aside and cut the rest into folds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import catalogue
from engine.bundle.input import seconds, shorten
from engine.contracts import Fold, Index, Listener, Numbers, Rows
from engine.errors import DataError, Fault
from engine.recipe.schema import Recipe
from engine.steps.load import Frame
from engine.steps.target import Target, read_target

ABOUT = "set a holdout aside and cut the rest into folds"
MAKES = "holdout and folds"
READS = (
    "data.target", "data.time", "data.group", "problem.task", "problem.positive",
    "evaluation.folds", "evaluation.holdout", "evaluation.split", "evaluation.seed",
)  # fmt: skip
NEEDS = ("load",)
LIBRARIES = ("scikit-learn", "numpy")


@dataclass(frozen=True)
class Split:
    """Which rows are for what.

    Attributes
    ----------
    target : Target
        Of all rows of the source.
    train, holdout : ndarray of int
        Row numbers in the source; rows without a target are in neither.
    folds : tuple of Fold
        Positions within ``train``, in the order of time where folds go forward.
    how : str
        Name of the splitter.
    """

    target: Target
    train: Index
    holdout: Index
    folds: tuple[Fold, ...]
    how: str


def run(recipe: Recipe, inputs: Mapping[str, Frame], folder: Path, listener: Listener) -> Split:
    """Split the rows as the columns named under ``data`` require."""
    frame = inputs["load"].frame
    target = read_target(frame, recipe)
    known = np.flatnonzero(target.known)
    if len(known) < len(frame):
        listener("notice", text=f"{len(frame) - len(known):,} rows have no target and are left out")
    _no_clash(recipe, target)
    how, why = splitter_name(recipe, target)
    rows = _rows(frame.iloc[known], recipe, target.values[known])
    split = _split(how, rows, recipe, target, known)
    _save(split, why, folder)
    return split


def splitter_name(recipe: Recipe, target: Target) -> tuple[str, str]:
    """Return the splitter to use, and why."""
    if recipe.evaluation.split != "auto":
        return recipe.evaluation.split, "evaluation.split says so"
    if recipe.data.time:
        return "forward", "data.time is given"
    if recipe.data.group:
        return "grouped", "data.group is given"
    if target.classes:
        return "stratified", "the target has classes"
    return "plain", "the target is a number"


def _split(how: str, rows: Rows, recipe: Recipe, target: Target, known: Index) -> Split:
    wanted = recipe.evaluation
    splitter = catalogue.find("splitters", how)
    outer = Fold(np.arange(rows.count), np.arange(0))
    try:
        if wanted.holdout:
            outer = splitter.holdout(rows, wanted.holdout, wanted.seed)
        inner = splitter.folds(rows.take(outer.train), wanted.folds, wanted.seed)
    except DataError as error:
        raise DataError(*(_named(fault, target) for fault in error.faults)) from None
    folds = [Fold(_in_time(f.train, rows, outer), _in_time(f.valid, rows, outer)) for f in inner]
    return Split(target, known[outer.train], known[outer.valid], tuple(folds), how)


def _in_time(index: Index, rows: Rows, outer: Fold) -> Index:
    """Order positions by time, so that the last rows of a fold are its latest."""
    if rows.time is None:
        return index
    return index[np.argsort(rows.time[outer.train][index], kind="stable")]


def _named(fault: Fault, target: Target) -> Fault:
    """Put a class's label where a splitter could only say its code."""
    text = fault.message
    for code, label in enumerate(target.classes):
        text = text.replace(f"class code {code} ", f"class {str(label)[:40]!r} ")
    return Fault(text, fault.where, fault.hint)


def _no_clash(recipe: Recipe, target: Target) -> None:
    """The id stands in the predictions under its own name."""
    names = {"prediction", *(f"probability_{label}" for label in target.classes)}
    if recipe.data.id in names:
        message = f"predictions have a column {recipe.data.id!r} of their own"
        raise DataError(Fault(message, "data.id", "rename the column"))


def _rows(frame: pd.DataFrame, recipe: Recipe, target: NDArray[Any]) -> Rows:
    data = recipe.data
    groups = _groups(frame[data.group]) if data.group else None
    return Rows(len(frame), target, groups, _time(frame[data.time]) if data.time else None)


def _groups(column: pd.Series[Any]) -> Index:
    groups = pd.factorize(column)[0]
    _no_hole(groups < 0, column, "data.group")
    return groups


def _time(column: pd.Series[Any]) -> Numbers:
    numeric = pd.api.types.is_numeric_dtype(column)
    values: Numbers = (
        column.to_numpy(dtype=np.float64, na_value=np.nan) if numeric else seconds(column)
    )
    _no_hole(~np.isfinite(values), column, "data.time")
    return values


def _no_hole(missing: NDArray[np.bool_], column: pd.Series[Any], key: str) -> None:
    if missing.any():
        first = int(np.argmax(missing))
        found = shorten(column.iloc[first]) if pd.notna(column.iloc[first]) else "nothing"
        row = int(column.index[first]) + 1
        message = f"row {row:,} holds {found} in the column {column.name!r}, which every row needs"
        count = int(missing.sum())
        hint = f"mend or leave out {'this row' if count == 1 else f'these {count:,} rows'}"
        raise DataError(Fault(message, key, hint))


def _save(split: Split, why: str, folder: Path) -> None:
    target = split.target
    arrays = {f"fold{i}_{part}": getattr(fold, part)
              for i, fold in enumerate(split.folds) for part in ("train", "valid")}  # fmt: skip
    np.savez(
        folder / "split.npz",
        values=target.values, train=split.train, holdout=split.holdout, **arrays,
    )  # fmt: skip
    facts = {
        "task": target.task, "classes": target.classes, "reason": target.reason,
        "how": split.how, "why": why, "folds": len(split.folds),
        "train": len(split.train), "holdout": len(split.holdout),
    }  # fmt: skip
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")


def load(recipe: Recipe, folder: Path) -> Split:
    """Read a split that was saved."""
    facts = json.loads((folder / "facts.json").read_text("utf-8"))
    with np.load(folder / "split.npz", allow_pickle=False) as arrays:
        target = Target(facts["task"], tuple(facts["classes"]), arrays["values"], facts["reason"])
        folds = tuple(
            Fold(arrays[f"fold{i}_train"], arrays[f"fold{i}_valid"]) for i in range(facts["folds"])
        )
        return Split(target, arrays["train"], arrays["holdout"], folds, facts["how"])
