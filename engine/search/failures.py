"""When too much has failed, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.errors import Fault, SearchError
from engine.search.candidate import Trial

ENOUGH = 10
"""Trials before their share of failures is looked at."""
HOPELESS = 3
"""A family whose first so many trials have all failed is left out."""
_CAUSES = 5
_LETTERS = 220
_HINT = "change these values under `model` or `features`, or leave the family out"


def require_few(trials: Sequence[Trial], most: float | None) -> None:
    """Refuse to go on where more than a share of the trials has failed.

    Raises
    ------
    SearchError
        With the commonest causes.
    """
    failed = [trial for trial in trials if trial.state == "failed"]
    if most is not None and len(trials) >= ENOUGH and len(failed) > most * len(trials):
        whole = f"{len(failed):,} of {len(trials):,} candidates have failed"
        limit = Fault(f"{whole}, and search.max_failure_rate is {most:g}", "search")
        raise SearchError(limit, *causes(failed))


def causes(trials: Sequence[Trial]) -> list[Fault]:
    """Return the commonest causes of failures, with a hint beside the last."""
    told = Counter(f"{t.candidate.family}: {t.error}"[:_LETTERS] for t in trials)
    listed = sorted(told, key=lambda cause: (-told[cause], cause))[:_CAUSES]
    return [Fault(cause, hint="" if cause != listed[-1] else _HINT) for cause in listed]


def hopeless(trials: Sequence[Trial]) -> set[str]:
    """Return the families of which nothing has come yet, after as many trials as are enough."""
    tried = Counter(trial.candidate.family for trial in trials)
    good = {trial.candidate.family for trial in trials if trial.state != "failed"}
    return {name for name, count in tried.items() if count >= HOPELESS and name not in good}
