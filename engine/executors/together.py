"""Workers of a cluster of Dask that fit one model together, each on a part of the rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from engine import extras
from engine.errors import RecipeError


class Together:
    """A cluster's workers, and who gives them their parts.

    Attributes
    ----------
    client : distributed.Client
    names : list of str
        The workers that there were when it was made, in order.
    """

    def __init__(self, client: Any, names: Iterable[str]) -> None:
        self.client = client
        self.names = sorted(names)
        self._arrays = extras.imported("dask.array", "dask", RecipeError)
        self._delayed = extras.imported("dask", "dask", RecipeError).delayed

    @property
    def workers(self) -> int:
        return len(self.names)

    def array(self, blocks: Iterable[NDArray[Any]]) -> Any:
        """Return an array of the cluster: each block is sent to a worker, to one after the other.

        Parameters
        ----------
        blocks : iterable of ndarray
            The rows; one is in this process at a time.
        """
        parts = [
            self._arrays.from_delayed(
                self._delayed(self._sent(block, name)), block.shape, block.dtype
            )
            for block, name in zip(blocks, itertools.cycle(self.names), strict=False)
        ]
        return self._arrays.concatenate(parts)

    def _sent(self, block: NDArray[Any], name: str) -> Any:
        return self.client.scatter(block, workers=[name], hash=False)
