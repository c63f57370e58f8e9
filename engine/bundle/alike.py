"""Find values in a column by what they say, however the column was read.

A file's ``-999`` is a number where the whole column was read, and the text ``-999.0`` where a part
of it was. Two values are alike where their texts are equal, or where both read as the same number,
the same moment, or the same truth value. Codes (``007``, or 16 digits and more) are texts only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.values import is_number, seconds, texts
from engine.contracts import Index, Numbers

Scalar = str | int | float | bool | None
CODE = r"\s*[+-]?0[0-9xX]|\s*[+-]?[0-9]{16,}\s*$"  # 00501 is no number; nor is a card's
_DATE = r"\d{4}-\d{2}-\d{2}"
_TRUTH = ("true", "false")
_WHOLE = 2.0**53  # whole numbers below are exact


@dataclass(frozen=True)
class Readings:
    """What different texts say, an entry for each; nan or -1 where they say nothing of the kind."""

    text: NDArray[Any]
    number: Numbers
    moment: Numbers
    truth: Index


def positions(values: pd.Series[Any], wanted: Sequence[Scalar]) -> Index:
    """Return for each value the position of the first in ``wanted`` that is alike, else -1.

    Examples
    --------
    >>> positions(pd.Series(["?", "-999.0", "007"]), [-999, 7, "?"])
    array([ 2,  0, -1])
    """
    known = readings(pd.Series([written(value) for value in wanted], dtype="str"))
    if is_number(values.dtype) and not _is_long(values):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return _places(known.number, numbers, np.isnan)
    codes, uniques = pd.factorize(texts(values))
    found = readings(pd.Series(uniques, dtype="str"), bool(np.isfinite(known.moment).any()))
    place = _places(known.text, found.text, pd.isna)
    for mine, theirs, nothing in (
        (known.number, found.number, np.isnan),
        (known.moment, found.moment, np.isnan),
        (known.truth, found.truth, _is_none),
    ):
        place = np.where(place < 0, _places(mine, theirs, nothing), place)
    answer: Index = np.append(place, -1)[codes].astype(np.intp)
    return answer


def canonical(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts that are equal where values are alike: ``7`` for 7.0, ``true`` for TRUE."""
    codes, uniques = pd.factorize(texts(values))
    found = readings(pd.Series(uniques, dtype="str"), dates=False)
    plain = np.array(found.text, dtype=object)
    numeric = ~np.isnan(found.number)
    plain[numeric] = [written(float(number)) for number in found.number[numeric]]
    truth = found.truth >= 0
    plain[truth] = np.array(_TRUTH, dtype=object)[found.truth[truth]]
    table = np.array([*plain, None], dtype=object)
    return pd.Series(table[codes], index=values.index, name=values.name, dtype="str")


def written(value: Scalar) -> str:
    """Write a value of a recipe, or a number, as a text that says the same.

    >>> written(7.0), written(True), written(0.5)
    ('7', 'true', '0.5')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if abs(value) < _WHOLE and value.is_integer() else repr(value)
    return str(value)


def readings(distinct: pd.Series[Any], dates: bool = True) -> Readings:
    """Read texts as numbers, moments (seconds since 1970) and truth values."""
    number = pd.to_numeric(distinct, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    code = distinct.str.match(CODE).to_numpy(dtype=bool)
    moment = np.full(len(distinct), np.nan)
    if dates and (dated := distinct.str.match(_DATE).to_numpy(dtype=bool)).any():
        moment[dated] = seconds(distinct[dated])
    truth = pd.Index(_TRUTH).get_indexer(pd.Index(distinct.str.lower()))
    return Readings(distinct.to_numpy(dtype=object), np.where(code, np.nan, number), moment, truth)


def _places(
    known: NDArray[Any], found: NDArray[Any], nothing: Callable[[Any], NDArray[np.bool_]]
) -> Index:
    """Return where each of ``found`` stands first in ``known``, else -1."""
    index = pd.Index(known)
    first = ~index.duplicated()
    place = pd.Index(known[first]).get_indexer(pd.Index(found))
    answer: Index = np.append(np.flatnonzero(first), -1)[place]
    return np.where(nothing(found), -1, answer)


def _is_none(codes: Index) -> NDArray[np.bool_]:
    return codes < 0


def _is_long(values: pd.Series[Any]) -> bool:
    """Whether whole numbers are so long that they are told apart as texts alone."""
    whole = pd.api.types.is_integer_dtype(values.dtype)
    return bool(whole and values.notna().any() and max(values.max(), -values.min()) >= 10**15)
