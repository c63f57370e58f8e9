"""GPUs: whether this machine has one, and which families use it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from engine.errors import Fault, RecipeError
from engine.recipe.schema import Recipe

PROGRAM = "nvidia-smi"
ANSWER = 10  # seconds


def gpus() -> list[dict[str, str]]:
    """Return the GPUs that nvidia-smi lists; none where there is none, or it does not answer."""
    program = shutil.which(PROGRAM)
    if program is None:
        return []
    words = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=ANSWER, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[cell.strip() for cell in line.split(",")] for line in ended.stdout.splitlines()]
    return [
        dict(zip(("name", "memory", "driver"), row, strict=True)) for row in rows if len(row) == 3
    ]


def using(recipe: Recipe, families: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the families that fit on a GPU where they are told to, and those that do not."""
    can = [name for name in families if recipe.model[name].takes.gpu]
    return can, [name for name in families if name not in can]


def here(recipe: Recipe) -> str:
    """Return what fits on this machine use: the cluster may have GPUs, and this one none."""
    return "gpu" if recipe.compute.device == "gpu" and gpus() else "cpu"


def lacking(recipe: Recipe) -> str:
    """Say what was looked for in vain where fits are to use a GPU; empty where all is well."""
    if recipe.compute.device != "gpu" or gpus():
        return ""
    if shutil.which(PROGRAM) is None:
        return f"there is no GPU to use here: the program {PROGRAM} was looked for, and is not here"
    return f"there is no GPU to use here: {PROGRAM} was asked, and lists none"


def require(recipe: Recipe) -> None:
    """Refuse to begin without the GPU that a recipe asks for.

    Raises
    ------
    RecipeError
        Saying what was looked for.
    """
    if message := lacking(recipe):
        raise RecipeError(Fault(message, "compute.device", "run it with compute=cpu"))
