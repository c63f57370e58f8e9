"""Carry a formula's instructions out on the columns of a frame, block by block of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from engine.catalogue import near
from engine.contracts import Index
from engine.formula.applied import Applied, Loss
from engine.formula.compute import (
    COMPUTE,
    TEXT,
    TooLongError,
    floats,
    is_text,
    seconds,
    text,
    within_years,
)  # fmt: skip
from engine.formula.error import FormulaError
from engine.formula.functions import ALL, Kind
from engine.formula.kinds import infer
from engine.formula.parser import Op, Program

BLOCK = 1 << 16
"""Rows at a time: temporary columns stay small, however long the frame."""
_DIVISIONS = ("/", "//", "%")
_LARGE = "a number too large"
_INFINITE = "an infinite number"


def apply(
    program: Program, frame: pd.DataFrame, rows: Sequence[int] | Index | None = None
) -> Applied:
    """Evaluate a formula; see :meth:`engine.formula.Formula.apply`."""
    columns = _columns(program, frame)
    kinds = {name: kind_of(values) for name, values in columns.items()}
    kind = infer(program, kinds)[-1] or "number"
    notes = _Notes()
    readers = {name: _reader(values, kinds[name]) for name, values in columns.items()}
    starts = range(0, max(1, len(frame)), BLOCK)
    try:
        blocks = [
            _block(program, readers, range(start, min(start + BLOCK, len(frame))), kind, notes)
            for start in starts
        ]
    except _MadeTooLongError as error:
        number = error.row if rows is None else int(rows[error.row])
        message = f"row {number + 1:,} would become {error.what}"
        raise FormulaError(message, program.text, error.at) from None
    return Applied(_series(blocks, kind, frame.index), notes.losses())


def kind_of(values: pd.Series[Any]) -> Kind:
    """What a column's type says it holds; all but numbers, truth values and dates are texts."""
    kinds, dtype = pd.api.types, values.dtype
    if kinds.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return "boolean"
    if kinds.is_numeric_dtype(dtype) and not kinds.is_complex_dtype(dtype):
        return "number"
    return "date" if kinds.is_datetime64_any_dtype(dtype) else "text"


@dataclass(frozen=True)
class _Note:
    """What was lost by one instruction."""

    what: str
    at: int


class _MadeTooLongError(Exception):
    """A text would be too long, in this row of the frame."""

    def __init__(self, row: int, what: str, at: int) -> None:
        self.row, self.what, self.at = row, what, at


class _Notes:
    """Rows without a value, counted over all blocks."""

    def __init__(self) -> None:
        self._rows: Counter[_Note] = Counter()
        self._first: dict[_Note, int] = {}

    def add(self, what: str, at: int, lost: NDArray[np.bool_], start: int) -> None:
        if lost.any():
            note = _Note(what, at)
            self._rows[note] += int(lost.sum())
            self._first.setdefault(note, start + int(np.argmax(lost)))

    def losses(self) -> tuple[Loss, ...]:
        return tuple(Loss(n.what, self._rows[n], first, n.at) for n, first in self._first.items())


