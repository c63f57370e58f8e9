"""What a worker of a cluster does for an executor: it keeps processes that can be stopped.

A worker is given its :class:`Charge` once. It lays the folders down in one of its own, and starts
a process for each of its slots, which units then run in. All of it goes with the worker, or a
minute after the executor was last heard of.
"""

from __future__ import annotations

import atexit
import math
import multiprocessing
import queue
import shutil
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from engine.contracts import WorkerDiedError
from engine.executors import archive
from engine.executors.seat import Seat

LEASE = 60.0  # seconds without a word, after which nobody is thought to wait for results

Result = tuple[bool, Any]  # whether it went well, and what was returned or raised

_hosts: dict[str, Host] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Charge:
    """What a worker is given once, for all units.

    Attributes
    ----------
    name : str
        Of the executor; a worker may work for several.
    made_with : str
        The versions that a worker needs too; see :func:`made_with`.
    packed : bytes, optional
        Folders whose places the initializer is told after ``args``.
    memory : int, optional
        Bytes that each process may have.
    """

    name: str
    made_with: str
    initializer: Callable[..., None]
    args: tuple[Any, ...]
    packed: bytes | None = None
    memory: int | None = None


def charge(
    initializer: Callable[..., None], args: tuple[Any, ...], folders: Mapping[str, str] | None,
    memory: int | None, shared: bool,
) -> Charge:  # fmt: skip
    """Return what the workers of an executor are given, each once.

    Parameters
    ----------
    shared : bool
        Whether they see this machine's disk: folders are used in their place then, else packed.
    """
    packed = None if folders is None or shared else archive.pack(folders)
    given = (*args, dict(folders)) if folders is not None and shared else args
    return Charge(f"engine-{uuid.uuid4().hex}", made_with(), initializer, given, packed, memory)


class Host:
    """The processes of one worker, for one executor."""

    def __init__(self, charge: Charge, slots: int) -> None:
        # A worker may itself be a daemon, which multiprocessing lets start no process: those that
        # are started here end with their parent all the same.
        multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        self._folder = Path(tempfile.mkdtemp(prefix="engine-"))
        args = charge.args
        if charge.packed is not None:
            args = (*args, archive.unpack(charge.packed, self._folder))
        self._seats = [
            Seat(charge.initializer, args, charge.memory, self._folder) for _ in range(slots)
        ]
        self._idle: queue.SimpleQueue[Seat] = queue.SimpleQueue()
        for seat in self._seats:
            self._idle.put(seat)
        self.heard = math.inf  # until it is ready, however long that takes

    def warm(self) -> Result:
        """Start all processes."""
        begun = [seat.submit(_nothing, (), None) for seat in self._seats]
        error = next(filter(None, (future.exception() for future in begun)), None)
        self.heard = time.monotonic()
        return error is None, error

    def run(self, function: Callable[..., Any], args: tuple[Any, ...], deadline: Any) -> Result:
        """Run a unit in one of the processes."""
        seat = self._idle.get()
        try:
            future = seat.submit(function, args, deadline)
            error = future.exception()
            return error is None, future.result() if error is None else error
        finally:
            self._idle.put(seat)

    def close(self) -> None:
        """Stop the processes, and remove what was laid down."""
        for seat in self._seats:
            seat.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _nothing() -> None:
    """Stand for a unit, to see a process begin."""


def made_with() -> str:
    """Return the versions that a driver and its workers must have in common."""
    major, minor = sys.version_info[:2]
    try:
        ours = version("recipe-engine")
    except PackageNotFoundError:  # it runs from a checkout
        ours = "as it lies there"
    return f"recipe-engine {ours} on Python {major}.{minor}"


def prepare(charge: Charge, slots: int) -> Result:
    """Make this worker ready for units of an executor."""
    if charge.made_with != made_with():
        message = f"it has {made_with()}, and this machine has {charge.made_with}"
        return False, WorkerDiedError(message)
    try:
        with _lock:
            if charge.name not in _hosts:
                _hosts[charge.name] = Host(charge, slots)
                if len(_hosts) == 1:
                    threading.Thread(target=_let_go, daemon=True).start()
        return _hosts[charge.name].warm()
    except Exception as error:  # noqa: BLE001 - told to the executor, whatever it is
        return False, error


def run(name: str, function: Callable[..., Any], args: tuple[Any, ...], deadline: Any) -> Result:
    """Run a unit of an executor that this worker is ready for."""
    host = _hosts.get(name)
    if host is None:
        return False, WorkerDiedError("its worker had let go of it, hearing nothing")
    return host.run(function, args, deadline)


def hear(name: str) -> bool:
    """Take note that somebody waits for results; return whether this worker is ready."""
    host = _hosts.get(name)
    if host is not None:
        host.heard = time.monotonic()
    return host is not None


def close(name: str) -> None:
    """Let go of an executor's processes and folders."""
    with _lock:
        host = _hosts.pop(name, None)
    if host is not None:
        host.close()


def _let_go() -> None:
    """Let go of executors that nothing is heard of: theirs was killed, or cut off."""
    while _hosts:
        time.sleep(LEASE / 20)
        for name, host in list(_hosts.items()):
            if time.monotonic() - host.heard > LEASE:
                close(name)


@atexit.register
def _close_all() -> None:
    for name in list(_hosts):
        close(name)
