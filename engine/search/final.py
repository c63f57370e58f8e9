"""What may come out of a search: which trials are looked at, and how long it takes to fit them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.search.candidate import Trial

MOST = 25  # trials that an ensemble is chosen from
OF_ONE_FAMILY = 6  # of these before others of the same family: unlike ones help each other more
MORE_ROWS = 1.3  # a fit on all training rows, as a multiple of one on those of a fold
MOST_ROWS = 20_000  # that an ensemble is chosen by
CHOOSING = 0.2  # seconds for choosing an ensemble, and for each row that it is chosen by
CHOOSING_EACH = 1e-4
EXPECTED = 3  # members of an ensemble that time is kept back for; the refit drops what is too much


def ranked(trials: Sequence[Trial], maximize: bool) -> list[Trial]:
    """Return the complete trials, best first; the earlier of equals, and no candidate twice.

    Those that exceed a limit come last.
    """
    complete = [t for t in trials if t.state == "complete" and t.same_as is None]
    sign = -1 if maximize else 1
    return sorted(complete, key=lambda t: (bool(t.over), sign * t.mean, t.index))


def pool(trials: Sequence[Trial], maximize: bool, most: int = MOST) -> list[Trial]:
    """Return the trials that an ensemble is chosen from, best first.

    The best few of each family come before further ones of the same.
    """
    order = ranked(trials, maximize)
    counts: dict[str, int] = {}
    first: list[Trial] = []
    later: list[Trial] = []
    for trial in order:
        family = trial.candidate.family
        counts[family] = counts.get(family, 0) + 1
        (first if counts[family] <= OF_ONE_FAMILY else later).append(trial)
    kept = {trial.index for trial in [*first, *later][:most]}
    return [trial for trial in order if trial.index in kept]


def fit_seconds(trial: Trial, seeds: int = 1) -> float:
    """Estimate how long a fit of a complete trial's candidate on all training rows takes.

    Parameters
    ----------
    seeds : int
        How often it was fitted on each fold.
    """
    return MORE_ROWS * folds_seconds(trial, seeds) / max(1, len(trial.scores))


def folds_seconds(trial: Trial, seeds: int = 1) -> float:
    """Estimate how long it takes to fit a trial's candidate on each fold, with one seed."""
    return trial.seconds / seeds


def final_seconds(
    trials: Sequence[Trial],
    kind: str,
    maximize: bool,
    rows: int = MOST_ROWS,
    seeds: Mapping[str, int] | None = None,
) -> float:
    """Estimate how long it takes to fit what comes out of the search, from the trials so far.

    Parameters
    ----------
    kind : {"refit", "bag", "ensemble", "auto"}
        What ``search.final`` says.
    maximize : bool
        Whether a larger score is better.
    rows : int
        How many there are to choose an ensemble by.
    seeds : mapping of int, optional
        How often candidates of each family are fitted on a fold; once if not given.

    Returns
    -------
    float
        Seconds, on one worker; 0 where no trial is complete yet.
    """
    best = ranked(trials, maximize)[:EXPECTED]
    if not best:
        return 0.0
    each = [(seeds or {}).get(trial.candidate.family, 1) for trial in best]
    if kind == "bag":
        return folds_seconds(best[0], each[0])
    fits = [fit_seconds(trial, count) for trial, count in zip(best, each, strict=True)]
    if kind == "refit":
        return fits[0]
    return CHOOSING + CHOOSING_EACH * min(rows, MOST_ROWS) + sum(fits)
