"""Set a holdout aside and cut the rest into folds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import catalogue
from engine.contracts import ADJACENT, Fold, Index, Listener, Numbers, Rows, Spacing
from engine.errors import DataError, Fault
from engine.recipe.checks.in_split import derived
from engine.recipe.schema import Recipe
from engine.splitters import latest
from engine.steps import history, sides, weights
from engine.steps.load import Frame
from engine.steps.target import Target, read_target

ABOUT = "set a holdout aside and cut the rest into folds"
MAKES = "holdout and folds"
READS = (
    "data.target", "data.time", "data.group", "data.weight", "problem.task", "problem.positive",
    "evaluation.folds", "evaluation.repeats", "evaluation.holdout", "evaluation.split",
    "evaluation.fold_column", "evaluation.order", "evaluation.gap", "evaluation.embargo",
    "evaluation.window", "evaluation.seed",
)  # fmt: skip
NEEDS = ("load",)
LIBRARIES = ("scikit-learn", "numpy")
APART = ("time", "groups", "weights")


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
        Positions within ``train``, in the order of time where folds go forward. With repeats, all
        folds of the first, then all of the second.
    how : str
        Name of the splitter.
    aside : ndarray of int
        Rows whose target is known, and that stand on neither side: too near to the holdout in
        time, or of a group that comes back in it.
    time, groups : ndarray of shape (rows of the source,), optional
        What the sides are kept apart by; nan and -1 where a row has no target.
    spacing : Spacing
    repeats : int
    random_order : bool
        Whether ``evaluation.order`` overruled time.
    weights : ndarray of shape (rows of the source,), optional
        How much each row counts when a model is fitted.
    """

    target: Target
    train: Index
    holdout: Index
    folds: tuple[Fold, ...]
    how: str
    aside: Index = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    time: Numbers | None = None
    groups: Index | None = None
    spacing: Spacing = ADJACENT
    repeats: int = 1
    random_order: bool = False
    weights: Numbers | None = None

    def recent(self, rows: Index) -> Index:
        """Return those of some rows that a model of now learns from: all, or a window's."""
        if self.time is None or self.spacing.window == "expanding":
            return rows
        size = round(len(self.train) / (len(self.folds) + 1))
        return rows[latest(self.time[rows], self.spacing.window, size)]


def run(recipe: Recipe, inputs: Mapping[str, Frame], folder: Path, listener: Listener) -> Split:
    """Split the rows as the columns named under ``data`` require.

    Raises
    ------
    DataError
        If the rows do not suffice, a column that says where rows belong is not there or has holes,
        or two such columns contradict each other.
    """
    frame = inputs["load"].frame
    sides.require_columns(frame, recipe)
    target = read_target(frame, recipe)
    known = np.flatnonzero(target.known)
    if len(known) < len(frame):
        listener("notice", text=f"{len(frame) - len(known):,} rows have no target and are left out")
    _no_clash(recipe, target)
    how, why = splitter_name(recipe, target)
    part = frame.iloc[known]
    rows = sides.read_rows(part, recipe, target.values[known])
    spacing = sides.read_spacing(recipe, part)
    try:
        outer = _outer(recipe, part, rows, how, spacing)
        inner = _inner(recipe, rows.take(outer.train), how, spacing)
        sides.check(rows, outer, inner, bool(target.classes), listener, target.classes)
    except DataError as error:
        faults = (history.advised(_named(fault, target), recipe) for fault in error.faults)
        raise DataError(*faults) from None
    split = _split(recipe, target, known, rows, outer, inner, how, spacing)
    split = replace(split, weights=weights.read(frame, recipe, known))
    if len(split.aside):
        listener("notice", text=_aside(split))
    _save(split, why, folder)
    return split


