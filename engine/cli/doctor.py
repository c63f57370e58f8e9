"""``engine doctor``: the installation and the machine, and what would make things faster."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.cli import console, installation, machine

LITTLE_MEMORY = 2 * 2**30
LITTLE_DISK = 2 * 2**30
MARKS = {True: "ok", False: "BROKEN", None: "note"}


def doctor_(arguments: Namespace) -> int:
    """Look at the installation and the machine; exit code 2 if something is broken."""
    tree = examine(Path.cwd())
    if arguments.json:
        console.as_json(tree)
    else:
        _print(tree)
    return 2 if tree["broken"] else 0


def examine(root: Path) -> dict[str, Any]:
    """Return all that was found, as plain values."""
    libraries = installation.libraries()
    tree: dict[str, Any] = {
        "engine": installation.engine_version(),
        "python": installation.python_version(),
        "libraries": libraries,
        "extras": installation.extras(),
        "cores": machine.cores(),
        "memory": machine.memory(),
        "gpus": machine.gpus(),
        "threads": machine.threads(),
        "outputs": machine.outputs(root),
        "folders": {name: (root / name).is_dir() for name in ("recipes", "conf")},
    }
    return {**tree, "broken": list(_broken(tree)), "advice": list(_advice(tree))}


def _broken(tree: dict[str, Any]) -> Iterator[str]:
    for library in tree["libraries"]:
        if library["version"] is None:
            yield f"{library['name']} is missing: {installation.AGAIN}"
    if not tree["outputs"]["writable"]:
        yield f"{tree['outputs']['path']} cannot be written to: runs have nowhere to go"


def _advice(tree: dict[str, Any]) -> Iterator[str]:
    for library in tree["libraries"]:
        if library["version"] is not None and not library["supported"]:
            yield (
                f"{library['name']} {library['version']} is outside of what the engine is tested with "
                f"({library['wanted']}): {installation.AGAIN}"
            )
    yield from _about_cores(tree["cores"], tree["threads"])
    yield from _about_room(tree["memory"], tree["outputs"])
    if tree["gpus"]:
        yield "fits use the CPU unless a family is told otherwise: model.xgboost.params.device=cuda"


def _about_cores(cores: dict[str, Any], threads: dict[str, Any]) -> Iterator[str]:
    given, machine_has = cores["given"], cores["machine"]
    if given > 1:
        yield f"{given} fits can go on side by side: compute.workers={given} (one thread each)"
    if cores["quota"] is not None and cores["quota"] < given:
        quota = f"{cores['quota']:.3g}"
        yield f"a quota allows {quota} of the {given} cores: more workers than that slow each other down"
    elif given < machine_has:
        yield f"this process may use {given} of the machine's {machine_has} cores"
    if threads["OMP_NUM_THREADS"]:
        yield f"OMP_NUM_THREADS={threads['OMP_NUM_THREADS']} holds for every fit; compute.threads is the engine's own"
    if threads["OMP_WAIT_POLICY"].upper() != "PASSIVE":
        yield "OMP_WAIT_POLICY is not PASSIVE: waiting threads spin, up to ten times slower on shared cores"


def _about_room(memory: dict[str, Any], outputs: dict[str, Any]) -> Iterator[str]:
    if memory["available"] is not None and memory["available"] < LITTLE_MEMORY:
        yield f"{console.size(memory['available'])} of memory are left: fewer workers are safer"
    if outputs["free"] < LITTLE_DISK:
        yield f"{console.size(outputs['free'])} of disk are left; removing outputs/.store costs only what could be reused"


def _print(tree: dict[str, Any]) -> None:
    wrong = [row for row in tree["libraries"] if row["version"] is None or not row["supported"]]
    console.line("Installation", "bold")
    console.facts(
        [
            ("engine", tree["engine"] or "not installed"),
            ("python", tree["python"]),
            (
                "libraries",
                ", ".join(f"{r['name']} {r['version'] or 'MISSING'}" for r in tree["libraries"]),
            ),
            ("", f"{len(wrong)} of them need attention" if wrong else "all in the supported range"),
        ]
    )
    console.line()
    rows = [
        (e["name"], "installed" if not e["missing"] else "not installed", e["about"],
         "" if not e["missing"] else e["command"])
        for e in tree["extras"]
    ]  # fmt: skip
    console.table("Extras", ["extra", "state", "what it adds", "how to get it"], rows)
    console.line()
    _print_machine(tree)
    _print_remarks(tree)


def _print_machine(tree: dict[str, Any]) -> None:
    outputs, cores, memory = tree["outputs"], tree["cores"], tree["memory"]
    quota = f", {cores['quota']:.3g} by a quota" if cores["quota"] is not None else ""
    gpus = [f"{gpu['name']}, {gpu['memory']}, driver {gpu['driver']}" for gpu in tree["gpus"]]
    ours = [f"./{name}" for name, exists in tree["folders"].items() if exists]
    console.line("Machine", "bold")
    console.facts(
        [
            ("cores", f"{cores['given']} for this process{quota}; the machine has {cores['machine']}"),
            ("memory", _memory(memory)),
            ("GPU", "; ".join(gpus) or "none found"),
            ("outputs", f"{outputs['path']}, {'writable' if outputs['writable'] else 'NOT WRITABLE'}; "
                        f"{console.size(outputs['free'])} free"),
            ("yours", " and ".join(ours) + ", before the engine's own" if ours else
                      "no ./recipes and no ./conf here; the engine's own are used"),
        ]
    )  # fmt: skip


def _memory(memory: dict[str, Any]) -> str:
    if memory["total"] is None:
        return "unknown"
    limit = f", limited to {console.size(memory['limit'])}" if memory["limit"] is not None else ""
    free = (
        f"; {console.size(memory['available'])} available"
        if memory["available"] is not None
        else ""
    )
    return f"{console.size(memory['total'])}{limit}{free}"


def _print_remarks(tree: dict[str, Any]) -> None:
    for title, remarks in (("Broken", tree["broken"]), ("Advice", tree["advice"])):
        if remarks:
            console.line()
            console.line(title, "bold red" if title == "Broken" else "bold")
        for remark in remarks:
            console.prose(f"- {remark}", indent=2, hang=2)
    if not tree["broken"]:
        console.line()
        console.line("Nothing is broken.")
