"""What is to be predicted: the task, and the target column as codes or values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.input import shorten, texts
from engine.catalogue import near
from engine.contracts import Task
from engine.errors import DataError, Fault
from engine.recipe.schema import Recipe

FEW_NUMBERS = 10  # whole numbers with at most so many different values are taken for classes
MANY_CLASSES = 1000

Label = str | int | float | bool


@dataclass(frozen=True)
class Target:
    """The target of all rows.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    classes : tuple
        Labels in the order of their codes; the positive class is the last of two.
    values : ndarray of shape (rows,)
        Class codes as integers (-1 where missing), or values (nan where missing).
    reason : str
        Why the task is what it is.
    """

    task: Task
    classes: tuple[Label, ...]
    values: NDArray[Any]
    reason: str

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows whose target is not missing."""
        return self.values >= 0 if self.classes else np.isfinite(self.values)


def read_target(frame: pd.DataFrame, recipe: Recipe) -> Target:
    """Infer the task and encode the target.

    Raises
    ------
    DataError
        If the target holds nothing, one class only, too many classes, or no numbers to regress on.
    """
    name = recipe.data.target
    column = frame[name]
    present = column.dropna()
    if present.empty:
        raise DataError(Fault(f"the target {name!r} holds no value at all", "data.target"))
    task, reason = _task(present, recipe)
    if task == "regression":
        return Target(task, (), _values(column, name), reason)
    classes = _classes(present, recipe, task)
    return Target(task, classes, _codes(column, classes), reason)


def _task(present: pd.Series[Any], recipe: Recipe) -> tuple[Task, str]:
    if recipe.problem.task != "auto":
        return recipe.problem.task, "as problem.task says"
    distinct = present.nunique()
    numeric = pd.api.types.is_numeric_dtype(present) and not pd.api.types.is_bool_dtype(present)
    if distinct <= 2:
        return "binary", f"{recipe.data.target} has two values"
    if not numeric:
        return "multiclass", f"{recipe.data.target} has {distinct} different texts"
    whole = bool((present == np.floor(present)).all())
    if whole and distinct <= FEW_NUMBERS:
        return "multiclass", f"{recipe.data.target} has {distinct} different whole numbers"
    return "regression", f"{recipe.data.target} has {distinct:,} different numbers"


def _values(column: pd.Series[Any], name: str) -> NDArray[np.float64]:
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    strange = ~np.isfinite(values) & column.notna().to_numpy()
    if strange.any():
        row = int(np.flatnonzero(strange)[0])
        found = shorten(column.iloc[row])
        raise DataError(
            Fault(
                f"the target {name!r} must hold finite numbers to regress on, but row {row + 1} "
                f"holds {found}",
                "data.target",
                "for classes, set problem.task: multiclass",
            )
        )
    if np.nanmin(values) == np.nanmax(values):
        raise DataError(Fault(f"the target {name!r} always holds {values[0]:g}", "data.target"))
    return values


def _classes(present: pd.Series[Any], recipe: Recipe, task: Task) -> tuple[Label, ...]:
    name = recipe.data.target
    labels = [_plain(label) for label in sorted(present.unique(), key=_order)]
    if len(labels) == 1:
        raise DataError(
            Fault(
                f"the target {name!r} has one class only ({shorten(labels[0])})",
                "data.target",
                "give rows of at least two classes",
            )
        )
    if len(labels) > min(MANY_CLASSES, len(present) / 2):
        raise DataError(
            Fault(
                f"the target {name!r} has {len(labels):,} classes in {len(present):,} rows",
                "data.target",
                "is it an id, or free text? for numbers, set problem.task: regression",
            )
        )
    if task == "binary":
        return _positive_last(labels, present, recipe)
    return tuple(labels)


def _positive_last(
    labels: list[Label], present: pd.Series[Any], recipe: Recipe
) -> tuple[Label, ...]:
    if len(labels) > 2:
        message = f"the target has {len(labels)} classes, but problem.task is binary"
        raise DataError(Fault(message, "problem.task", "set problem.task: multiclass"))
    wanted = recipe.problem.positive
    if wanted is None:
        rarer = min(labels, key=lambda label: int((present == label).sum()))
        positive = rarer if isinstance(rarer, str) else labels[-1]
    else:
        by_text = {_order(label)[1]: label for label in labels}
        text = _order(wanted)[1]
        if text not in by_text:
            guess = near(text, by_text)
            known = " and ".join(by_text)
            message = f"no row has the class {text!r}; the classes are {known}"
            hint = f"did you mean {guess!r}?" if guess else ""
            raise DataError(Fault(message, "problem.positive", hint))
        positive = by_text[text]
    return (next(label for label in labels if label != positive), positive)


def _codes(column: pd.Series[Any], classes: tuple[Label, ...]) -> NDArray[np.intp]:
    index = pd.Index([str(label) for label in classes], dtype=str)
    values = column.map(_plain, na_action="ignore") if column.dtype == object else column
    return np.asarray(index.get_indexer(texts(values)), dtype=np.intp)


def _plain(label: Any) -> Label:
    """A label that JSON can hold."""
    value = label.item() if isinstance(label, np.generic) else label
    return value if isinstance(value, str | int | float | bool) else str(value)


def _order(label: Any) -> tuple[float, str]:
    """Numbers before texts; the text is what labels are compared by."""
    value = _plain(label)
    return (np.inf, value) if isinstance(value, str) else (float(value), str(value))
