"""A search in which some candidates hang, and others take all the memory that they can get."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.study import Seen, lines, seen, whole, write
from tests.end_to_end.command import ROOT, Ended

INSTALLED = Path(__file__).parent / "installed"
FAMILY = """\
# @package model.troubled
about: Makes trouble.
classifier: troubled.Troubled
params:
  what: choice(calm, hang, eat)
  number: range(1, 10)
"""
MODEL = """\
model:
  linear: {{params: {{C: "choice({strengths})"}}}}
  troubled: {{params: {{number: "range(1, {count})"}}}}
evaluation: {{folds: 3}}
"""


@dataclass(frozen=True)
class Failed:
    """What came of it: how the trials ended, and the causes of those that failed."""

    ended: Ended
    seen: Seen
    states: Counter[str]
    hung: list[str]
    ate: list[str]


def fail_often(folder: Path, count: int, workers: int, seconds: float = 3) -> Failed:
    """Search among ``6 * count`` candidates, of which ``count`` hang and as many eat memory."""
    strengths = ", ".join(f"{0.01 * 1.3**n:.4g}" for n in range(3 * count))
    write(folder)
    data = (folder / "recipes" / "study.yaml").read_text("utf-8").splitlines()[0]
    text = f"{data}\n{MODEL.format(strengths=strengths, count=count)}"
    (folder / "recipes" / "study.yaml").write_text(text, "utf-8")
    (folder / "conf" / "model").mkdir(parents=True)
    (folder / "conf" / "model" / "troubled.yaml").write_text(FAMILY, "utf-8")
    words = (f"search.trials={6 * count}", f"search.fit_timeout={seconds:g}s",
             "compute.memory=500MB", f"compute.workers={workers}")  # fmt: skip
    paths = os.pathsep.join((str(ROOT), str(INSTALLED)))
    ended = whole(folder, *words, seconds=600, PYTHONPATH=paths)
    if ended.code:
        raise RuntimeError(ended.err)
    found = lines(folder)
    causes = {
        what: [t["error"] for t in found if t["values"].get("model.troubled.params.what") == what]
        for what in ("hang", "eat")
    }
    states = Counter(trial["state"] for trial in found)
    return Failed(ended, seen(folder), states, causes["hang"], causes["eat"])


def are_told(failed: Failed) -> bool:
    """Whether each cause says what happened."""
    return all("it was stopped after" in cause for cause in failed.hung) and all(
        "emory" in cause or "its process was killed (SIGABRT), 3 times" in cause
        for cause in failed.ate
    )
