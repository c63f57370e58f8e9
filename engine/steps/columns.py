"""Decide what each column is, once, from the training rows' X and never from y."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.alike import CODE
from engine.bundle.column import TRUTH, Column
from engine.bundle.declared import DeclaredKind
from engine.bundle.input import finite, is_number, seconds, shorten, texts
from engine.contracts import Kind, Numbers
from engine.errors import DataError, Fault
from engine.estimators.language import has_blanks, is_unspaced, words_each
from engine.steps import identity, nested

MOSTLY = 0.9  # from this share of numbers on, the remaining texts are taken for faults
NEARLY_ALL = 0.9  # above this share of different values, texts say nothing in common
FEW = 50  # ... unless there are so few that they can be learnt one by one
SHORT, LONG = 2.5, 5.0  # words from which on texts are free; if they come again they are a list
AGAIN = 0.5  # up to this share of different values they come again
SENTENCE = 6  # letters of a free text that has no blanks
LOOKED_AT = 1_000  # texts
UNSPACED = ", without blanks between words: cut into letters"
MOST_FAULTS = 20
REPLACE = "replace these values (data.clean), or leave the column out"
MEND = "mend the data, or leave out what cannot be learnt from"
DECLARED = "declared in data.columns"
NOTHING: Mapping[str, DeclaredKind] = MappingProxyType({})
YAML_WORDS = ("yes", "no", "on", "off", "true", "false", "null", "y", "n")


@dataclass(frozen=True)
class Role:
    """What a column is taken for, and why; ``column`` is None where it is left out."""

    name: str
    column: Column | None
    reason: str


def roles(
    frame: pd.DataFrame, declared: Mapping[str, DeclaredKind] = NOTHING, meant: Collection[Any] = ()
) -> list[Role]:
    """Return a role for each column of the training rows; of the kind that is declared, if one is.

    Parameters
    ----------
    meant : collection of str
        Columns that are not taken for ids, whatever they hold: the recipe says what they are for.

    Raises
    ------
    DataError
        Naming every column that holds nothing, or numbers with a few texts among them.
    """
    faults: list[Fault] = []
    found: list[Role] = []
    for name, values in frame.items():
        try:
            role = _role(str(name), values, declared.get(str(name)))
            free = name not in declared and name not in meant
            found.append(_unless_identity(role, values) if free else role)
        except DataError as error:
            faults += error.faults
    if faults:
        raise DataError(*_with_advice(faults))
    return found


def _with_advice(faults: Sequence[Fault]) -> list[Fault]:
    plain = [Fault(fault.message) for fault in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        plain.append(Fault(f"and {len(faults) - MOST_FAULTS:,} more columns like these"))
    what = REPLACE if all(fault.hint == REPLACE for fault in faults) else MEND
    advice = _to_drop(what, [fault.where for fault in faults])
    return [*plain[:-1], replace(plain[-1], hint=advice)]


def replace_or_drop(column: Column) -> str:
    """What to do about a value of the wrong type in rows to learn from."""
    return _to_drop(REPLACE, [column.name])


def _to_drop(what: str, names: Sequence[str]) -> str:
    return f"{what}: data.drop: [{', '.join(in_yaml(name) for name in names)}]"


def in_yaml(name: str) -> str:
    """A name as a list of YAML's flow style takes it."""
    plain = name.isidentifier() and name.isascii() and name.lower() not in YAML_WORDS
    return name if plain else "'" + name.replace("'", "''") + "'"


def _role(name: str, values: pd.Series[Any], declared: DeclaredKind | None = None) -> Role:
    present = values.dropna()
    if present.empty:
        raise DataError(Fault(f"the column {name!r} holds no value at all", name))
    if unlearnable := nested.told(present):
        raise DataError(Fault(f"the column {name!r} {unlearnable}", name))
    if declared:
        return _declared_role(name, present, declared, values.size)
    if is_number(present.dtype):
        return _number(name, present, "numbers", values.size)
    if present.dtype == object:
        present = texts(present)
    distinct = present.unique()
    if len(distinct) == 1 and present.size == values.size:
        return _constant(name)
    kind, reason = _kind(name, present, pd.Series(distinct))
    if kind == "number":
        return _number(name, pd.to_numeric(present), reason, values.size)
    if kind == "category":
        return _category(name, present, texts(pd.Series(distinct)))
    return Role(name, Column(name, kind), reason)


def kind_of(name: str, values: pd.Series[Any]) -> Kind:
    """Return what a column holds, whether or not it can be learnt from.

    Raises
    ------
    DataError
        If it holds numbers with a few texts among them.
    """
    present = values.dropna()
    if present.empty or is_number(present.dtype):
        return "number"
    if present.dtype == object:
        present = texts(present)
    return _kind(name, present, pd.Series(present.unique()))[0]


def _declared_role(name: str, present: pd.Series[Any], kind: DeclaredKind, rows: int) -> Role:
    """A column of the kind that the recipe says; its values were read as such already."""
    if kind == "number":
        return _number(name, present, DECLARED, rows)
    if len(distinct := present.unique()) == 1 and present.size == rows:
        return _constant(name)
    if kind == "category":
        return Role(name, Column(name, kind, tuple(sorted(distinct))), DECLARED)
    if kind == "text":
        return Role(name, Column(name, kind), f"{DECLARED}{_unspaced(pd.Series(distinct))}")
    return Role(name, Column(name, kind), DECLARED)


