"""Rows of a table on disk, handed around as if they were an array in memory.

A booster that learns from pages asks for them block by block; everything else that an array is
asked on its way there (its shape, some of its rows) is answered without reading any of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Index

BLOCK = 32 * 1024**2  # bytes that are read at a time


class Paged:
    """Some rows of a table that lies on disk.

    Parameters
    ----------
    pages : ndarray of float32, of shape (rows of the table, columns)
        Mapped from a file.
    index : ndarray of int
        Which of its rows, in any order.
    scratch : Path
        A folder in which who learns from them may lay what it makes of them.
    cluster : object, optional
        The workers that are to learn from them together: see ``engine.executors.together``.
    """

    def __init__(
        self, pages: NDArray[Any], index: Index, scratch: Path, cluster: Any = None
    ) -> None:
        self.pages = pages
        self.index = index
        self.scratch = scratch
        self.cluster = cluster

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.index), int(self.pages.shape[1])

    @property
    def nbytes(self) -> int:
        """Bytes on disk, of the whole table that the rows are of."""
        return int(self.pages.nbytes)

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, at: Any) -> Paged:
        return Paged(self.pages, self.index[at], self.scratch, self.cluster)

    @property
    def block(self) -> int:
        """Rows that are read at a time."""
        return max(1, BLOCK // max(1, int(self.pages.shape[1]) * self.pages.itemsize))

    def blocks(self, most: int | None = None) -> Iterator[tuple[Index, NDArray[Any]]]:
        """Yield places among the rows, and the rows there, in the order in which they lie on disk.

        Read in another order, a table beyond memory would be fetched again for each row.

        Parameters
        ----------
        most : int, optional
            Rows in a block, where that is fewer than would be read at a time.
        """
        order = np.argsort(self.index, kind="stable")
        size = min(self.block, most or self.block)
        for start in range(0, len(order), size):
            at = order[start : start + size]
            yield at, np.asarray(self.pages[self.index[at]])
