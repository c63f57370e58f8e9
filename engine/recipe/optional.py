"""Optional families, which are left out where they are not installed."""

from __future__ import annotations

from typing import Any

from engine.recipe import abilities, estimators


def without_missing(model: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the families without optional ones that are not installed, and say which.

    Parameters
    ----------
    model : dict
        The composed families, which may hold anything.
    """
    lacking = {name: _lacking(family) for name, family in model.items()}
    told = [f"{name} is left out: {found}" for name, found in lacking.items() if found]
    return {name: family for name, family in model.items() if not lacking[name]}, told


def _lacking(family: Any) -> str:
    """Return what an optional family needs that is not there; empty where it has all."""
    if not isinstance(family, dict) or family.get("optional") is not True:
        return ""
    fault = next(map(estimators.not_installed, abilities.lacking(family)), None)
    return f"{fault.message} ({fault.hint})" if fault else ""
