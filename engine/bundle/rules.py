"""What a recipe says about single values, as frozen data that travels in the bundle.

A column's values are trimmed, then taken as missing, then replaced, then read as the declared kind:
in this order, and by the same function in training and in prediction. No rule looks at more than
one value, so that it does not matter how a file is cut into parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.alike import Scalar, canonical, positions, readings, written
from engine.bundle.declared import Declared, converted
from engine.bundle.values import is_number, shorten, texts
from engine.errors import Fault, InputError

Rule = Literal["trim", "null_values", "replace", "invalid"]
MOST_FAULTS = 20


@dataclass(frozen=True)
class Rules:
    """Rules for values, by column.

    Attributes
    ----------
    trim : bool or tuple of str
        Take the blanks around texts off: in all columns, or in these.
    nulls : tuple
        Values that stand for missing ones, in any column.
    nulls_in : mapping
        Such values by column.
    replace : mapping
        By column, pairs of an old and a new value (None for missing).
    declared : mapping
        By column, what its values are to be read as.
    """

    trim: bool | tuple[str, ...] = False
    nulls: tuple[Scalar, ...] = ()
    nulls_in: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    replace: Mapping[str, tuple[tuple[Scalar, Scalar], ...]] = field(default_factory=dict)
    declared: Mapping[str, Declared] = field(default_factory=dict)

    def touch(self, name: str) -> bool:
        """Whether some rule looks at a column."""
        named = (self.nulls_in, self.replace, self.declared)
        return bool(self._trims(name) or self.nulls or any(name in rule for rule in named))

    def _trims(self, name: str) -> bool:
        return self.trim if isinstance(self.trim, bool) else name in self.trim

    def without(self, *names: str | None) -> Rules:
        """Return the rules but those for some columns alone, such as the target's."""
        kept: dict[str, Any] = {
            key: {name: rule for name, rule in getattr(self, key).items() if name not in names}
            for key in ("nulls_in", "replace", "declared")
        }
        trim = self.trim
        if not isinstance(trim, bool):
            trim = tuple(name for name in trim if name not in names)
        return replace(self, trim=trim, **kept)

    def to_json(self) -> dict[str, Any]:
        """Return a form that JSON can hold; :meth:`from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Rules:
        trim = tree["trim"]
        return cls(
            trim if isinstance(trim, bool) else tuple(trim),
            tuple(tree["nulls"]),
            {name: tuple(values) for name, values in tree["nulls_in"].items()},
            {name: tuple((o, n) for o, n in pairs) for name, pairs in tree["replace"].items()},
            {name: Declared(**facts) for name, facts in tree["declared"].items()},
        )


NO_RULES = Rules()


@dataclass(frozen=True)
class Applied:
    """A frame after the rules; ``changed`` counts values by column and rule."""

    frame: pd.DataFrame
    changed: dict[str, dict[Rule, int]]


def mend(name: str, declared: Declared) -> str:
    """What to do about a value that is not of the declared kind, in rows to predict."""
    return f"mend that row: {declared.expected} or nothing was expected"


def apply(
    raw: pd.DataFrame, rules: Rules, first_row: int = 0,
    advise: Callable[[str, Declared], str] = mend,
) -> Applied:  # fmt: skip
    """Apply the rules to all columns that they name; other columns are not copied.

    Parameters
    ----------
    first_row : int
        Number of rows before these in the file, for messages.
    advise : callable
        Says what to do about a value that is not of the declared kind.

    Raises
    ------
    InputError
        Naming every column with a value that is not of its declared kind, the first such row and
        its value, unless the declaration takes it as missing.
    """
    new: dict[str, pd.Series[Any]] = {}
    changed: dict[str, dict[Rule, int]] = {}
    faults: list[Fault] = []
    for name in map(str, raw.columns):
        if not rules.touch(name):
            continue
        values, counts = _cleaned(raw[name], name, rules)
        if declared := rules.declared.get(name):
            values, wrong = converted(values, declared)
            if wrong.any() and declared.invalid == "fail":
                hint = advise(name, declared)
                faults.append(_mistyped(raw[name], wrong, name, declared, first_row, hint))
            counts["invalid"] = int(wrong.sum())
        new[name] = values
        changed[name] = {rule: count for rule, count in counts.items() if count}
    if faults:
        more = Fault(f"and {len(faults) - MOST_FAULTS:,} more columns like these")
        raise InputError(*faults[:MOST_FAULTS], *([more] if len(faults) > MOST_FAULTS else []))
    frame = raw.assign(**new) if new else raw
    return Applied(frame, {name: counts for name, counts in changed.items() if counts})


def retyped(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Make numbers of columns of text in which, after the rules, every value is one.

    A source does so with the columns that it reads; a column whose ``?`` became missing is then
    read like one in which nothing stood there. Codes stay text.
    """
    new = {name: found for name in names if (found := _numeric(frame[name])) is not None}
    return frame.assign(**new) if new else frame