def _columns(program: Program, frame: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    times = Counter(map(str, frame.columns))
    place = {str(name): i for i, name in enumerate(frame.columns)}
    for op in program.ops:
        name = str(op.value)
        if op.name != "column":
            continue
        if not times[name]:
            raise _absent(program, op, list(times))
        if times[name] > 1:
            message = f"there are {times[name]} columns {name!r}"
            raise FormulaError(message, program.text, op.at, "rename all but one")
    return {name: frame.iloc[:, place[name]] for name in sorted(program.columns)}


def _absent(program: Program, op: Op, known: list[str]) -> FormulaError:
    guess = near(str(op.value), known)
    hint = f"did you mean {guess!r}?" if guess else f"there are: {', '.join(known)[:300]}"
    return FormulaError(f"there is no column {str(op.value)!r}", program.text, op.at, hint)


def _reader(values: pd.Series[Any], kind: Kind) -> Callable[[int, int], Any]:
    """Return what reads some rows of a column as the stack holds them."""
    if kind == "text":
        return lambda start, stop: _texts(values.iloc[start:stop])
    if kind == "date":
        if getattr(values.dtype, "tz", None) is not None:
            values = values.dt.tz_convert("UTC").dt.tz_localize(None)
        return lambda start, stop: seconds(values.iloc[start:stop])
    return lambda start, stop: values.iloc[start:stop].to_numpy(np.float64, na_value=np.nan)


def _texts(values: pd.Series[Any]) -> pa.Array:
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype("str").where(values.notna())
    found = pa.array(values, type=TEXT, from_pandas=True)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _block(
    program: Program, readers: Mapping[str, Callable[[int, int], Any]], rows: range,
    kind: Kind, notes: _Notes,
) -> Any:  # fmt: skip
    """Return the values of some rows, with what has none made missing and noted."""
    stack: list[Any] = []
    with np.errstate(all="ignore"):
        for op in program.ops:
            if op.name == "column":
                found = readers[str(op.value)](rows.start, rows.stop)
                found = found if is_text(found) else _finite(found, op, rows.start, notes)
            elif op.name == "value":
                found = _value(op.value)
            else:
                arguments = _beside(op, stack[-op.count :])
                del stack[-op.count :]
                found = _called(op, arguments, rows, notes)
            stack.append(found)
    return _whole(stack.pop(), len(rows), kind)


def _finite(found: Any, op: Op, start: int, notes: _Notes) -> Any:
    infinite = np.isinf(found)
    if not infinite.any():
        return found
    notes.add(_INFINITE, op.at, infinite, start)
    return np.where(infinite, np.nan, found)


def _value(value: float | str | bool | None) -> Any:
    if isinstance(value, str):
        return pa.scalar(value, TEXT)
    return np.float64(np.nan if value is None else value)


def _beside(op: Op, arguments: list[Any]) -> list[Any]:
    """Arguments with texts where texts are due, also for what is written out as missing."""
    row, texts = ALL[op.name], any(map(is_text, arguments))
    due = [row.wanted(i).removeprefix("=") for i in range(len(arguments))]
    return [
        text(value) if what == "text" or (texts and what == "same") else value
        for value, what in zip(arguments, due, strict=True)
    ]


def _called(op: Op, arguments: list[Any], rows: range, notes: _Notes) -> Any:
    try:
        found = COMPUTE[op.name](*arguments)
    except TooLongError as error:
        what = f"a text of {error.letters:,} letters"
        raise _MadeTooLongError(rows.start + error.row, what, op.at) from None
    loses = ALL[op.name].loses
    if not loses or np.isfinite(found).all():
        return found
    bad = ~np.isfinite(found)
    for value in arguments:
        bad = bad & (
            floats(value.is_valid()) == 1 if isinstance(value, pa.Array) else _known(value)
        )
    _note(op, np.broadcast_to(bad, len(rows)), arguments, rows.start, notes)
    return np.where(np.isinf(found), np.nan, found)


def _known(value: Any) -> Any:
    return value.is_valid if isinstance(value, pa.Scalar) else ~np.isnan(value)


def _note(op: Op, bad: NDArray[np.bool_], arguments: list[Any], start: int, notes: _Notes) -> None:
    loses = ALL[op.name].loses
    if op.name in _DIVISIONS:
        zero = bad & (arguments[1] == 0)
        notes.add(loses, op.at, zero, start)
        notes.add(_LARGE, op.at, bad & ~zero, start)
    else:
        notes.add(loses, op.at, bad, start)


def _whole(found: Any, rows: int, kind: Kind) -> Any:
    """A column of so many rows, also of a single value."""
    if kind == "text":
        found = text(found)
        return pa.repeat(found, rows) if isinstance(found, pa.Scalar) else found
    return np.broadcast_to(np.asarray(found, np.float64), (rows,))


def _series(blocks: list[Any], kind: Kind, index: pd.Index) -> pd.Series[Any]:
    if kind == "text":
        made: pd.Series[Any] = pa.chunked_array(blocks, TEXT).to_pandas().astype("str")
        return made.set_axis(index)
    values = np.concatenate(blocks)
    missing = np.isnan(values)
    if kind == "boolean":
        return pd.Series(pd.arrays.BooleanArray(values == 1, missing), index)
    if kind == "date":
        values = np.where(missing, 0, np.round(within_years(values) * 1e6))
        stamps = values.astype(np.int64).astype("datetime64[us]")
        return pd.Series(np.where(missing, np.datetime64("NaT"), stamps), index)
    return pd.Series(values, index)
