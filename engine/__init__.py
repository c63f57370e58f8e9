"""A declarative machine-learning engine: a recipe becomes a plan, a run and a bundle.

>>> import engine
>>> project = engine.load("breast_cancer", "search.trials=1")
>>> project.recipe.data.target
'target'
"""

from __future__ import annotations

from typing import Any

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Import the façade when it is first asked for, so that ``engine --help`` starts at once."""
    if name == "load":
        from engine.project import load  # noqa: PLC0415 - it costs two seconds

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
