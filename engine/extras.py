"""Libraries that come with an extra: imported where they are used, and asked for where missing."""

from __future__ import annotations

import importlib
from typing import Any

from engine.errors import EngineError, Fault


def install(extra: str) -> str:
    """Return what to type for an extra of this engine."""
    return f"pip install 'recipe-engine[{extra}]'"


def imported(
    module: str, extra: str, error: type[EngineError], what: str = "", where: str = ""
) -> Any:
    """Import a module.

    Parameters
    ----------
    extra : str
        The extra of this engine that brings it.
    error : type of EngineError
        What to raise where it is not installed.
    what : str
        What is read with it, in the plural.
    where : str
        The key of a recipe that asks for it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        name = module.partition(".")[0]
        reads = f"{what} are read with {name}, which" if what else missing.name or module
        raise error(Fault(f"{reads} is not installed", where, install(extra))) from missing
