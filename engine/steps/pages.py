"""Matrices that lie on disk: features applied block by block, for rows beyond memory.

Features are fitted on a bounded number of the rows that are learnt from, and applied to all of
them. What they make is kept as float32, which is what XGBoost reads of any array; the encoded
rows themselves stay float64, as float32 would round dates to minutes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from engine.bundle.predict import Model
from engine.contracts import Index, Predicted
from engine.estimators.paged import Paged
from engine.recipe.schema import Recipe
from engine.steps import held
from engine.steps.assemble import Assembled
from engine.steps.blame import fitted

NONE: Index = np.empty(0, dtype=np.intp)


def looked_at(recipe: Recipe, assembled: Assembled, rows: Index) -> Index:
    """Return the rows that are looked at: all of them, or some where they lie on disk."""
    if not held.on_disk(recipe):
        return rows
    return rows[held.drawn(len(rows), assembled.numbers.shape[1])]


def prepared(
    assembled: Assembled, features: Any, y: NDArray[Any], train: Index,
    valid: Index = NONE,
    cluster: Any = None,
) -> tuple[Paged, Paged]:  # fmt: skip
    """Fit features on some of the rows to learn from, and write what they make of both sides.

    Rows that the features are fitted on get what ``fit_transform`` makes of them: an encoding by
    the target is then learnt from other rows, as it is in memory.

    Parameters
    ----------
    y : ndarray of shape (len(train),)
        The target of the rows to learn from.
    train, valid : ndarray of int
        Numbers of rows of the source.
    """
    some = held.drawn(len(train), assembled.numbers.shape[1])
    learnt = _dense(fitted(features, assembled.take(train[some]), y[some]))
    every = np.union1d(train, valid)
    pages = _created(len(every), learnt.shape[1], _beside(assembled))
    for at, block in _blocks(assembled, every):
        pages[at] = _dense(features.transform(block))
    pages[np.searchsorted(every, train[some])] = learnt
    scratch = _beside(assembled)
    one, other = (np.searchsorted(every, side) for side in (train, valid))
    return Paged(pages, one, scratch, cluster), Paged(pages, other, scratch, cluster)


def predicted(recipe: Recipe, model: Model, assembled: Assembled, rows: Index) -> Predicted:
    """Predict rows of the source: at once, or block by block where they lie on disk."""
    if not held.on_disk(recipe):
        return model.predict(assembled.take(rows))
    order = np.argsort(rows, kind="stable")
    parts = [model.predict(block) for _, block in _blocks(assembled, rows[order])]
    back = np.argsort(order, kind="stable")
    value = np.concatenate([part.value for part in parts])[back]
    tables = [part.probability for part in parts if part.probability is not None]
    return Predicted(value, np.concatenate(tables)[back] if tables else None)


def _blocks(assembled: Assembled, rows: Index) -> Iterator[tuple[slice, Any]]:
    """Yield what pipelines read of some rows, a block of them at a time."""
    size = held.few(assembled.numbers.shape[1])
    for start in range(0, len(rows), size):
        at = slice(start, min(start + size, len(rows)))
        yield at, assembled.take(rows[at])


def _beside(assembled: Assembled) -> Path:
    """Return the folder in which results of steps lie: there is room for a table there."""
    name = getattr(assembled.numbers, "filename", None)
    return Path(name).parent.parent if name else Path(tempfile.gettempdir())


def _created(rows: int, columns: int, beside: Path) -> NDArray[np.float32]:
    """Return a table on disk without a name: it is gone with the process, however that ends."""
    with tempfile.TemporaryFile(dir=beside) as file:
        return np.memmap(file, np.float32, "w+", shape=(rows, columns))


def _dense(table: Any) -> NDArray[Any]:
    return np.asarray(table.toarray() if issparse(table) else table)
