"""What a fitted pipeline reads: numbers, and free text beside them where there is any.

Without text it is an array of float64. With text it is a DataFrame, whose columns of text hold the
texts and whose others hold the numbers; scikit-learn takes columns out of both by their position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.contracts import Index, Numbers

Table = Numbers | pd.DataFrame


def read_by(frame: pd.DataFrame, texts: Mapping[str, pd.Series[Any]]) -> Table:
    """Return what pipelines read of encoded rows.

    Parameters
    ----------
    frame : DataFrame of float64
        Every column of the contract, in its order.
    texts : mapping of Series
        Some of them as texts, with as many rows.
    """
    if not texts:
        return frame.to_numpy()
    columns = {name: texts.get(str(name), frame[name]).to_numpy() for name in frame}
    return pd.DataFrame(columns)


def joined(tables: Sequence[Table]) -> Table:
    """Return the rows of all tables, one after the other."""
    if len(tables) == 1:
        return tables[0]
    frames = [table for table in tables if isinstance(table, pd.DataFrame)]
    return pd.concat(frames, ignore_index=True) if frames else np.vstack(tables)


def rows(numbers: Numbers, texts: pd.DataFrame | None, names: list[str], index: Index) -> Table:
    """Return some rows of what pipelines read, out of two tables that are kept apart."""
    taken = np.asarray(numbers[index])
    if texts is None:
        return taken
    frame = pd.DataFrame(taken, columns=names)
    return read_by(frame, {str(name): texts[name].iloc[index] for name in texts})
