"""Columns of text become columns of numbers where every value is one.

The rule, which looks at the whole column and never at a part of it:

- missing are the words that pandas takes as such: the empty string, ``NA``, ``N/A``, ``None``,
  ``null``, ``NaN`` and so on (:data:`MISSING`), quoted or not;
- whole numbers become int64, or float64 where some are missing; other numbers float64;
- ``True`` and ``False`` (also all capitals or small) become bool, unless some are missing;
- codes stay text: a column in which a number starts with a needless zero (``00501``), and whole
  numbers so long that they could not be kept exactly;
- all else stays text, dates too; a column of missing values alone is float64.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_WORDS = """
#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null
"""
MISSING = ("", *_WORDS.strip().split("|"))

_TRUE = ["True", "TRUE", "true"]
_FALSE = ["False", "FALSE", "false"]
_WORDS_OF_TRUTH = {*_TRUE, *_FALSE}
TEXT = pa.large_string()  # a column may hold more than 2 GB
_CODE = r"^[+-]?0[0-9xX]"
_LONG = r"^[+-]?[0-9]{16,}$"
_NOT_WHOLE = r"[^0-9+-]"


def frame(table: pa.Table) -> pd.DataFrame:
    """Return a frame of a table of strings, one type for each column."""
    columns = {name: column(table[name].combine_chunks()) for name in table.column_names}
    typed: pd.DataFrame = pa.table(columns).to_pandas()
    return typed


def column(values: pa.Array) -> pa.Array:
    """Return strings as what they say; the rule stands at the top of this module."""
    if values.null_count == len(values):
        return pc.cast(values, pa.float64())
    first = pc.first(values).as_py()
    if first in _WORDS_OF_TRUTH:
        return _booleans(values)
    return _numbers(values) if _is_number(first) else values


def _is_number(text: str) -> bool:
    """Whether the first value could be a number: most columns of text are known by it."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _booleans(values: pa.Array) -> pa.Array:
    known = pc.is_in(values, pa.array([*_TRUE, *_FALSE]))
    return pc.is_in(values, pa.array(_TRUE)) if pc.all(known).as_py() else values


def _numbers(values: pa.Array) -> pa.Array:
    numbers = _cast(values, pa.float64())
    if numbers is None:
        return _trimmed(values)
    if _any(values, _CODE):
        return values
    return numbers if _any(values, _NOT_WHOLE) else _whole(values, numbers)


def _trimmed(values: pa.Array) -> pa.Array:
    """Try again without the blanks around numbers, which Arrow does not take."""
    bare = pc.utf8_trim_whitespace(values)
    found = values if bare.equals(values) else column(bare)
    return values if found.type == TEXT else found


def _whole(values: pa.Array, numbers: pa.Array) -> pa.Array:
    """Return whole numbers as such where none is missing, and never with fewer digits than text."""
    whole = _cast(pc.utf8_ltrim(values, "+"), pa.int64())
    if whole is not None and not values.null_count:
        return whole
    return values if _any(values, _LONG) else numbers


def _cast(values: pa.Array, kind: pa.DataType) -> pa.Array | None:
    try:
        return pc.cast(values, kind)
    except pa.ArrowInvalid:
        return None


def _any(values: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())
