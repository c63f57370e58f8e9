"""What ``engine doctor`` makes of what it found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.cli import console, installation

LITTLE_MEMORY = 2 * 2**30
LITTLE_DISK = 2 * 2**30


def broken(tree: dict[str, Any]) -> Iterator[str]:
    """Yield what keeps the engine from working."""
    for library in tree["libraries"]:
        if library["version"] is None:
            yield f"{library['name']} is missing: {installation.AGAIN}"
    if not tree["outputs"]["writable"]:
        yield f"{tree['outputs']['path']} cannot be written to: runs have nowhere to go"


def advice(tree: dict[str, Any]) -> Iterator[str]:
    """Yield what would make things faster or safer."""
    for library in tree["libraries"]:
        if library["version"] is not None and not library["supported"]:
            yield (
                f"{library['name']} {library['version']} is outside of the supported "
                f"{library['wanted']}: {installation.AGAIN}"
            )
    yield from _about_cores(tree["cores"], tree["threads"])
    yield from _about_room(tree["memory"], tree["outputs"])
    if tree["gpus"]:
        yield "fits use the CPU unless a run is told otherwise: compute=gpu"


def _about_cores(cores: dict[str, Any], threads: dict[str, Any]) -> Iterator[str]:
    given, machine_has = cores["given"], cores["machine"]
    usable = max(1, int(min(given, cores["quota"] or given)))
    if usable > 1:
        yield f"{usable} fits can go on side by side: compute.workers={usable} (one thread each)"
    if cores["quota"] is not None and cores["quota"] < given:
        quota = f"a quota allows {cores['quota']:.3g} of the {given} cores"
        yield f"{quota}: no more workers than that run side by side"
    elif given < machine_has:
        yield f"this process may use {given} of the machine's {machine_has} cores"
    if threads["OMP_NUM_THREADS"]:
        limit = f"OMP_NUM_THREADS={threads['OMP_NUM_THREADS']}"
        yield f"{limit} holds for every fit; a recipe says the same by compute.threads"
    if threads["OMP_WAIT_POLICY"].upper() != "PASSIVE":
        yield "OMP_WAIT_POLICY is not PASSIVE: waiting threads spin and slow down others"


def _about_room(memory: dict[str, Any], outputs: dict[str, Any]) -> Iterator[str]:
    if memory["available"] is not None and memory["available"] < LITTLE_MEMORY:
        yield f"{console.size(memory['available'])} of memory are left: fewer workers are safer"
    if outputs["free"] < LITTLE_DISK:
        left = f"{console.size(outputs['free'])} of disk are left"
        yield f"{left}; removing outputs/.store costs only what could be reused"
