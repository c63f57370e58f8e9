"""What is seen of a run while it goes on: a picture on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from engine.cli import console, picture, stopping
from engine.cli.screen import Screen
from engine.cli.standing import Standing
from engine.search.candidate import Trial


class Watcher:
    """A listener that shows steps and trials on standard error.

    Parameters
    ----------
    trials : int
        How many are expected at most.
    quiet : bool
        Whether only notices and how far it is are shown, as for one of many jobs.
    alone : bool
        Whether no other process draws on the same terminal.
    """

    def __init__(self, trials: int, quiet: bool = False, alone: bool = True) -> None:
        self.quiet = quiet
        self._out = console.console(stderr=True)  # one for all, so that notes stand above
        self.live = alone and sys.stderr.isatty() and not self._out.is_dumb_terminal
        self._standing = Standing(time.monotonic(), trials)
        self._screen = Screen(self._out, self._lines)
        self._step = ""
        self._since = time.monotonic()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._screen.stop()

    def __call__(self, event: str, **facts: Any) -> None:
        if event != "interrupted":  # which is the answer to it
            stopping.insist()
        if self.quiet and not self.live and event not in ("notice", "waiting", "interrupted"):
            return
        handler = getattr(self, f"_{event}", None)
        if handler:
            handler(**facts)
            self._screen.changed()

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
            return
        self._step, self._since = f"{step}: {about}", time.monotonic()
        self._screen.start()

    def _step_reused(self, step: str) -> None:
        if not self.live:
            self._line(f"{step}: done already")

    def _step_finished(self, step: str, seconds: float) -> None:
        self._screen.stop()

    def _line(self, text: str) -> None:
        self._out.print(text, markup=False, soft_wrap=True)

    def _lines(self, width: int, height: int) -> list[Text]:
        """Draw what goes on."""
        now = time.monotonic()
        if not self._step.startswith("search:") or not self._standing.folds:
            return picture.step(self._step, now - self._since, width)
        return picture.lines(self._standing, now, width, 0 if self.quiet else height)

    def _unit_finished(self, index: int, fold: int, seconds: float) -> None:
        self._standing.fit_ended()

    def _search_started(
        self, maximize: bool, done: int, first: Trial | None, folds: int, total: int,
        metric: str, seconds: float | None, earlier: Sequence[Trial],
        defaults: Mapping[str, Mapping[str, Any]],
    ) -> None:  # fmt: skip
        self._standing = Standing(
            time.monotonic(), total, folds, maximize, metric, seconds, defaults
        )
        self._standing.earlier(earlier)
        if done:
            what = console.plural(done, "trial")
            self._notice(f"{what} of an earlier run taken over")

    def _trial_finished(self, trial: Trial) -> None:
        is_best = self._standing.ended(trial, time.monotonic())
        if not self.live:
            mark = " *" if is_best else ""
            text = f"  trial {trial.index:>3}  {trial.candidate.family:<24} {_outcome(trial)}{mark}"
            self._line(text)


def _outcome(trial: Trial) -> str:
    """Say what a trial came to."""
    if trial.state == "failed":
        return f"failed: {trial.error}"
    if not trial.scores:
        return f"given up: {trial.error}"
    mean = console.number(trial.mean)
    if trial.state != "complete":
        return f"{mean} given up after {console.plural(len(trial.scores), 'fold')}"
    measured = [f"{name} {console.measured(name, value)}" for name, value in trial.measured.items()]
    over = [f"over the limit of {', '.join(trial.over)}"] if trial.over else []
    return ", ".join([mean, *measured, *over])
