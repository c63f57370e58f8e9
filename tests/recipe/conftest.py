"""A working folder to write recipes in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.recipe.load import Loaded, load

DATA = "data: {source: x.csv, target: y}\n"
Load = Callable[..., Loaded]
Refused = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file below the working folder."""

    def write_it(text: str, name: str = "recipes/r.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_it


@pytest.fixture
def loaded(tmp_path: Path, write: Callable[[str, str], Path]) -> Load:
    """Write ``recipes/r.yaml`` of the working folder, and load it."""

    def load_it(text: str, *overrides: str, data: str = DATA) -> Loaded:
        write(data + text, "recipes/r.yaml")
        return load("r", overrides, root=tmp_path)

    return load_it


@pytest.fixture
def refused(loaded: Load) -> Refused:
    """Return what is said of a recipe that cannot be loaded."""

    def refuse(text: str, *overrides: str, data: str = DATA) -> str:
        with pytest.raises(EngineError) as caught:
            loaded(text, *overrides, data=data)
        return str(caught.value)

    return refuse
