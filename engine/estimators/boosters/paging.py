"""XGBoost on rows that lie on disk: quantised matrices in a cache of files, read page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from engine.estimators.paged import Paged
from engine.estimators.scratch import scratch


class Pages(xgboost.DataIter):
    """Gives XGBoost rows block by block, each time anew.

    Parameters
    ----------
    label, weight : ndarray of shape (rows,)
        In the order of the rows; weights are optional.
    kinds : list of str
        ``c`` or ``q`` for each column.
    cache : Path
        Where the files are written that XGBoost makes of them.
    """

    def __init__(
        self, rows: Paged, label: NDArray[Any], weight: NDArray[Any] | None, kinds: list[str],
        cache: Path,
    ) -> None:  # fmt: skip
        self.rows = rows
        self.label = label
        self.weight = weight
        self.kinds = kinds
        self._blocks = rows.blocks()
        super().__init__(cache_prefix=str(cache))

    def reset(self) -> None:
        """Begin again."""
        self._blocks = self.rows.blocks()

    def next(self, input_data: Callable[..., None]) -> bool:
        """Hand over the next block; False where there is none."""
        at, block = next(self._blocks, (None, None))
        if at is None:
            return False
        weight = None if self.weight is None else self.weight[at]
        input_data(data=block, label=self.label[at], weight=weight, feature_types=self.kinds)
        return True


@contextmanager
def matrices_on_disk(booster: Any, rows: Paged) -> Iterator[None]:
    """Let a fit make its matrices of pages, whose cache is gone when it ends, however it does.

    XGBoost's scikit-learn estimators make their matrix by a method of their own, which is stood in
    for while they fit: what they are told of classes, objectives and stopping stays theirs.
    """
    kinds = list(booster.feature_types)
    with scratch(rows.scratch) as folder:
        made: list[Any] = []

        def matrix(ref: Any, **given: Any) -> Any:
            cache = folder / f"{len(made)}"
            pages = Pages(given["data"], given["label"], given.get("weight"), kinds, cache)
            found = xgboost.ExtMemQuantileDMatrix(
                pages, ref=ref, nthread=booster.n_jobs, max_bin=booster.max_bin, missing=np.nan,
                enable_categorical=True,
            )  # fmt: skip
            made.append(found)
            return found

        booster._create_dmatrix = matrix
        try:
            yield
        finally:
            del booster._create_dmatrix
            for one in made:  # before its files are gone, or it warns of that
                one.__del__()