def splitter_name(recipe: Recipe, target: Target) -> tuple[str, str]:
    """Return the splitter to use, and why."""
    data, wanted = recipe.data, recipe.evaluation
    overruled = data.time is not None and wanted.order == "random"
    but = "; evaluation.order is random and overrules data.time" if overruled else ""
    if wanted.split != "auto":
        return wanted.split, f"evaluation.split says so{but}"
    time = None if overruled else data.time
    found = derived(time, data.group, wanted.fold_column)
    if found == "predefined":
        return found, f"evaluation.fold_column is given{but}"
    if found:
        given = [f"data.{key}" for key in ("time", "group") if (time, data.group)[key == "group"]]
        return found, f"{' and '.join(given)} {'are' if len(given) > 1 else 'is'} given{but}"
    if target.classes:
        return "stratified", f"the target has classes{but}"
    return "plain", f"the target is a number{but}"


def _outer(recipe: Recipe, frame: Any, rows: Rows, how: str, spacing: Spacing) -> Fold:
    """Set the holdout aside: that of a column, of the splitter, or none."""
    wanted = recipe.evaluation
    if not isinstance(wanted.holdout, float):
        return sides.marked(frame, wanted.holdout, rows, spacing)
    if not wanted.holdout:
        return Fold(np.arange(rows.count), np.arange(0))
    splitter, given = catalogue.find("splitters", how), _given(how, spacing)
    found: Fold = splitter.holdout(rows, wanted.holdout, wanted.seed, *given)
    return found


def _inner(recipe: Recipe, rows: Rows, how: str, spacing: Spacing) -> list[Fold]:
    """Cut folds, each repeat with a seed of its own; the first is what there is without."""
    wanted, splitter = recipe.evaluation, catalogue.find("splitters", how)
    seeds = [wanted.seed, *sides.seeds(wanted.seed, wanted.repeats - 1)]
    given = _given(how, spacing)
    return [fold for seed in seeds for fold in splitter.folds(rows, wanted.folds, seed, *given)]


def _given(how: str, spacing: Spacing) -> tuple[Spacing, ...]:
    """A spacing for splitters that take one."""
    takes = catalogue.rows("splitters")[how].get("takes", ())
    return (spacing,) if {"gap", "embargo", "window"} & set(takes) else ()


def _split(
    recipe: Recipe, target: Target, known: Index, rows: Rows, outer: Fold, inner: list[Fold],
    how: str, spacing: Spacing,
) -> Split:  # fmt: skip
    folds = [Fold(_in_time(f.train, rows, outer), _in_time(f.valid, rows, outer)) for f in inner]
    used = np.zeros(len(known), dtype=bool)
    used[outer.train] = used[outer.valid] = True
    count = len(target.values)
    return Split(
        target, known[outer.train], known[outer.valid], tuple(folds), how, known[~used],
        sides.spread(rows.time, known, count, np.nan),
        sides.spread(rows.groups, known, count, -1),
        spacing, recipe.evaluation.repeats,
        recipe.data.time is not None and recipe.evaluation.order == "random",
    )  # fmt: skip


def _aside(split: Split) -> str:
    count = len(split.aside)
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    why = ["too near to the cut in time"] if split.spacing != ADJACENT else []
    why += ["of a group that comes back in the holdout"] if split.groups is not None else []
    return f"{rows} neither trained on nor held out: {', or '.join(why)}"


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


def _save(split: Split, why: str, folder: Path) -> None:
    target = split.target
    arrays = {f"fold{i}_{part}": getattr(fold, part)
              for i, fold in enumerate(split.folds) for part in ("train", "valid")}  # fmt: skip
    arrays |= {name: getattr(split, name) for name in ("train", "holdout", "aside")}
    apart = {name: getattr(split, name) for name in APART}
    arrays |= {name: values for name, values in apart.items() if values is not None}
    np.savez(folder / "split.npz", values=target.values, **arrays)
    facts = {
        "task": target.task, "classes": target.classes, "reason": target.reason,
        "how": split.how, "why": why, "folds": len(split.folds), "repeats": split.repeats,
        "train": len(split.train), "holdout": len(split.holdout), "aside": len(split.aside),
        "spacing": asdict(split.spacing), "random_order": split.random_order,
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
        apart = {name: arrays[name] for name in APART if name in arrays}
        return Split(
            target, arrays["train"], arrays["holdout"], folds, facts["how"], arrays["aside"],
            **apart, spacing=Spacing(**facts["spacing"]), repeats=facts["repeats"],
            random_order=facts["random_order"],
        )  # fmt: skip
