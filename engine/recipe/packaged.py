"""Where the engine's own defaults and recipes lie: in the wheel, or in the checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def folder(name: str) -> Path:
    """Return the folder ``conf`` or ``recipes`` that came with the engine.

    A wheel holds it as ``engine/_data/<name>``; a checkout beside the package ``engine``.
    """
    package = Path(str(files("engine.recipe"))).parent
    installed = package / "_data" / name
    return installed if installed.is_dir() else package.parent / name
