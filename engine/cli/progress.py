"""What is seen of a run while it goes on: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import sys
from typing import Any

from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from engine.cli import console, stopping
from engine.search.candidate import Trial

BAR = 20  # letters, so that a line of 80 holds everything


class Watcher:
    """A listener that shows steps and trials on standard error.

    Parameters
    ----------
    trials : int
        How many are expected at most.
    quiet : bool
        Whether only notices and the live line are shown, as for one of many jobs.
    """

    def __init__(self, trials: int, quiet: bool = False) -> None:
        self.trials = trials
        self.quiet = quiet
        self.live = sys.stderr.isatty()
        self._best: Trial | None = None
        self._maximize = True
        self._out = console.console(stderr=True)  # one for all, so that notes stand above the bar
        self._bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(BAR),
            TextColumn("{task.completed:.0f}/{task.total:.0f} fits "), TimeElapsedColumn(),
            TextColumn(" {task.fields[best]}"), console=self._out, transient=True,
        )  # fmt: skip
        self._step = self._out.status("")
        self._task: Any = None

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._step.stop()
        if self._task is not None:
            self._bar.stop()

    def __call__(self, event: str, **facts: Any) -> None:
        if event != "interrupted":  # which is the answer to it
            stopping.insist()
        if self.quiet and not self.live and event not in ("notice", "waiting", "interrupted"):
            return
        handler = getattr(self, f"_{event}", None)
        if handler:
            handler(**facts)

    def _notice(self, text: str) -> None:
        console.notice(text, self._out)

    _waiting = _notice

    def _interrupted(self, trials: int) -> None:
        """End a run early, but a run of many jobs at once: the others are not begun either."""
        if self.quiet:
            raise KeyboardInterrupt
        stopping.heed_once()
        what = f"stopped after {console.plural(trials, 'trial')}; finishing with the best of them"
        self._notice(f"{what} (Ctrl-C again stops at once; the same command searches on)")

    def _step_started(self, step: str, about: str) -> None:
        if not self.live:
            self._line(f"{step}: {about}")
        elif step == "search":
            self._task = self._bar.add_task(step, total=self.trials, best="")
            self._bar.start()
        else:
            self._step.update(escape(f"{step}: {about}"))
            self._step.start()

    def _step_reused(self, step: str) -> None:
        if not self.live:
            self._line(f"{step}: done already")

    def _step_finished(self, step: str, seconds: float) -> None:
        self._step.stop()
        if step == "search" and self._task is not None:
            self._bar.stop()

    def _line(self, text: str) -> None:
        self._out.print(text, markup=False, soft_wrap=True)

    def _unit_finished(self, index: int, fold: int, seconds: float) -> None:
        if self._task is not None:
            self._bar.advance(self._task)

    def _search_started(self, maximize: bool, done: int, first: Trial | None, folds: int) -> None:
        self._maximize, self._best = maximize, first
        if self._task is not None:
            self._bar.update(self._task, total=self.trials * folds, completed=done * folds)
        if done:
            what = console.plural(done, "trial")
            self._notice(f"{what} of an earlier run taken over")

    def _trial_finished(self, trial: Trial) -> None:
        if trial.state == "complete" and self._is_better(trial):
            self._best = trial
        if self._task is not None:
            best = self._best
            text = f"best {console.number(best.mean)} ({best.candidate.family})" if best else ""
            self._bar.update(self._task, best=text)
        elif not self.live:
            mark = " *" if trial is self._best else ""
            text = f"  trial {trial.index:>3}  {trial.candidate.family:<24} {_outcome(trial)}{mark}"
            self._line(text)

    def _is_better(self, trial: Trial) -> bool:
        if self._best is None or math.isnan(self._best.mean):
            return True
        ahead = trial.mean > self._best.mean
        return ahead if self._maximize else trial.mean < self._best.mean


def _outcome(trial: Trial) -> str:
    """Say what a trial came to."""
    if trial.state == "failed":
        return f"failed: {trial.error}"
    if not trial.scores:
        return f"given up: {trial.error}"
    mean = console.number(trial.mean)
    after = console.plural(len(trial.scores), "fold")
    return mean if trial.state == "complete" else f"{mean} given up after {after}"
