"""Workers of a cluster of Dask that fit one model together, each on a part of the rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from engine import extras
from engine.contracts import WorkerDiedError
from engine.errors import RecipeError


class Together:
    """A cluster's workers, and who gives them their parts.

    Attributes
    ----------
    client : distributed.Client
    names : list of str
        The workers that have parts, in order: those that there were when :meth:`whole` began.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.names: list[str] = []
        self._arrays = extras.imported("dask.array", "dask", RecipeError)
        self._delayed = extras.imported("dask", "dask", RecipeError).delayed

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Share rows among the workers that there are, for one fit.

        Raises
        ------
        engine.contracts.WorkerDiedError
            If one of them is lost meanwhile: its part of the rows is lost with it.
        """
        self.names = self._there()
        try:
            with self.client.as_current():
                yield
        except Exception as error:
            lost = set(self.names).difference(self._there())
            if not lost:
                raise
            raise WorkerDiedError("a worker of the cluster was lost") from error

    def _there(self) -> list[str]:
        self.client.wait_for_workers(1)
        return sorted(self.client.nthreads())

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
