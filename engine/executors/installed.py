"""Libraries that come with an extra: imported where they are used, and asked for where missing."""

from __future__ import annotations

import importlib
from typing import Any

from engine.errors import Fault, RecipeError


def imported(module: str, extra: str) -> Any:
    """Import a module.

    Raises
    ------
    engine.errors.RecipeError
        If it is not installed: names the extra of this engine that brings it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        hint = f"pip install 'recipe-engine[{extra}]'"
        message = f"{error.name or module} is not installed"
        raise RecipeError(Fault(message, "compute.executor", hint)) from error