def _constant(name: str) -> Role:
    return Role(name, None, "always the same value")


def _number(name: str, present: pd.Series[Any], reason: str, rows: int) -> Role:
    raw = present.to_numpy(dtype=np.float64)
    values = finite(raw)
    known = values[~np.isnan(values)]
    if not known.size:
        raise DataError(Fault(f"the column {name!r} holds only {_unusable(raw)}", name))
    if known.min() == known.max():
        if known.size == rows:
            return _constant(name)
        reason = "one number, or missing"
    return Role(name, Column(name, "number"), reason)


def _unless_identity(role: Role, values: pd.Series[Any]) -> Role:
    """Leave out numbers that are ids, and point at those that may only count the rows."""
    if role.column is None or role.column.kind != "number" or values.hasnans:
        return role
    numbers = pd.to_numeric(values).to_numpy(dtype=np.float64)
    if identity.is_id(role.name, numbers):
        what = f"whole numbers, another in each of {values.size:,} rows"
        return Role(role.name, None, f"{what}: taken for an id")
    if identity.are_counted(numbers):
        return replace(role, reason=f"{role.reason} that rise row by row: perhaps they count them")
    return role


def _unusable(raw: Numbers) -> str:
    """Describe numbers of which single precision holds none."""
    infinite = np.isinf(raw)
    if infinite.all():
        return "infinite values"
    large = "values too large for a 32-bit number"
    return f"infinite values and {large}" if infinite.any() else large


def _category(name: str, present: pd.Series[Any], distinct: pd.Series[Any]) -> Role:
    """A category, free text, or an id: by how many texts there are, and of how many words."""
    count = len(distinct)
    listed = count <= FEW or count <= AGAIN * present.size
    some = _some(distinct) if count > FEW else []
    words = words_each(some)
    if words >= (LONG if listed else SHORT) or (is_unspaced(some) and _length(some) >= SENTENCE):
        said = _unspaced(distinct) or f": {words:.1f} words on average"
        return Role(name, Column(name, "text"), f"free text{said}")
    if count > max(FEW, NEARLY_ALL * present.size):
        what = f"a text with {count:,} different values in {present.size:,}"
        return Role(name, None, f"{what}: taken for an id")
    levels = tuple(sorted(distinct))
    return Role(name, Column(name, "category", levels), f"{count:,} different texts")


def _some(distinct: pd.Series[Any]) -> list[str]:
    """Return some texts, from all over the column."""
    return [str(text) for text in distinct.iloc[:: max(1, len(distinct) // LOOKED_AT)]]


def _length(some: Sequence[str]) -> float:
    return sum(map(len, some)) / len(some)


def _unspaced(distinct: pd.Series[Any]) -> str:
    return "" if has_blanks(_some(distinct)) else UNSPACED


def _kind(name: str, present: pd.Series[Any], distinct: pd.Series[Any]) -> tuple[Kind, str]:
    dtype = present.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean", "true or false"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date", "dates"
    if isinstance(dtype, pd.CategoricalDtype):
        return "category", "declared a category"
    return _kind_of_text(name, texts(present), texts(distinct))


def _kind_of_text(name: str, present: pd.Series[Any], distinct: pd.Series[Any]) -> tuple[Kind, str]:
    if distinct.str.lower().isin([text for text in TRUTH if text.isalpha()]).all():
        return "boolean", "the texts true and false"
    numeric = pd.to_numeric(distinct, errors="coerce").notna()
    if distinct[numeric].str.match(CODE).any():
        return "category", "codes that only look like numbers"
    if numeric.all():
        return "number", "numbers stored as text"
    share = float(present.isin(distinct[numeric]).mean())
    if share >= MOSTLY:
        raise DataError(_mixed(name, present, set(distinct[~numeric]), (share, "numbers")))
    dated = _dated(distinct)
    if dated.all():
        return "date", "dates stored as text"
    share = float(present.isin(distinct[dated]).mean())
    if share >= MOSTLY:
        raise DataError(_mixed(name, present, set(distinct[~dated]), (share, "dates")))
    return "category", "texts"


def _dated(distinct: pd.Series[Any]) -> NDArray[np.bool_]:
    """Mark the texts that are dates in ISO 8601."""
    found = distinct.str.match(r"\d{4}-\d{2}").to_numpy(dtype=bool, copy=True)
    if found.any():
        found[found] = np.isfinite(seconds(distinct[found]))
    return found


def _mixed(name: str, present: pd.Series[Any], strange: set[str], most: tuple[float, str]) -> Fault:
    """Name the first text among values of which most are something else."""
    row = int(np.flatnonzero(present.isin(strange))[0])
    share, what = most
    shown = f"{min(share, 0.999):.1%}"
    return Fault(
        f"the column {name!r} mixes types: {shown} of its values are {what}, but row "
        f"{int(present.index[row]) + 1:,} holds {shorten(present.iloc[row])}",
        name,
        REPLACE,
    )
