"""On a cluster of Ray: that of an address, or one that is started on this machine."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from engine import extras
from engine.errors import Fault, RecipeError, SearchError
from engine.executors import host
from engine.executors.hired import starter
from engine.executors.host import Charge, Result
from engine.executors.members import Members
from engine.executors.reach import reach

ANSWER = 5.0  # seconds for what takes milliseconds
HANDS = 4  # calls that a worker takes in at once: a unit, and what is said beside it
STORE = 256 * 2**20  # bytes that a cluster of ours keeps results in until they are fetched
OWN = "the cluster on this machine"


class Remote:
    """A process of the cluster; it runs what it is told."""

    def hello(self) -> bool:
        """Answer once it is there."""
        return True

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function of the engine's."""
        return function(*args)


class Actors:
    """Workers of one slot each, which Ray places where there is room; one that dies is replaced."""

    def __init__(
        self, ray: Any, own: bool, charge: Charge, most: int | None, threads: int, where: str
    ) -> None:
        self._ray = ray
        self._own = own
        self._name = charge.name
        self._most = most
        self._threads = threads
        self._charge = ray.put(charge)
        self._new = ray.remote(num_cpus=threads, max_restarts=0, max_concurrency=HANDS)(Remote)
        self._numbers = itertools.count(1)
        self._actors: dict[str, Any] = {}
        self._hello: dict[str, Future[bool]] = {}
        self.where = where
        self.members = Members(self._prepare, self._hear)

    def ready(self) -> Mapping[str, int]:
        for name, hello in list(self._hello.items()):
            if hello.done() and hello.exception() is not None:
                self._forget(name)
        for _ in range(self._room() - len(self._actors)):
            name = f"worker {next(self._numbers)}"
            self._actors[name] = self._new.remote()
            self._hello[name] = self._actors[name].hello.remote().future()
        there = {name: 1 for name, hello in self._hello.items() if hello.done()}
        return self.members.ready(there)

    def _room(self) -> int:
        """Count the workers that there is room for now, whether others use it or not."""
        try:
            cores = self._ray.cluster_resources().get("CPU", 0)
        except Exception as error:  # what Ray raises where it is gone has many names
            message = f"the connection to {self.where} was lost: {type(error).__name__}"
            hint = "run it again to carry on"
            raise SearchError(Fault(message, "compute.address", hint)) from error
        room = int(cores // self._threads)
        return min(room, self._most or room)

    def _prepare(self, worker: str, slots: int) -> Result:
        done: Future[Result] = self._call(worker, host.prepare, self._charge, slots)
        return done.result()

    def _call(self, worker: str, function: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = self._actors[worker].call.remote(function, *args).future()
        return future

    def begin(
        self, worker: str, function: Callable[..., Any], args: tuple[Any, ...],
        deadline: float | None,
    ) -> Future[Result]:  # fmt: skip
        begun = self._call(worker, host.run, self._name, function, args, deadline)
        begun.add_done_callback(lambda done: self._look(worker, done))
        return begun

    def _look(self, worker: str, done: Future[Result]) -> None:
        """Forget a worker that died with its unit; another takes its place."""
        if not done.cancelled() and isinstance(done.exception(), self._ray.exceptions.RayError):
            self._forget(worker)

    def _forget(self, worker: str) -> None:
        self._actors.pop(worker, None)
        self._hello.pop(worker, None)

    def _hear(self, workers: list[str]) -> list[str]:
        told = {name: self._call(name, host.hear, self._name) for name in workers}
        found = []
        for name, future in told.items():
            try:
                if future.result(ANSWER):
                    found.append(name)
            except (self._ray.exceptions.RayError, TimeoutError):
                self._forget(name)
        return found

    def close(self) -> None:
        self.members.close()
        with contextlib.suppress(Exception):
            there = [name for name, hello in self._hello.items() if hello.done()]
            ending = [self._call(name, host.close, self._name) for name in there]
            for future in ending:
                future.result(ANSWER)
        with contextlib.suppress(Exception):
            for actor in self._actors.values():
                self._ray.kill(actor)
        _close(self._ray, self._own)


def _join(charge: Charge, workers: int | None, threads: int, address: str | None) -> Actors:
    """Join the cluster of an address, or start one with room for so many workers.

    Raises
    ------
    engine.errors.EngineError
        If Ray is not installed, or the cluster cannot be reached.
    """
    ray = extras.imported("ray", "ray", RecipeError, where="compute.executor")
    own = not ray.is_initialized()  # a job that Ray itself has launched is in a cluster already
    if own:
        _connect(ray, address, (workers or 1) * threads)
    try:
        where = f"the Ray cluster at {address}" if address else OWN
        return Actors(ray, own, charge, workers, threads, where)
    except BaseException:
        _close(ray, own)
        raise


start = starter(_join)


def _connect(ray: Any, address: str | None, cores: int) -> None:
    """Join a cluster, or start one."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it tells its makers of each start
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    asked = signal.getsignal(signal.SIGTERM)
    try:
        if address is None:
            ray.init(
                num_cpus=cores, include_dashboard=False, object_store_memory=STORE,
                _node_ip_address="127.0.0.1", **quiet,
            )  # fmt: skip
        else:
            reach(address)
            ray.init(address=address, **quiet)
    except Exception as error:  # what Ray raises here has many names
        cause = " ".join(str(_first(error)).split())[:250] or type(error).__name__
        if address is None:
            message = f"no cluster of Ray can be started on this machine: {cause}"
            raise SearchError(Fault(message, "compute.executor", "try again")) from error
        message = f"no cluster of Ray can be reached at {address}: {cause}"
        hint = "start one with `ray start --head`, or leave the address out for one on this machine"
        raise SearchError(Fault(message, "compute.address", hint)) from error
    finally:
        _give_back(asked)


def _give_back(handler: Any) -> None:
    """Let SIGTERM be answered as before: Ray ends the process in its own way."""
    if handler is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handler)


def _first(error: BaseException) -> BaseException:
    """Return what an error began with: Ray says there what it is about."""
    earlier = error.__cause__ or error.__context__
    return error if earlier is None else _first(earlier)


def _close(ray: Any, own: bool) -> None:
    """Leave the cluster, and end it if it is ours."""
    if own:
        with contextlib.suppress(Exception):
            ray.shutdown()
