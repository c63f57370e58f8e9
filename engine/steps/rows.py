"""Rules for rows, which act in training alone: a filter, duplicates, a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.declared import DeclaredKind
from engine.bundle.values import texts
from engine.contracts import Index
from engine.errors import DataError, Fault
from engine.recipe.dataset import Sample
from engine.recipe.schema import Data
from engine.steps.conditions import columns_of, holds
from engine.steps.values import declared

FEW_NUMBERS = 10  # numbers with at most so many different values are drawn from like classes
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Kept:
    """The rows that are left.

    Attributes
    ----------
    frame : DataFrame
        Under their numbers in the source, from 0.
    removed : dict
        By rule, how many rows it removed.
    notes : list of str
        What else is to be told of the rules.
    """

    frame: pd.DataFrame
    removed: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def needed(data: Data) -> list[str]:
    """Return the columns that rules for rows read."""
    clean = data.clean
    compared = clean.drop_duplicates if isinstance(clean.drop_duplicates, list) else []
    return [*(columns_of(clean.where) if clean.where else []), *compared]


def chosen(frame: pd.DataFrame, data: Data, picked: Sequence[str] | None = None) -> Kept:
    """Leave rows out as the recipe says.

    Parameters
    ----------
    picked : sequence of str, optional
        The columns by which rows are equal that are to be so in all; by default, all.

    Raises
    ------
    DataError
        If no row is left, or a formula cannot be evaluated.
    """
    found = Kept(frame)
    for rule, keep in _rules(data, found.notes, picked).items():
        kept = keep(frame)
        found.removed[rule] = int((~kept).sum())
        if found.removed[rule]:
            frame = frame[kept]
        if not len(frame):
            told = "; ".join(("change that rule", *found.notes))
            raise DataError(Fault("leaves no row", f"data.{rule}", told))
    return Kept(frame, found.removed, found.notes)


def _rules(
    data: Data, notes: list[str], picked: Sequence[str] | None
) -> dict[str, Callable[[pd.DataFrame], Mask]]:
    """The rules that the recipe has, in their order; each marks the rows to keep."""
    clean, found = data.clean, {}
    if where := clean.where:
        said = {name: column.kind for name, column in declared(data).items()}
        found["clean.where"] = lambda frame: _true(where, frame, said, notes)
    if clean.drop_duplicates:
        columns = picked if clean.drop_duplicates is True else clean.drop_duplicates
        found["clean.drop_duplicates"] = lambda frame: _first_of_equals(frame, columns)
    if data.sample is not None:
        sample = _sample(data.sample)
        found["sample"] = lambda frame: _drawn(frame, sample, data.target)
    return found


def _true(
    where: str, frame: pd.DataFrame, said: Mapping[str, DeclaredKind], notes: list[str]
) -> Mask:
    """Mark the rows for which a formula is true, and note where it has no value."""
    key = "data.clean.where"
    found = holds(key, where, frame, said)
    notes += map(str, found.failed)
    if unknown := int(found.unknown.sum()):
        notes.append(f"{key} has no value for {unknown:,} rows, which are left out")
    return found.true


def _first_of_equals(frame: pd.DataFrame, columns: Sequence[str] | None) -> Mask:
    looked_at = frame if columns is None else frame[list(columns)]
    objects = [name for name, values in looked_at.items() if values.dtype == object]
    plain = looked_at.assign(**{str(name): texts(looked_at[name]) for name in objects})
    return ~plain.duplicated().to_numpy()


def _sample(said: float | Sample) -> Sample:
    if isinstance(said, Sample):
        return said
    return Sample(share=float(said)) if said < 1 else Sample(rows=int(said))


def _drawn(frame: pd.DataFrame, sample: Sample, target: str) -> Mask:
    """Draw rows; of each class its share, where the target has classes."""
    count = len(frame)
    size = sample.rows if sample.rows is not None else round(count * (sample.share or 0))
    random = np.random.default_rng(sample.seed).random(count)
    strata = _strata(frame[target]) if sample.stratify else np.zeros(count, dtype=np.intp)
    order = np.lexsort((random, strata))
    sizes = np.bincount(strata)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    # the place of each row among those of its class, as a share: the smallest are drawn
    place = (np.arange(count) - first + 0.5) / np.repeat(sizes, sizes)
    kept = np.zeros(count, dtype=bool)
    kept[order[np.lexsort((random[order], place))[: max(1, size)]]] = True
    return kept


def _strata(target: pd.Series[Any]) -> Index:
    values = texts(target) if target.dtype == object else target
    codes, distinct = pd.factorize(values)
    classes = not pd.api.types.is_numeric_dtype(values.dtype) or len(distinct) <= FEW_NUMBERS
    found: Index = codes - codes.min(initial=0) if classes else np.zeros(len(values), np.intp)
    return found.astype(np.intp)
