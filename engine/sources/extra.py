"""Libraries that come with an extra: imported where they are used, and asked for where missing."""

from __future__ import annotations

import importlib
from typing import Any

from engine.errors import DataError, Fault


def imported(module: str, extra: str, what: str) -> Any:
    """Import a module.

    Raises
    ------
    engine.errors.DataError
        If it is not installed: names the extra of this engine that brings it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        hint = f"pip install 'recipe-engine[{extra}]'"
        name = module.partition(".")[0]
        message = f"{what} are read with {name}, which is not installed"
        raise DataError(Fault(message, hint=hint)) from error
