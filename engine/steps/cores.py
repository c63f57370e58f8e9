"""How many cores there are, and who gets them."""

from __future__ import annotations

import math
import os
from pathlib import Path

from engine.recipe.schema import Recipe

FEW_ROWS = 20_000  # below, threads wait for each other longer than they work
CGROUP = Path("/sys/fs/cgroup")
OWN_GROUP = Path("/proc/self/cgroup")


def allowed_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_cores() -> int:
    """Cores that this process may use: those it may run on, and no more than a quota allows."""
    allowed, most = allowed_cores(), quota()
    return allowed if most is None else max(1, min(allowed, math.floor(most)))


def quota() -> float | None:
    """Cores' worth of time that a container allows; None where it does not limit it.

    The group that this process is in may have a limit, and so may each that it stands in.
    """
    return min((limit for folder in groups() if (limit := _limit(folder))), default=None)


def groups(kind: str = "cpu") -> list[Path]:
    """Folders of control groups that hold this process: version 2 of them, and version 1.

    Parameters
    ----------
    kind : {"cpu", "memory"}
        What they limit; in version 1 each has folders of its own.
    """
    tops = {"2": CGROUP, "1": CGROUP / kind}
    found = list(tops.values())
    for line in read(OWN_GROUP).splitlines():
        _, kinds, path = [*line.split(":", 2), "", ""][:3]
        version = "1" if kind in kinds.split(",") else "2" if not kinds else ""
        parts = Path(path.lstrip("/")).parts
        if version and ".." not in parts:  # above: of a container's host
            found += [tops[version].joinpath(*parts[: n + 1]) for n in range(len(parts))]
    return found


def _limit(group: Path) -> float | None:
    words = read(group / "cpu.max").split()
    if len(words) < 2:
        words = [read(group / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
    most, period = (int(word) if word.lstrip("-").isdigit() else 0 for word in words[:2])
    return most / period if most > 0 and period > 0 else None


def read(path: Path) -> str:
    """Return what a file of the system says; nothing where it is not there."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def shared(recipe: Recipe, rows: int) -> tuple[int | None, int]:
    """Return how many fits run side by side, and the threads of each.

    None stands for as many as there is room for on a cluster of others, whose workers say how many
    threads they have. On this machine they never exceed the cores together.
    """
    compute = recipe.compute
    if compute.address is not None:
        return compute.workers, compute.threads or 1
    count = workers(recipe)
    return count, threads(recipe, count, rows)


def workers(recipe: Recipe) -> int:
    """Fits that run side by side on this machine."""
    compute, cores = recipe.compute, available_cores()
    alone = compute.executor == "local" or compute.device == "gpu"  # a GPU is not shared unasked
    return min(compute.workers or (1 if alone else cores), cores)


def threads(recipe: Recipe, workers: int, rows: int) -> int:
    """Threads for each of ``workers`` fits side by side; together they do not exceed the cores.

    Fits of few rows get one: on shared cores, two took ten times as long on 275 rows.
    """
    share = max(1, available_cores() // workers)
    if recipe.compute.threads:
        return min(recipe.compute.threads, share)
    return 1 if rows < FEW_ROWS else share


def beside(recipe: Recipe, jobs: int) -> Recipe:
    """Return a recipe that keeps to its share of the cores, where so many jobs run side by side.

    Each fit has one thread, unless it says otherwise. What a cluster of others has is not shared.
    """
    compute = recipe.compute
    count, each = compute.workers, compute.threads or 1
    if compute.address is None:
        share = max(1, available_cores() // jobs)
        count = min(workers(recipe), share)
        each = min(each, share // count)
    kept = compute.model_copy(update={"workers": count, "threads": each})
    return recipe.model_copy(update={"compute": kept})


def notices(recipe: Recipe) -> list[str]:
    """Say where a recipe asks for more than this machine's cores."""
    compute, cores = recipe.compute, available_cores()
    if compute.address is not None:
        return []
    has = "1 core" if cores == 1 else f"{cores:,} cores"
    count, found = workers(recipe), []
    if compute.workers and compute.workers > count:
        found.append(f"compute.workers is {compute.workers:,}, and so many run side by side as "
                     f"there are cores to use: {count:,}")  # fmt: skip
    each = threads(recipe, count, FEW_ROWS)
    if compute.threads and compute.threads > each:
        of = f"shared among {count:,} workers" if count > 1 else "to use"
        found.append(f"compute.threads is {compute.threads:,}, with {has} {of}: each fit gets "
                     f"{each:,}")  # fmt: skip
    return found
