"""The results of steps, read from the store when they are asked for."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import EngineError, Fault
from engine.plan.hidden import Hidden
from engine.plan.step import STEPS, Step, name, optional
from engine.plan.store import Store
from engine.recipe.schema import Recipe

DAMAGE = (zipfile.BadZipFile, json.JSONDecodeError, EOFError, UnicodeDecodeError)


class Results(Mapping[str, Any]):
    """The results of steps by name, each read from the store when it is first asked for.

    Attributes
    ----------
    tree : mapping
        The composed recipe as it may be written down; empty where nothing was composed.
    shown : callable
        Turns a text that quotes the recipe into one that may be written down.
    begun : float
        When the run began, by ``time.monotonic()``.
    """

    def __init__(
        self, recipe: Recipe, store: Store, hidden: Hidden, begun: float | None = None
    ) -> None:
        self.recipe = recipe
        self.store = store
        self.tree = hidden.tree
        self.shown = hidden.text
        self.begun = time.monotonic() if begun is None else begun
        self.fingerprints: dict[str, str] = {}
        self._steps = {name(step): step for step in STEPS}
        self._made: dict[str, Any] = {}

    def __getitem__(self, step: str) -> Any:
        if step not in self._made:
            folder = self.folder(step)
            with readable(folder, self.recipe.name):
                self._made[step] = self._steps[step].load(self.recipe, folder)
        return self._made[step]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fingerprints)

    def __len__(self) -> int:
        return len(self.fingerprints)

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the fit of what comes out of the search may take; None where any will do."""
        by = getattr(self._made.get("search"), "fitted_by", None)
        return None if by is None else max(0.0, by - time.monotonic())

    def folder(self, step: str) -> Path:
        """Where a step's result lies."""
        return self.store.folder(step, self.fingerprints[step])

    def keep(self, step: str, result: Any) -> None:
        """Take a result that was just made, so that it need not be read."""
        self._made[step] = result

    def made(self, step: str) -> Any:
        """Return a result that was made or read already, else None."""
        return self._made.get(step)

    def inputs(self, step: Step) -> dict[str, str] | None:
        """Return the fingerprints of a step's inputs; None where one is not known yet."""
        found: dict[str, str] = {}
        for need in step.NEEDS:
            earlier, _, part = need.partition(":")
            if earlier not in self.fingerprints:
                return None
            found[need] = self._digest(earlier, part)
        return found

    def _digest(self, step: str, part: str) -> str:
        digest = optional(self._steps[step], "digest")
        if digest is None:
            return self.fingerprints[step]
        found = str(digest(self.recipe, self[step], part))
        return found if part else f"{found} of {self.fingerprints[step]}"


@contextmanager
def readable(folder: Path, recipe: str) -> Iterator[None]:
    """Name the folder to delete where a result cannot be read."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:  # we wrote it: whatever is wrong with it, it was damaged since
        raise EngineError(damaged(folder, recipe, error)) from error


def damaged(folder: Path, recipe: str, error: BaseException) -> Fault:
    """Say that a result was damaged, and what to do."""
    cause = " ".join(str(error).split())[:120] or type(error).__name__
    hint = f"delete that folder, or do it all again with: engine run {recipe} --fresh"
    return Fault(f"what an earlier run has left here is damaged: {cause}", str(folder), hint)
