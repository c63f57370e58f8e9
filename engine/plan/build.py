"""Resolve a recipe into a plan: what is done, what is to be done, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.contracts import Listener
from engine.plan.fingerprint import Parts, parts
from engine.plan.step import LOOKING, STEPS, Step, name, optional
from engine.plan.store import Store
from engine.recipe.schema import Recipe

State = Literal["done", "to do"]


@dataclass(frozen=True)
class Planned:
    """A step of a plan.

    Attributes
    ----------
    parts : Parts, optional
        What its result depends on; None where that is known only after an earlier step.
    why : tuple of str
        Why it is to be done.
    """

    name: str
    about: str
    state: State
    parts: Parts | None
    why: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str | None:
        return self.parts.fingerprint if self.parts else None


class Results(Mapping[str, Any]):
    """The results of steps by name, each read from the store when it is first asked for."""

    def __init__(self, recipe: Recipe, store: Store) -> None:
        self.recipe = recipe
        self.store = store
        self.fingerprints: dict[str, str] = {}
        self._steps = {name(step): step for step in STEPS}
        self._made: dict[str, Any] = {}

    def __getitem__(self, step: str) -> Any:
        if step not in self._made:
            self._made[step] = self._steps[step].load(self.recipe, self.folder(step))
        return self._made[step]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fingerprints)

    def __len__(self) -> int:
        return len(self.fingerprints)

    def folder(self, step: str) -> Path:
        """Where a step's result lies."""
        return self.store.folder(step, self.fingerprints[step])

    def keep(self, step: str, result: Any) -> None:
        """Take a result that was just made, so that it need not be read."""
        self._made[step] = result

    def inputs(self, step: Step) -> dict[str, str] | None:
        """Return the fingerprints of a step's inputs; None where one is not known yet."""
        found: dict[str, str] = {}
        for need in step.NEEDS:
            earlier, _, part = need.partition(":")
            if earlier not in self.fingerprints:
                return None
            digest = optional(self._steps[earlier], "digest")
            found[need] = digest(self[earlier], part) if digest else self.fingerprints[earlier]
            if digest:
                found[need] += f" of {self.fingerprints[earlier]}" if part != "best" else ""
        return found


@dataclass
class Progress:
    """Walks the steps in order; each is either done already or can be done now."""

    recipe: Recipe
    store: Store
    listener: Listener
    results: Results = field(init=False)

    def __post_init__(self) -> None:
        self.results = Results(self.recipe, self.store)

    def look(self, step: Step) -> Parts | None:
        """Return what a step depends on, and take its result if it is there."""
        inputs = self.results.inputs(step)
        if inputs is None:
            return None
        found = parts(step, self.recipe, inputs)
        if self.is_done(step, found.fingerprint):
            self.results.fingerprints[name(step)] = found.fingerprint
        return found

    def is_done(self, step: Step, fingerprint: str) -> bool:
        """Whether the store holds the result."""
        folder = self.store.folder(name(step), fingerprint)
        done = optional(step, "done")
        return bool(done(self.recipe, folder)) if done else folder.is_dir()

    def do(self, step: Step, found: Parts) -> None:
        """Do a step, and keep its result."""
        label, fingerprint = name(step), found.fingerprint
        with self._place(step, fingerprint) as folder:
            result = step.run(self.recipe, self.results, folder, self.listener)
        self.results.fingerprints[label] = fingerprint
        if label in ("load", "search"):
            self.results.keep(label, result)

    def _place(self, step: Step, fingerprint: str) -> AbstractContextManager[Path]:
        if not optional(step, "KEEPS"):
            return self.store.writing(name(step), fingerprint)

        def wait() -> None:
            self.listener("waiting", text="another run holds this search; waiting for it")

        return self.store.adding(name(step), fingerprint, wait)


@dataclass(frozen=True)
class Plan:
    """What a run of a recipe will do."""

    recipe: Recipe
    steps: tuple[Planned, ...]
    results: Results


def build(
    recipe: Recipe, store: Store, earlier: Mapping[str, Parts], listener: Listener
) -> Plan:
    """Resolve a recipe into a plan.

    Data is read and profiled; nothing is fitted.

    Parameters
    ----------
    earlier : mapping
        What each step depended on in the last run of this recipe, to say what has changed.

    Raises
    ------
    DataError
        If the data cannot be read, or cannot be learnt from.
    """
    progress = Progress(recipe, store, listener)
    steps = tuple(_plan_step(progress, step, earlier.get(name(step))) for step in STEPS)
    return Plan(recipe, steps, progress.results)


def _plan_step(progress: Progress, step: Step, before: Parts | None) -> Planned:
    found = progress.look(step)
    label = name(step)
    why = tuple(_why(found, before, progress.results, step))
    if found and label not in progress.results and label in LOOKING:
        progress.do(step, found)
    done = label in progress.results
    return Planned(label, step.ABOUT, "done" if done else "to do", found, () if done else why)


def _why(found: Parts | None, before: Parts | None, results: Results, step: Step) -> list[str]:
    if before is None:
        return ["never run"]
    if found is None:
        waiting = [n.partition(":")[0] for n in step.NEEDS if n.partition(":")[0] not in results]
        return [f"after {', '.join(dict.fromkeys(waiting))}"]
    changed = found.changed_since(before)
    return changed or ["more is asked of it, or its result is gone"]
