"""Columns that go through the same steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bundle.column import Column

Step = tuple[str, str, Mapping[str, Any]]  # transform, option, parameters


@dataclass(frozen=True)
class Treatment:
    """Columns that share their steps.

    Attributes
    ----------
    native : bool
        The model is told that these are categories; they come first, so that their positions are
        known before anything is fitted.
    beside : tuple of Column
        What the first step is given ahead of the columns: the time, and who a row belongs to.
    sparse : bool
        Whether the family takes a sparse matrix.
    block : str
        Which block asks for it; empty where none does.
    """

    label: str
    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    why: str
    native: bool = False
    beside: tuple[Column, ...] = ()
    sparse: bool = False
    block: str = ""
