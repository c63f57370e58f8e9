"""What a run was asked for: the file of its recipe and the overrides, kept in its folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.plan.hidden import Hidden

FILE = "asked.json"


@dataclass(frozen=True)
class Asked:
    """What stood on the command line.

    Attributes
    ----------
    recipe : str
        The recipe as it was called: a name or a path.
    file : str
        Its file.
    overrides : tuple of str
    """

    recipe: str = ""
    file: str = ""
    overrides: tuple[str, ...] = ()

    def write(self, folder: Path, hidden: Hidden) -> None:
        """Keep it in a run's folder, without what is hidden."""
        tree = {**asdict(self), "overrides": [hidden.text(text) for text in self.overrides]}
        (folder / FILE).write_text(json.dumps(tree, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def of(cls, recipe: str, file: Path, overrides: Sequence[str] = ()) -> Asked:
        """Note a recipe as it was called, and its file."""
        return cls(recipe, str(file), tuple(overrides))

    @classmethod
    def read(cls, folder: Path) -> Asked:
        """Read what is kept in a run's folder; nothing where that is not known."""
        try:
            tree = json.loads((folder / FILE).read_text("utf-8"))
            return cls(tree["recipe"], tree["file"], tuple(tree["overrides"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()