def is_numeric(values: pd.Series[Any]) -> bool:
    """Whether every value of a column of text is a number."""
    return _numeric(values) is not None


def as_number(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of text in which every value is a number, if there is one, as numbers."""
    found = _numeric(values)
    return pd.to_numeric(values, errors="coerce").astype(np.float64) if found is None else found


def _numeric(values: pd.Series[Any]) -> pd.Series[Any] | None:
    if not (isinstance(values.dtype, pd.StringDtype) or values.dtype == object):
        return None
    codes, uniques = pd.factorize(texts(values))
    numbers = readings(pd.Series(uniques, dtype="str"), dates=False).number
    if not len(uniques) or np.isnan(numbers).any():
        return None
    return pd.Series(np.append(numbers, np.nan)[codes], index=values.index, name=values.name)


def _cleaned(
    values: pd.Series[Any], name: str, rules: Rules
) -> tuple[pd.Series[Any], dict[Rule, int]]:
    counts: dict[Rule, int] = {}
    if rules._trims(name) and _holds_text(values):
        values, counts["trim"] = _trimmed(values)
    nulls = (*rules.nulls, *rules.nulls_in.get(name, ()))
    if nulls:
        gone = positions(values, nulls) >= 0
        counts["null_values"] = int(gone.sum())
        values = values.mask(gone) if gone.any() else values
    if pairs := rules.replace.get(name):
        values, counts["replace"] = _replaced(values, pairs)
    return values, counts


def _holds_text(values: pd.Series[Any]) -> bool:
    text = isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype)
    return text or values.dtype == object


def _trimmed(values: pd.Series[Any]) -> tuple[pd.Series[Any], int]:
    """Take blanks off; a text of blanks alone is missing, as an empty one in a file is."""
    before = texts(values)
    after = before.str.strip()
    after = after.mask(after == "")
    different = before.notna() & (after.isna() | (after != before))
    return after, int(different.sum())


def _replaced(
    values: pd.Series[Any], pairs: tuple[tuple[Scalar, Scalar], ...]
) -> tuple[pd.Series[Any], int]:
    place = positions(values, [old for old, _ in pairs])
    hit = place >= 0
    if not hit.any():
        return values, 0
    new = [value for _, value in pairs]
    numbers = all(value is None or _is_real(value) for value in new)
    if is_number(values.dtype) and numbers:
        table = np.array([np.nan if value is None else float(value) for value in new])
        result = values.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    else:
        table = np.array([None if value is None else written(value) for value in new], dtype=object)
        plain = canonical(values) if is_number(values.dtype) else texts(values)
        result = plain.to_numpy(dtype=object, copy=True)
    result[hit] = table[place[hit]]
    dtype = None if result.dtype != object else "str"
    return pd.Series(result, index=values.index, name=values.name, dtype=dtype), int(hit.sum())


def _is_real(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _mistyped(
    raw: pd.Series[Any], wrong: NDArray[np.bool_], name: str, declared: Declared, first_row: int,
    hint: str,
) -> Fault:  # fmt: skip
    """Name the first value that is not of the declared kind, as the file has it."""
    rows = np.flatnonzero(wrong)
    more = f" (and {len(rows) - 1:,} more)" if len(rows) > 1 else ""
    return Fault(
        f"the column {name!r} must hold {declared.expected}, but row "
        f"{first_row + int(rows[0]) + 1:,} holds {shorten(raw.iloc[rows[0]])}{more}",
        hint=hint,
    )
