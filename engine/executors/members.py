"""Which workers of a cluster are ready, as they come and go."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from engine.contracts import WorkerDiedError
from engine.errors import Fault, SearchError
from engine.executors.host import LEASE, Result

SIDE_BY_SIDE = 8  # workers that are sent their folders at a time
HIRE = 6.0  # seconds for the first worker of a cluster
HIRE_OWN = 60.0  # the same, of one that was just started on this machine, which may be busy
PERIOD = 0.05


class Members:
    """Lets workers be made ready once they are there, and forgets those that are gone.

    Parameters
    ----------
    prepare : callable
        ``prepare(worker, slots)`` makes one ready; called in threads.
    hear : callable
        ``hear(workers)`` tells them that they are needed, and returns those that are still ready.
    """

    def __init__(
        self, prepare: Callable[[str, int], Result], hear: Callable[[list[str]], list[str]]
    ) -> None:
        self._prepare = prepare
        self._hear = hear
        self._hands = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="prepare")
        self._preparing: dict[str, Future[Result]] = {}
        self._ready: set[str] = set()
        self._told = time.monotonic()
        self.refused: dict[str, str] = {}

    def ready(self, there: Mapping[str, int]) -> dict[str, int]:
        """Return those that are ready among the workers that are there, with their slots."""
        self._ready &= there.keys()
        self.refused = {name: why for name, why in self.refused.items() if name in there}
        self._preparing = {name: begun for name, begun in self._preparing.items() if name in there}
        for name in there.keys() - self._ready - self.refused.keys() - self._preparing.keys():
            self._preparing[name] = self._hands.submit(self._prepare, name, there[name])
        self._take_in()
        self._tell()
        return {name: there[name] for name in self._ready if name in there}

    def _take_in(self) -> None:
        for name, future in list(self._preparing.items()):
            if future.done():
                del self._preparing[name]
                error = future.exception()
                went_well, value = (False, error) if error else future.result()
                if went_well:
                    self._ready.add(name)
                else:
                    self.refused[name] = _cause(value)

    def _tell(self) -> None:
        """Let them know that they are needed, several times within their lease."""
        if self._ready and time.monotonic() - self._told > LEASE / 5:
            self._told = time.monotonic()
            self._ready &= set(self._hear(sorted(self._ready)))

    def first(self, look: Callable[[], Mapping[str, int]], seconds: float, where: str) -> None:
        """Wait until all workers that are there are ready, or refused.

        Raises
        ------
        SearchError
            If there is none within some seconds, or none that can be used.
        """
        begun = time.monotonic()
        while not look() or self._preparing:
            if self.refused and not self._preparing:
                name, why = next(iter(self.refused.items()))
                message = f"no worker of {where} can be used; {name}: {why}"
                hint = "its workers need the same versions as this machine, and room for the data"
                raise SearchError(Fault(message, "compute.address", hint))
            if not self._preparing and time.monotonic() - begun > seconds:
                message = f"{where} has no workers: none came within {seconds:g} seconds"
                raise SearchError(Fault(message, "compute.address", "start some, and try again"))
            time.sleep(PERIOD)

    def close(self) -> None:
        """Prepare no more."""
        self._hands.shutdown(wait=False, cancel_futures=True)


def _cause(error: BaseException) -> str:
    """Say why a worker is not ready, in the engine's words or in another's."""
    text = " ".join(str(error).split())[:300]
    return text if isinstance(error, WorkerDiedError) else f"{type(error).__name__}: {text}"
