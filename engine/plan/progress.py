"""Walking the steps in their order: each is done already, or can be done now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from engine.contracts import Listener
from engine.errors import DataError, EngineError, Fault
from engine.plan.disk import is_damage
from engine.plan.fingerprint import Parts, files_of, parts
from engine.plan.hidden import Hidden
from engine.plan.holder import Holder
from engine.plan.provenance import now
from engine.plan.results import DAMAGE, Results, damaged
from engine.plan.step import LOOKING, Step, name, optional
from engine.plan.store import LOCK, Store, is_whole
from engine.recipe.schema import Recipe
from engine.steps.load import asked

TOLD = "told.json"
WAITING = "another run of this recipe holds its search{}; waiting for it to end"
MADE = "another run is at the same step, {}; waiting for what comes of it"


class Progress:
    """Walks the steps in order; as a context, it holds the locks of what it uses.

    Parameters
    ----------
    fresh : bool
        Take no result that an earlier run has left: each is made again, and replaced.
    begun : float, optional
        When the run began, by ``time.monotonic()``.
    folder : Path, optional
        The run that is written.
    """

    def __init__(
        self,
        recipe: Recipe,
        store: Store,
        listener: Listener,
        hidden: Hidden,
        fresh: bool = False,
        begun: float | None = None,
        folder: Path | None = None,
    ) -> None:
        self.holder = Holder.here(folder).text() if folder else ""
        self.recipe = recipe
        self.store = store
        self.listener = listener
        self.hidden = hidden
        self.fresh = fresh
        self.results = Results(recipe, store, hidden, begun)
        self._held = ExitStack()
        self._files: dict[str, str] = {}
        self._looked = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def look(self, step: Step) -> Parts | None:
        """Return what a step depends on, and take its result if it is there."""
        inputs = self.results.inputs(step)
        if inputs is None:
            return None
        found = parts(step, self.recipe, inputs, self.hidden)
        if not self.fresh and self.is_done(step, found.fingerprint):
            self._tell_again(step, found)
            return self._take(step, found)
        return found

    def _tell_again(self, step: Step, found: Parts) -> None:
        """Tell what a step told when it was done: the data is as it was."""
        path = self.store.folder(name(step), found.fingerprint) / TOLD
        for text in json.loads(path.read_text("utf-8")) if path.exists() else ():
            self.listener("notice", text=text)

    def is_done(self, step: Step, fingerprint: str) -> bool:
        """Whether the store holds the result, whole."""
        folder = self.store.folder(name(step), fingerprint)
        if not optional(step, "KEEPS"):
            return is_whole(folder)
        try:
            return bool(optional(step, "done")(self.recipe, folder))
        except (ValueError, KeyError, TypeError):  # damaged: what can be mended is, when it is done
            return False

    def use(self, step: Step, found: Parts) -> None:
        """Keep a result that was taken from being cleared by another run."""
        if optional(step, "KEEPS"):
            wait = partial(self._wait, self.store.folder(name(step), found.fingerprint))
            reading = self.store.reading(name(step), found.fingerprint, wait)
            self._held.enter_context(reading)

    def do(self, step: Step, found: Parts) -> Parts:
        """Do a step, and keep its result; one that another run has made meanwhile is taken."""
        if optional(step, "KEEPS"):  # it has a lock of its own
            return self._do(step, found)
        label = name(step)
        told = partial(self.listener, "waiting", text=MADE.format(label))
        with self.store.making(label, found.fingerprint, told):
            if self.fresh or not self.is_done(step, found.fingerprint):
                return self._do(step, found)
            self._tell_again(step, found)
            return self._take(step, found)

    def _do(self, step: Step, found: Parts) -> Parts:
        label = name(step)
        with self._place(step, found.fingerprint) as folder:
            if optional(step, "KEEPS") and not self.fresh and self.is_done(step, found.fingerprint):
                return self._take(step, found)  # by the run that was waited for
            with self._explained(folder):
                result = self._run(step, folder)
            self._check_unchanged(found if label == "load" else None)
        if label in ("load", "search"):
            self.results.keep(label, result)
        return self._take(step, found)

    def _run(self, step: Step, folder: Path) -> Any:
        """Run a step; what a step that only looks tells is kept, to be told again."""
        told: list[str] = []

        def listener(event: str, **facts: Any) -> None:
            if event == "notice":
                told.append(self.hidden.text(facts["text"]))
            self.listener(event, **facts)

        result = step.run(self.recipe, self.results, folder, listener)
        if told and name(step) in LOOKING:
            (folder / TOLD).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        return result

    def _take(self, step: Step, found: Parts) -> Parts:
        label = name(step)
        self.results.fingerprints[label] = found.fingerprint
        if judged := optional(step, "judged"):
            self.results.keep(label, judged(self.recipe, self.results[label], now()))
        if label != "load":
            return found
        facts = json.loads((self.results.folder(label) / "facts.json").read_text("utf-8"))
        self._files = dict(found.files)
        return replace(found, seen={key: facts[key] for key in ("rows", "columns")})

    @contextmanager
    def _place(self, step: Step, fingerprint: str) -> Iterator[Path]:
        label = name(step)
        if not optional(step, "KEEPS"):
            with self.store.writing(label, fingerprint, self.fresh) as folder:
                yield folder
            return
        wait = partial(self._wait, self.store.folder(label, fingerprint))
        adding = self.store.adding(label, fingerprint, wait, self.fresh, self.holder)
        folder = self._held.enter_context(adding)  # until the run ends: others then find all done
        self.listener("holding", folder=folder.name)
        yield folder

    def _wait(self, folder: Path) -> None:
        """Say who is waited for, where that is known."""
        holder = Holder.read(folder / LOCK)
        who = f" ({holder}, writing {holder.folder})" if holder else ""
        self.listener("waiting", text=WAITING.format(who))

    @contextmanager
    def _explained(self, folder: Path) -> Iterator[None]:
        """Name the search's folder where it turns out to be damaged."""
        try:
            yield
        except EngineError:
            raise
        except Exception as error:
            if not is_damage(error, DAMAGE):
                raise
            searched = self.results.fingerprints.get("search")
            place = self.store.folder("search", searched) if searched else folder
            raise EngineError(damaged(place, self.recipe.name, error)) from error

    def _check_unchanged(self, found: Parts | None) -> None:
        """Refuse results of rows that were changed while they were read."""
        before = dict(found.files) if found else self._files
        dataset = self.results.made("load")
        read = found is not None or (dataset is not None and "frame" in vars(dataset))
        if self._looked or not read:
            return
        self._looked = True
        if files_of(self.recipe, self.hidden, again=True) != before:
            hint = "type the same command again when nothing writes to it any more"
            source = self.hidden.text(asked(self.recipe.data).name)
            raise DataError(Fault("the data has changed while it was read", source, hint))
