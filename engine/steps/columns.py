"""Decide what each column is, once, from the training rows' X and never from y."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.bundle.input import TRUTH, Column, seconds, shorten, texts
from engine.contracts import Kind
from engine.errors import DataError, Fault

MOSTLY = 0.9  # from this share of numbers on, the remaining texts are taken for faults
NEARLY_ALL = 0.5  # from this share of different values on, a text says nothing in common
FEW = 50  # ... unless there are so few that they can be learnt one by one


@dataclass(frozen=True)
class Role:
    """What a column is taken for, and why; ``column`` is None where it is left out."""

    name: str
    column: Column | None
    reason: str


def roles(frame: pd.DataFrame) -> list[Role]:
    """Return a role for each column of the training rows.

    Raises
    ------
    DataError
        Naming every column that holds nothing, or numbers with a few texts among them.
    """
    faults: list[Fault] = []
    found: list[Role] = []
    for name in frame.columns:
        try:
            found.append(_role(str(name), frame[name]))
        except DataError as error:
            faults += error.faults
    if faults:
        raise DataError(*_with_advice(faults))
    return found


def _with_advice(faults: Sequence[Fault]) -> list[Fault]:
    names = ", ".join(fault.where for fault in faults)
    plain = [Fault(fault.message) for fault in faults]
    return [*plain[:20], Fault("mend the data, or leave them out:", hint=f"data.drop: [{names}]")]


def _role(name: str, values: pd.Series[Any]) -> Role:
    present = values.dropna()
    if present.empty:
        raise DataError(Fault(f"the column {name!r} holds no value at all", name))
    kind, reason = _kind(name, present)
    if kind == "number" and not np.isfinite(pd.to_numeric(present).astype("float64")).any():
        raise DataError(Fault(f"the column {name!r} holds only infinite values", name))
    distinct = present.nunique()
    if distinct == 1:
        if present.size == values.size:
            return Role(name, None, "always the same value")
        reason = "one value or missing"
    if kind != "category":
        return Role(name, Column(name, kind), reason)
    if distinct > FEW and distinct > NEARLY_ALL * present.size:
        return Role(name, None, f"a text with {distinct:,} different values in {present.size:,}")
    levels = tuple(sorted(texts(present).unique()))
    return Role(name, Column(name, "category", levels), f"{len(levels)} different texts")


def _kind(name: str, present: pd.Series[Any]) -> tuple[Kind, str]:
    dtype = present.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean", "true or false"
    if pd.api.types.is_numeric_dtype(dtype):
        return "number", "numbers"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date", "dates"
    return _kind_of_text(name, texts(present))


def _kind_of_text(name: str, present: pd.Series[Any]) -> tuple[Kind, str]:
    distinct = pd.Series(present.unique())
    if distinct.str.lower().isin([text for text in TRUTH if text.isalpha()]).all():
        return "boolean", "the texts true and false"
    numeric = pd.to_numeric(distinct, errors="coerce").notna()
    if numeric.all():
        return "number", "numbers stored as text"
    share = present.isin(distinct[numeric]).mean()
    if share >= MOSTLY:
        raise DataError(_mixed(name, present, set(distinct[~numeric]), float(share)))
    if distinct.str.match(r"\d{4}-\d{2}").all() and np.isfinite(seconds(distinct)).all():
        return "date", "dates stored as text"
    return "category", "texts"


def _mixed(name: str, present: pd.Series[Any], texts_found: set[str], share: float) -> Fault:
    row = int(np.flatnonzero(present.isin(texts_found))[0])
    return Fault(
        f"the column {name!r} mixes types: {share:.1%} of its values are numbers, but row "
        f"{int(present.index[row]) + 1} holds {shorten(present.iloc[row])}",
        name,
    )
