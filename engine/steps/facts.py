"""What became of the rows of a source when they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.bundle.rules import Rule


@dataclass(frozen=True)
class Facts:
    """What became of the rows of a source.

    Attributes
    ----------
    rows : int
        How many are left.
    columns : list of str
        Those that were kept.
    read : int
        How many rows the source has.
    given : list of str
        Its columns.
    removed : mapping
        By row rule (``clean.drop_duplicates``, ``sample``), how many it removed.
    changed : mapping
        By column and value rule, how many values it changed.
    notes : list of str
        What else is to be told of the rules.
    """

    rows: int
    columns: list[str]
    read: int
    given: list[str]
    removed: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, Mapping[Rule, int]] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def whole(self) -> int:
        """Rows before a sample was drawn."""
        return self.rows + self.removed.get("sample", 0)
