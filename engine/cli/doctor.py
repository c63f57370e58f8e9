"""``engine doctor``: the installation and the machine, and what would make things faster."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from engine.cli import advice, console, installation, machine
from engine.steps import devices


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
        "gpus": devices.gpus(),
        "threads": machine.threads(),
        "outputs": machine.outputs(root),
        "folders": {name: (root / name).is_dir() for name in ("recipes", "conf")},
    }
    return {**tree, "broken": list(advice.broken(tree)), "advice": list(advice.advice(tree))}


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
    given = f"{cores['given']} for this process{quota}"
    state = "writable" if outputs["writable"] else "NOT WRITABLE"
    console.facts(
        [
            ("cores", f"{given}; the machine has {cores['machine']}"),
            ("memory", _memory(memory)),
            ("GPU", "; ".join(gpus) or "none found"),
            ("outputs", f"{outputs['path']}, {state}; {console.size(outputs['free'])} free"),
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
