"""Rows with the same feature values on both sides of a split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.contracts import Index
from engine.steps.split import Split

CHUNK = 65_536  # rows that are hashed at a time
EXAMPLES = 3
MORE_THAN_CHANCE = 3.0
SAMPLE = 100_000  # rows by which chance is judged


@dataclass(frozen=True)
class Twins:
    """Rows that are validated or held out, and whose feature values are also trained on.

    Attributes
    ----------
    rows : int
        How many are looked at; ``count`` of them have a twin.
    by_chance : float
        How many would, if columns were independent of each other.
    examples : list of pairs
        Row numbers in the source, from 0: such a row, and its twin among the training rows.
    """

    side: Literal["holdout", "folds"]
    rows: int
    count: int
    by_chance: float
    examples: list[tuple[int, int]]


def twins(numbers: Any, split: Split) -> Iterator[Twins]:
    """Yield what stands on both sides of the holdout, and of the folds, more often than by chance.

    A table of few and coarse columns repeats its rows by nature. There the number of twins is
    compared with what independent columns would give; up to three times as many are not told.

    Parameters
    ----------
    numbers : array or DataFrame of shape (rows of the source, columns)
        What pipelines read.
    """
    codes = _codes(numbers)
    alike = _alike(numbers)
    sides = [("holdout", [(split.train, split.holdout)]), ("folds", _folds(split))]
    for side, pairs in sides:
        found = _across(codes, pairs)
        rows = sum(len(valid) for _, valid in pairs)
        chance = sum(len(valid) * _once(alike, len(train)) for train, valid in pairs)
        if len(found) > MORE_THAN_CHANCE * chance:
            name: Literal["holdout", "folds"] = "holdout" if side == "holdout" else "folds"
            yield Twins(name, rows, len(found), float(chance), _examples(found))


def _folds(split: Split) -> list[tuple[Index, Index]]:
    """Rows that train and validate, of the first repeat."""
    once = split.folds[: len(split.folds) // split.repeats]
    return [(split.train[fold.train], split.train[fold.valid]) for fold in once]


def _codes(numbers: Any) -> Index:
    """Number the rows by their values; missing ones are alike."""
    hashed = []
    for start in range(0, len(numbers), CHUNK):
        part = pd.DataFrame(numbers[start : start + CHUNK])
        hashed.append(pd.util.hash_pandas_object(part, index=False).to_numpy())
    return np.asarray(pd.factorize(np.concatenate(hashed))[0])


def _alike(numbers: Any) -> float:
    """Return how likely two rows are alike in all columns, were these independent."""
    step = -(-len(numbers) // SAMPLE)
    frame, likely = pd.DataFrame(numbers[::step]), 1.0
    for name in frame.columns:
        shares = frame[name].value_counts(dropna=False).to_numpy() / len(frame)
        likely *= float((shares**2).sum())
    return likely


def _once(likely: float, rows: int) -> float:
    """Return how likely one of ``rows`` rows is alike to another row."""
    return float(-np.expm1(rows * np.log1p(-min(likely, 1 - 1e-12))))


def _examples(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the first pairs, each in one direction."""
    pairs: list[tuple[int, int]] = []
    for one, other in found:
        if (other, one) not in pairs:
            pairs.append((one, other))
        if len(pairs) == EXAMPLES:
            break
    return pairs


def _across(codes: Index, pairs: list[tuple[Index, Index]]) -> list[tuple[int, int]]:
    """Return each row that is validated and has a twin that trains, with that twin."""
    found: list[tuple[int, int]] = []
    for train, valid in pairs:
        first = np.full(int(codes.max(initial=-1)) + 1, -1, dtype=np.intp)
        first[codes[train][::-1]] = train[::-1]
        twin: NDArray[np.intp] = first[codes[valid]]
        has = twin >= 0
        found += zip(valid[has].tolist(), twin[has].tolist(), strict=True)
    return sorted(found)
