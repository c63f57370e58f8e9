"""Resolve a recipe into a plan: what is done, what is to be done, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.contracts import Listener
from engine.plan.disk import writable
from engine.plan.fingerprint import Parts
from engine.plan.hidden import Hidden
from engine.plan.place import placed
from engine.plan.progress import Progress
from engine.plan.results import Results
from engine.plan.step import LOOKING, STEPS, Step, makes, name
from engine.plan.store import Store
from engine.recipe.schema import Recipe
from engine.search.record import read_trials

State = Literal["done", "ready", "to do"]


@dataclass(frozen=True)
class Planned:
    """A step of a plan.

    Attributes
    ----------
    needs : tuple of str
        The steps before it that it builds on.
    makes : str
        What comes of it.
    parts : Parts, optional
        What its result depends on; None where that is known only after an earlier step.
    state : str
        ``ready`` is what a plan itself has done, and the last run had not, or otherwise.
    why : tuple of str
        Why it is to be done, or what has changed since the last run if it is done already.
    """

    name: str
    about: str
    needs: tuple[str, ...]
    makes: str
    state: State
    parts: Parts | None
    why: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str | None:
        return self.parts.fingerprint if self.parts else None


@dataclass(frozen=True)
class Plan:
    """What a run of a recipe will do."""

    recipe: Recipe
    steps: tuple[Planned, ...]
    results: Results
    hidden: Hidden


def build(
    recipe: Recipe,
    store: Store,
    earlier: Mapping[str, Parts],
    listener: Listener,
    tree: Mapping[str, Any] | None = None,
) -> Plan:
    """Resolve a recipe into a plan.

    Data is read and profiled; nothing is fitted.

    Parameters
    ----------
    earlier : mapping
        What each step depended on in the last run of this recipe, to say what has changed.
    tree : mapping, optional
        The composed recipe with its references, which are shown in the place of their values.

    Raises
    ------
    DataError
        If the data cannot be read, or cannot be learnt from.
    """
    hidden = Hidden.of(tree)
    told = hidden.listener(listener)
    with hidden.errors(), writable(store.root):
        recipe = placed(recipe, told)
        with Progress(recipe, store, told, hidden) as progress:
            reasons = Reasons(progress, earlier)
            steps = tuple(_plan_step(progress, step, reasons) for step in STEPS)
    return Plan(recipe, steps, progress.results, hidden)


def _plan_step(progress: Progress, step: Step, reasons: Reasons) -> Planned:
    found = progress.look(step)
    label = name(step)
    if found and label not in progress.results and label in LOOKING:
        found = progress.do(step, found)
    done = label in progress.results
    state: State = "ready" if reasons.is_new(step, found) else "done"
    why = tuple(reasons.of(step, found, done))
    needs = tuple(dict.fromkeys(need.partition(":")[0] for need in step.NEEDS))
    made = makes(step, progress.recipe)
    return Planned(label, step.ABOUT, needs, made, state if done else "to do", found, why)


class Reasons:
    """Says why steps are to be done, each once those before it are known."""

    def __init__(self, progress: Progress, earlier: Mapping[str, Parts]) -> None:
        self.progress = progress
        self.earlier = earlier
        self._changes: dict[str, list[str]] = {}

    def is_new(self, step: Step, found: Parts | None) -> bool:
        """Whether the last run did not have this result."""
        before = self.earlier.get(name(step))
        same = found and before and found.fingerprint == before.fingerprint
        return name(step) in LOOKING and not same

    def of(self, step: Step, found: Parts | None, done: bool) -> list[str]:
        """Return the reasons for a step; the changes since the last run for one that is done."""
        label, before = name(step), self.earlier.get(name(step))
        own = found.changed_since(before) if found and before else []
        if done:
            self._changes[label] = [*own, *self._inherited(found, before)]
            return own
        if found is None:
            waiting = [n for n in step.NEEDS if n.partition(":")[0] not in self.progress.results]
            return [f"after {', '.join(dict.fromkeys(n.partition(':')[0] for n in waiting))}"]
        self._changes[label] = [*own, *self._inherited(found, before)]
        begun = self._begun(label, found)
        if before is None:
            return begun or ["never run"]
        changes = list(dict.fromkeys(self._changes[label]))
        return [*changes, *begun] or ["its result is gone or damaged"]

    def _inherited(self, found: Parts | None, before: Parts | None) -> list[str]:
        """What has changed for the steps before, where their results differ."""
        if found is None or before is None:
            return []
        differ = [need for need in found.inputs if found.inputs[need] != before.inputs.get(need)]
        return [line for need in differ for line in self._changes.get(need.partition(":")[0], ())]

    def _begun(self, label: str, found: Parts) -> list[str]:
        if label != "search":
            return []
        told = len(read_trials(self.progress.store.folder(label, found.fingerprint)))
        return [f"{told} of {self.progress.recipe.search.trials} trials are done"] if told else []
