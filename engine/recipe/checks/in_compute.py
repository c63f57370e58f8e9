"""Faults of what the run may use: an executor that is not there, an address it does not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from engine import catalogue, extras
from engine.errors import Fault
from engine.recipe import abilities
from engine.recipe.file.references import Key

Tree = Mapping[str, Any]


def faults(tree: Tree) -> Iterator[tuple[Key, Fault]]:
    """Yield what does not go together under ``compute``."""
    compute = abilities.part(tree, "compute")
    executors = catalogue.rows("executors")
    name = compute.get("executor", "local")
    row = executors.get(name) if isinstance(name, str) else None
    if row is not None:
        yield from _missing(name, row)
        yield from _address(name, row, compute.get("address"))
    if compute.get("device") == "gpu":
        yield from _device(abilities.part(tree, "model"))


def _missing(name: str, row: Tree) -> Iterator[tuple[Key, Fault]]:
    for package, extra in row.get("needs", {}).items():
        if find_spec(package) is None:
            message = f"the executor {name} needs {package}, which is not installed"
            yield ("compute", "executor"), Fault(message, hint=extras.install(extra))


def _address(name: str, row: Tree, address: Any) -> Iterator[tuple[Key, Fault]]:
    if address is None or "address" in row.get("takes", ()):
        return
    others = [other for other, row in catalogue.rows("executors").items()
              if "address" in row.get("takes", ())]  # fmt: skip
    hint = f"leave it out, or choose what connects to a cluster: compute={'|'.join(others)}"
    message = f"the executor {name} runs on this machine, and takes no address"
    yield ("compute", "address"), Fault(message, hint=hint)


def _device(families: Tree) -> Iterator[tuple[Key, Fault]]:
    rows = [row for row in families.values() if isinstance(row, Mapping)]
    if rows and not any(abilities.part(row, "takes").get("gpu") for row in rows):
        message = "`compute.device` is gpu, and no family of this recipe can use one"
        hint = "run it with compute=cpu, or choose one that can, such as model=xgboost"
        yield ("compute", "device"), Fault(message, hint=hint)
