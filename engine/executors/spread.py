"""Units over the workers of a cluster: who works on what, and what becomes of it."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from engine.contracts import WorkerDiedError
from engine.errors import EngineError, Fault, SearchError
from engine.executors.host import Result

PERIOD = 0.25  # seconds between two looks at the cluster
GRACE = 15.0  # seconds after which a unit is given up that its worker should have stopped
PATIENCE = 60.0  # seconds that a cluster may be without a worker once it had some
STOPPED = "it was stopped"


class Cluster(Protocol):
    """Workers, by name."""

    def ready(self) -> Mapping[str, int]:
        """Return the workers that are ready, and how many units each takes.

        Raises
        ------
        EngineError
            If the cluster is lost.
        """

    def begin(
        self, worker: str, function: Callable[..., Any], args: tuple[Any, ...],
        deadline: float | None,
    ) -> Future[Result]:  # fmt: skip
        """Run a unit on a worker."""

    def close(self) -> None:
        """Let go of the workers; end those that were started for this."""


@dataclass
class Unit:
    """A unit of work on its way."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    deadline: float | None
    future: Future[Any] = field(default_factory=Future)
    worker: str = ""
    latest: float = math.inf
    is_lost: bool = False


class Spread:
    """An executor over a cluster, whose workers may come and go.

    Units are placed here, each on a worker with room for it: so it is known when one begins, and
    which are lost with a worker.

    Parameters
    ----------
    most : int, optional
        Units that run side by side; as many as there is room for if not given.
    """

    def __init__(self, cluster: Cluster, most: int | None, where: str) -> None:
        self._cluster = cluster
        self._most = most or math.inf
        self._where = where
        self._lock = threading.RLock()
        self._waiting: deque[Unit] = deque()
        self._running: dict[int, Unit] = {}
        self._busy: Counter[str] = Counter()
        self._ready: Mapping[str, int] = cluster.ready()
        self._seen = time.monotonic()
        self._closing = threading.Event()
        self._lost: EngineError | None = None
        self._watch = threading.Thread(target=self._watched, daemon=True)
        self._watch.start()

    @property
    def workers(self) -> int:
        """Units that run side by side now."""
        return int(max(1, min(self._most, sum(self._ready.values()))))

    def submit(
        self, function: Callable[..., Any], /, *args: Any, deadline: float | None = None
    ) -> Future[Any]:
        unit = Unit(function, args, deadline)
        unit.future.set_running_or_notify_cancel()
        with self._lock:
            self._waiting.append(unit)
        if self._lost or self._closing.is_set():
            self._drop(self._lost or WorkerDiedError(STOPPED))
        self._place()
        return unit.future

    def _place(self) -> None:
        """Begin what waits, where there is room."""
        while True:
            with self._lock:
                worker = self._with_room()
                if not self._waiting or worker is None:
                    return
                unit = self._waiting.popleft()
                unit.worker = worker
                if unit.deadline is not None:
                    unit.latest = time.monotonic() + unit.deadline + GRACE
                self._running[id(unit)] = unit
                self._busy[worker] += 1
            self._begun(unit).add_done_callback(partial(self._end, unit))

    def _begun(self, unit: Unit) -> Future[Result]:
        """Begin a unit; what the cluster says against it counts as the loss of its worker."""
        try:
            return self._cluster.begin(unit.worker, unit.function, unit.args, unit.deadline)
        except Exception as error:  # noqa: BLE001 - of whatever kind its library has
            failed: Future[Result] = Future()
            failed.set_exception(error)
            return failed

    def _with_room(self) -> str | None:
        """Return the worker with the most room."""
        if len(self._running) >= self._most:
            return None
        room = {worker: slots - self._busy[worker] for worker, slots in self._ready.items()}
        free = max(room, key=lambda worker: room[worker], default=None)
        return free if free is not None and room[free] > 0 else None

    def _end(self, unit: Unit, begun: Future[Result]) -> None:
        """Take in what came of a unit; nothing more does of one that was given up."""
        with self._lock:
            self._busy[unit.worker] -= 1
            unit.is_lost = begun.cancelled() or begun.exception() is not None
            is_awaited = not unit.is_lost and self._running.pop(id(unit), None) is not None
        if is_awaited:
            went_well, value = begun.result()
            (unit.future.set_result if went_well else unit.future.set_exception)(value)
        if not unit.is_lost:  # the next look tells whether its worker is lost, or the cluster
            self._place()

    def _watched(self) -> None:
        while not self._closing.wait(PERIOD):
            try:
                ready = self._cluster.ready()
            except Exception as error:  # noqa: BLE001 - else everybody would wait for ever
                self._lost = error if isinstance(error, EngineError) else self._cut_off(error)
                self._drop(self._lost)
                return
            self._look(ready)
            self._place()

    def _look(self, ready: Mapping[str, int]) -> None:
        """Give up units that have lost their worker, or that it should have stopped."""
        now = time.monotonic()
        with self._lock:
            self._ready = ready
            self._seen = now if ready else self._seen
            running = list(self._running.values())
        for unit in running:
            if unit.is_lost or unit.worker not in ready:
                self._give_up(unit, WorkerDiedError("its worker was lost"))
            elif now > unit.latest:
                self._give_up(unit, TimeoutError(f"it was stopped after {unit.deadline:g} s"))
        if now - self._seen > PATIENCE:
            self._drop(self._deserted())

    def _give_up(self, unit: Unit, error: Exception) -> None:
        with self._lock:
            is_awaited = self._running.pop(id(unit), None) is not None
        if is_awaited:
            unit.future.set_exception(error)

    def _cut_off(self, error: Exception) -> EngineError:
        message = f"the connection to {self._where} was lost: {type(error).__name__}: {error}"
        return SearchError(Fault(message, "compute.address", "run it again to carry on"))

    def _deserted(self) -> EngineError:
        message = f"{self._where} has had no worker for {PATIENCE:g} seconds"
        hint = "start workers there, and run it again to carry on"
        return SearchError(Fault(message, "compute.address", hint))

    def _drop(self, error: Exception) -> None:
        """Let everything come to an error."""
        with self._lock:
            dropped = [*self._waiting, *self._running.values()]
            self._waiting.clear()
            self._running.clear()
        for unit in dropped:
            unit.future.set_exception(error)

    def shutdown(self, cancel: bool = False) -> None:
        if not cancel:
            wait([unit.future for unit in (*self._waiting, *self._running.values())])
        if self._closing.is_set():
            return
        self._closing.set()
        self._drop(WorkerDiedError(STOPPED))
        self._watch.join()
        self._cluster.close()
