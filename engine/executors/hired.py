"""Start an executor over the workers of a cluster, whichever kind it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.contracts import Executor
from engine.executors import host
from engine.executors.host import Charge
from engine.executors.members import HIRE, HIRE_OWN, Members
from engine.executors.spread import Cluster, Spread


class Joined(Cluster, Protocol):
    """A cluster that was joined, or started on this machine.

    Attributes
    ----------
    members : Members
        Who lets its workers be made ready.
    where : str
        What it is called in messages.
    """

    members: Members
    where: str


Join = Callable[[Charge, int | None, int, str | None], Joined]
"""``join(charge, workers, threads, address)`` joins a cluster, or starts one."""


def starter(join: Join) -> Callable[..., Executor]:
    """Return the function ``start`` of an executor, as :class:`engine.contracts.Starter` says.

    Units run in processes of the cluster's workers, in any case ``apart``. What ``join`` raises is
    raised, and SearchError where the cluster has no worker that will do.
    """

    def start(
        workers: int | None, initializer: Callable[..., None], args: tuple[Any, ...], *,
        folders: Mapping[str, str] | None = None, apart: bool = False, memory: int | None = None,
        threads: int = 1, address: str | None = None,
    ) -> Executor:  # fmt: skip
        charge = host.charge(initializer, args, folders, memory, shared=address is None)
        cluster = join(charge, workers, threads, address)
        try:
            seconds = HIRE if address else HIRE_OWN
            cluster.members.first(cluster.ready, seconds, cluster.where)
            return Spread(cluster, workers, cluster.where)
        except BaseException:
            cluster.close()
            raise

    return start
