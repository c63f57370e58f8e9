"""What is to be predicted: the task, and the target column as codes or values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.input import is_number, shorten
from engine.catalogue import near
from engine.contracts import Numbers, Task
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
        Labels in the order of their codes; the positive class is the last of two. No two of them
        read alike.
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
        If the target holds nothing, one class only, too many classes, classes that read alike,
        several labels in a row, or no numbers to regress on.
    """
    column = _uncategorised(frame[recipe.data.target])
    present = column.dropna()
    if present.empty:
        raise _fault(recipe, "holds no value at all", "give rows whose target is known")
    _one_label(present, recipe)
    task, reason = _task(present, recipe)
    if task != "binary" and recipe.problem.positive is not None:
        message = f"a positive class is for two classes, but the task is {task} ({reason})"
        raise DataError(Fault(message, "problem.positive", "leave it out"))
    if task == "regression":
        return Target(task, (), _values(column, recipe), reason)
    codes, labels = _labels(column, recipe)
    order = _ordered(codes, labels, task, recipe)
    place = np.argsort([*order, len(order)])  # the last stands for missing, and is code -1
    place[-1] = -1
    return Target(task, tuple(labels[i] for i in order), place[codes], reason)


def _uncategorised(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(column.cat.categories.dtype)
    return column


def _fault(recipe: Recipe, what: str, hint: str) -> DataError:
    return DataError(Fault(f"the target {recipe.data.target!r} {what}", "data.target", hint))


def _task(present: pd.Series[Any], recipe: Recipe) -> tuple[Task, str]:
    if recipe.problem.task != "auto":
        return recipe.problem.task, "problem.task says so"
    name = recipe.data.target
    distinct = (present.astype("str") if present.dtype == object else present).nunique()
    if distinct <= 2:
        return "binary", f"{name} has {'two values' if distinct == 2 else 'one value'}"
    if not is_number(present.dtype):
        return "multiclass", f"{name} has {distinct:,} different texts"
    if distinct <= FEW_NUMBERS and bool((present == np.floor(present)).all()):
        return "multiclass", f"{name} has {distinct} different whole numbers"
    return "regression", f"{name} has {distinct:,} different numbers"


def _values(column: pd.Series[Any], recipe: Recipe) -> Numbers:
    values = np.full(len(column), np.nan)
    if not pd.api.types.is_datetime64_any_dtype(column) and column.dtype.kind != "m":
        numbers = pd.to_numeric(column, errors="coerce")
        values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    strange = np.flatnonzero(~np.isfinite(values) & column.notna().to_numpy())
    if len(strange):
        row = int(strange[0])
        found = f"row {int(column.index[row]) + 1:,} holds {shorten(column.iloc[row])}"
        raise _fault(
            recipe, f"must hold finite numbers to regress on, but {found}",
            "for classes, set problem.task: multiclass",
        )  # fmt: skip
    if np.nanmin(values) == np.nanmax(values):
        raise _fault(recipe, f"always holds {np.nanmin(values):g}", "there is nothing to learn")
    return values


def _labels(column: pd.Series[Any], recipe: Recipe) -> tuple[NDArray[np.intp], list[Label]]:
    """Return a code for each row (-1 where missing) and the label that each code stands for."""
    typed = column
    if column.dtype == object:  # 1, True and "1" are equal, or read alike, and yet not the same
        typed = column.map(_kind_and_text, na_action="ignore")
    codes = np.asarray(pd.factorize(typed)[0], dtype=np.intp)
    found, firsts = np.unique(codes, return_index=True)
    labels = [_plain(column.iloc[row]) for row in firsts[found >= 0]]
    text, times = Counter(str(label) for label in labels).most_common(1)[0]
    if times > 1:
        kinds = sorted(type(label).__name__ for label in labels if str(label) == text)
        what = f"holds {shorten(text)} as {' and as '.join(kinds)}"
        raise _fault(recipe, what, "write each class in one way")
    return codes, labels


def _kind_and_text(label: Any) -> tuple[str, str]:
    value = _plain(label)
    return type(value).__name__, str(value)


def _ordered(codes: NDArray[np.intp], labels: list[Label], task: Task, recipe: Recipe) -> list[int]:
    """Return the codes in the order of the classes."""
    rows = int((codes >= 0).sum())
    order = sorted(range(len(labels)), key=lambda code: _rank(labels[code]))
    if len(labels) == 1:
        only = shorten(labels[0])
        raise _fault(recipe, f"has one class only ({only})", "give rows of at least two classes")
    if len(labels) > min(MANY_CLASSES, rows / 2) and len(labels) > 2:
        what = f"has {len(labels):,} classes in {rows:,} rows"
        hint = "is it an id, or free text? for numbers, set problem.task: regression"
        raise _fault(recipe, what, hint)
    infinite = [x for x in labels if isinstance(x, float) and not np.isfinite(x)]
    if infinite:
        raise _fault(recipe, "holds infinite numbers", "mend the data")
    if task != "binary":
        return order
    if len(labels) > 2:
        message = f"the target has {len(labels)} classes, but problem.task is binary"
        raise DataError(Fault(message, "problem.task", "set problem.task: multiclass"))
    positive = _positive(codes, labels, order, recipe)
    return [*(code for code in order if code != positive), positive]


def _positive(
    codes: NDArray[np.intp], labels: list[Label], order: list[int], recipe: Recipe
) -> int:
    """Return the code of the class that is looked for: of texts the rarer, else the larger."""
    wanted = recipe.problem.positive
    if wanted is None:
        rarer = min(order, key=lambda code: int((codes == code).sum()))
        return rarer if isinstance(labels[rarer], str) else order[-1]
    for code in order:
        if {str(wanted), _text(wanted)} & {str(labels[code]), _text(labels[code])}:
            return code
    known = [shorten(_text(labels[code])) for code in order]
    guess = near(repr(str(wanted)), known)
    message = f"no row has the class {str(wanted)!r}; the classes are {' and '.join(known)}"
    hint = f"did you mean {guess}?" if guess else f"set problem.positive: {known[-1]}"
    raise DataError(Fault(message, "problem.positive", hint))


def _text(label: Label) -> str:
    """What a label reads: 1 and 1.0 alike, and truth values as YAML writes them."""
    value = _plain(label)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one_label(present: pd.Series[Any], recipe: Recipe) -> None:
    """Refuse lists of labels, which would otherwise be classes of their own."""
    if present.dtype != object:
        return
    kinds = (list, tuple, set, dict, np.ndarray)
    several = np.array([isinstance(value, kinds) for value in present], dtype=bool)
    if several.any():
        row = int(present.index[int(several.argmax())]) + 1
        hint = "make a column of true and false for each label, and a recipe for each column"
        raise _fault(recipe, f"holds several labels in row {row:,}, and a recipe has one", hint)


def _plain(label: Any) -> Label:
    """A label that JSON can hold; a whole number is an integer, as 0 and 1 beside missing ones."""
    value = label.item() if isinstance(label, np.generic) else label
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float | bool) else str(value)


def _rank(label: Label) -> tuple[float, str]:
    """Numbers before texts."""
    return (np.inf, label) if isinstance(label, str) else (float(label), str(label))
