"""How ``engine init`` proposes to read values: which are missing, and how dates are written.

Imported only where a file is examined: pandas takes a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.bundle.alike import readings
from engine.bundle.declared import Declared, converted
from engine.bundle.rules import Rules, apply, retyped
from engine.bundle.values import is_number, texts
from engine.recipe.checks.in_data import REST

SURE = {"?", "-", "--", "---", ".", "#n/a", "n/a", "na", "nan", "null", "(null)", "<na>", "n.a."}
AMONG_NUMBERS = {*SURE, "none", "missing", "unknown", "unk", "not available", "*"}
CODES = (-99.0, -999.0, -9999.0, -99999.0, -999999.0)
DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d")
FORMS = tuple(f"{day}{time}" for day in DAYS for time in ("", " %H:%M", " %H:%M:%S"))
_LIKE_DATES = r"\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"

Placeholders = dict[str, dict[str | int, int]]
FEW_STRAYS = 0.01  # of a column's values, which are then taken for faults


@dataclass(frozen=True)
class Written:
    """How dates are written, in the codes of ``strptime`` (else ISO 8601), and how many are not."""

    form: str
    strays: int


Formats = dict[str, Written]


def placeholders(frame: pd.DataFrame, target: str) -> Placeholders:
    """Return by column the values that seem to stand for missing ones, with their counts."""
    found = {
        str(name): _placeholders(values)
        for name, values in frame.items()
        if str(name) != target and not pd.api.types.is_datetime64_any_dtype(values.dtype)
    }
    return {name: counts for name, counts in found.items() if counts}


def formats(frame: pd.DataFrame) -> Formats:
    """Return by column how its dates are written, if that must be said, and only one way fits.

    It must where they are not in ISO 8601, or where a few values are none of it. None is declared
    of a column called ``*``, which stands for all others in a recipe.
    """
    found = {str(name): _written(values) for name, values in frame.items() if str(name) != REST}
    return {name: said for name, said in found.items() if said}


def cleaned(frame: pd.DataFrame, nulls: Placeholders) -> pd.DataFrame:
    """Take placeholders as missing, as a run of the proposed recipe does."""
    rules = Rules(nulls_in={name: tuple(counts) for name, counts in nulls.items()})
    return retyped(apply(frame, rules).frame, list(nulls))


def dated(frame: pd.DataFrame, found: Formats) -> pd.DataFrame:
    """Read dates as they are written, as a run of the proposed recipe does."""
    declared = {
        name: Declared("date", said.form or None, invalid="missing") for name, said in found.items()
    }
    return apply(frame, Rules(declared=declared)).frame


def _written(values: pd.Series[Any]) -> Written | None:
    """Return how dates are written in a column of text, if nearly all values are such."""
    if not isinstance(values.dtype, pd.StringDtype) or values.isna().all():
        return None
    counts = values.value_counts()
    distinct, rows = pd.Series(counts.index, dtype="str"), counts.to_numpy()
    most = FEW_STRAYS * rows.sum()
    if rows[~distinct.str.match(_LIKE_DATES).to_numpy()].sum() > most:
        return None
    strays = {
        form: int(rows[converted(distinct, Declared("date", form or None))[1]].sum())
        for form in ("", *FORMS)
    }
    least = min(strays.values())
    iso = strays.pop("")  # which pandas reads with other signs too
    best = [form for form, count in strays.items() if count == least] or [""]
    if least > most or len(best) > 1 or (best == [""] and not iso):
        return None
    return Written(best[0], least)


def _placeholders(values: pd.Series[Any]) -> dict[str | int, int]:
    if is_number(values.dtype):
        return _codes(values.to_numpy(dtype=np.float64, na_value=np.nan))
    if values.dtype == bool:
        return {}
    counts = texts(values).value_counts()
    distinct = pd.Series(counts.index, dtype="str")
    bare = distinct.str.strip().str.lower()
    number = readings(distinct, dates=False).number
    others = np.isnan(number) & ~bare.isin(AMONG_NUMBERS).to_numpy()
    numeric = bool(np.isfinite(number).any()) and not others.any()
    known = AMONG_NUMBERS if numeric else SURE
    found: dict[str | int, int] = {
        str(text): int(counts[text]) for text in distinct[bare.isin(known).to_numpy()]
    }
    if len(found) == len(distinct):
        return {}  # nothing would be left
    if numeric:
        found |= _codes(np.repeat(number, counts.to_numpy()))
    return found


def _codes(numbers: np.ndarray[Any, Any]) -> dict[str | int, int]:
    """Return such as -999, where all other numbers are zero or more."""
    coded = np.isin(numbers, CODES)
    others = numbers[~coded & np.isfinite(numbers)]
    if not coded.any() or not others.size or others.min() < 0:
        return {}
    distinct, counts = np.unique(numbers[coded], return_counts=True)
    return {int(code): int(count) for code, count in zip(distinct, counts, strict=True)}
