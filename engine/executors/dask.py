"""On a cluster of Dask: that of an address, or one that is started on this machine."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from engine import extras
from engine.contracts import WorkerDiedError
from engine.errors import Fault, RecipeError, SearchError
from engine.executors import host
from engine.executors.hired import starter
from engine.executors.host import Charge, Result
from engine.executors.members import HIRE, HIRE_OWN, Members
from engine.executors.reach import CONNECT, reach
from engine.executors.together import Together

ERROR = 2  # the standard error of a process
ANSWER = 5.0  # seconds for what takes milliseconds
OWN = "the cluster on this machine"


class Workers:
    """The workers of a scheduler, each with slots for so many units as it has threads for."""

    def __init__(self, client: Any, own: Any, charge: Charge, threads: int) -> None:
        self._client = client
        self._own = own
        self._charge = charge
        self._threads = threads
        self._tasks = client.get_executor(pure=False, retries=0, allow_other_workers=False)
        self._there: dict[str, int] = {}
        self._active: dict[str, int] = {}  # those that do not pause for want of memory
        self.where = OWN if own else f"the Dask cluster at {client.scheduler.address}"
        self.members = Members(self._prepare, self._hear)

    def ready(self) -> Mapping[str, int]:
        if self._client.status != "running":
            message = f"the connection to {self.where} was lost"
            raise SearchError(Fault(message, "compute.address", "run it again to carry on"))
        with contextlib.suppress(OSError):  # it is busy: what it said last will do
            ask = self._client.scheduler
            self._there = self._client.sync(ask.ncores, callback_timeout=ANSWER)
            self._active = self._client.sync(ask.ncores_running, callback_timeout=ANSWER)
        slots = {name: count // self._threads for name, count in self._there.items()}
        ready = self.members.ready(slots)
        return {name: count if name in self._active else 0 for name, count in ready.items()}

    def _prepare(self, worker: str, slots: int) -> Result:
        """Send a worker what it needs, once, and let it start its processes."""
        if not slots:
            return False, WorkerDiedError(self._too_few(worker))
        charge = self._client.scatter(self._charge, workers=[worker], hash=False)
        prepared: Result = self.begin_on(worker, host.prepare, charge, slots).result()
        return prepared

    def _too_few(self, worker: str) -> str:
        has = self._there[worker]
        threads = f"{has} thread" + ("s" if has > 1 else "")
        return f"it has {threads}, and compute.threads asks for {self._threads}"

    def begin_on(self, worker: str, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run a function on a worker."""
        begun: Future[Any] = self._tasks.submit(function, *args, workers=[worker])
        return begun

    def begin(
        self, worker: str, function: Callable[..., Any], args: tuple[Any, ...],
        deadline: float | None,
    ) -> Future[Result]:  # fmt: skip
        return self.begin_on(worker, host.run, self._charge.name, function, args, deadline)

    def _hear(self, workers: list[str]) -> list[str]:
        """Tell workers that somebody waits; return those that know of it."""
        try:
            told = self._tell(workers, host.hear)
        except (OSError, ValueError):  # one has just gone, or hangs: a later look tells which
            return workers
        return [worker for worker, knows in told.items() if knows]

    def close(self) -> None:
        self.members.close()
        with contextlib.suppress(Exception):
            self._tell(list(self._there), host.close)
        _close(self._client, self._own)

    def _tell(self, workers: list[str], what: Callable[[str], Any]) -> dict[str, Any]:
        """Call a function of the executor's name on workers; one that hangs is not waited for."""
        told: dict[str, Any] = self._client.run(
            what, self._charge.name, workers=workers, on_error="ignore", callback_timeout=ANSWER
        )
        return told


def _join(charge: Charge, workers: int | None, threads: int, address: str | None) -> Workers:
    """Join the cluster of an address, or start one of so many workers.

    Raises
    ------
    engine.errors.EngineError
        If Dask is not installed, or the cluster cannot be reached.
    """
    distributed = extras.imported("distributed", "dask", RecipeError, where="compute.executor")
    _silence()
    own = None if address else _own(distributed, workers or 1, threads)
    client = None
    try:
        client = _connected(distributed, own, address)
        return Workers(client, own, charge, threads)
    except BaseException:
        _close(client, own)
        raise


@contextmanager
def together(
    workers: int, threads: int, memory: int | None, address: str | None
) -> Iterator[Together]:
    """Give the workers of a cluster, to fit one model together.

    Parameters
    ----------
    workers, threads, memory : int
        Of a cluster that is started on this machine: how many, with how many threads, and with how
        many bytes, each; those of an address have what they have.

    Raises
    ------
    engine.errors.EngineError
        If Dask is not installed, the cluster cannot be reached, or has no worker.
    """
    distributed = extras.imported("distributed", "dask", RecipeError, where="compute.executor")
    _silence()
    own = None if address else _own(distributed, workers, threads, memory or 0)
    client = None
    try:
        client = _connected(distributed, own, address)
        if not _has_worker(client, HIRE_OWN if own else HIRE):
            message = f"the Dask cluster at {client.scheduler.address} has no worker"
            raise SearchError(Fault(message, "compute.address", "start workers there"))
        yield Together(client)
    finally:
        _close(client, own)


def _has_worker(client: Any, seconds: float) -> bool:
    """Whether a cluster has a worker, or gets one within some seconds."""
    with contextlib.suppress(TimeoutError):
        client.wait_for_workers(1, timeout=seconds)
    return bool(client.nthreads())


start = starter(_join)


def _silence() -> None:
    """Let Dask log nothing: what matters is told by the engine."""
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] == "distributed" and isinstance(logger, logging.Logger):
            logger.setLevel(logging.CRITICAL)


def _own(distributed: Any, workers: int, threads: int, memory: int = 0) -> Any:
    """Start a scheduler in this process, and workers of one slot in processes of their own."""
    return distributed.LocalCluster(
        n_workers=workers, threads_per_worker=threads, processes=True, host="127.0.0.1",
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        memory_limit=memory, silence_logs=logging.CRITICAL,
    )  # fmt: skip


def _connected(distributed: Any, own: Any, address: str | None) -> Any:
    """Return a client of a cluster of ours, or of the scheduler at an address."""
    if own is not None:
        client = distributed.Client(own, set_as_default=False)
        client.register_plugin(_quiet(distributed))
        return client
    try:
        reach(str(address))  # a client that fails to connect may hang when it is thrown away
        return distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        cause = " ".join(str(error).split())[:200]
    message = f"no scheduler of Dask can be reached at {address}: {cause}"
    hint = "start one with `dask scheduler`, or leave the address out for one on this machine"
    raise SearchError(Fault(message, "compute.address", hint))


def _quiet(distributed: Any) -> Any:
    """Return what lets our own workers leave Ctrl-C to this process, and write nothing."""

    class Quiet(distributed.WorkerPlugin):  # type: ignore[misc]
        def setup(self, worker: Any) -> None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.dup2(os.open(os.devnull, os.O_WRONLY), ERROR)  # as XGBoost does, unasked

    return Quiet()


def _close(client: Any, own: Any) -> None:
    """Let go of a cluster, and end it if it is ours."""
    for one in (client, own):
        if one is not None:
            with contextlib.suppress(Exception):
                one.close(timeout=ANSWER)
