"""Which trials may come out of a search: those within the recipe's limits, or the one it picks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from engine.contracts import Listener, Predicted, silent
from engine.errors import Fault, SearchError
from engine.recipe.schema import Recipe
from engine.search import final
from engine.search.aims import Aims
from engine.search.candidate import Outcome, Trial

KEYS = {"predict_seconds": "search.most_predict_seconds", "size": "search.most_size"}
GAP = "search.most_gap"
PICK = "search.pick"

OfTrial = Callable[[Trial], Sequence[Outcome]]


def judged(trials: Sequence[Trial], aims: Aims, outcomes: OfTrial) -> list[Trial]:
    """Return trials with what is measured of them, and the limits that they exceed today.

    Parameters
    ----------
    outcomes : callable
        Gives what came of a trial's folds, for what was not measured when it ran.
    """
    return [aims.judged(trial, partial(outcomes, trial)) for trial in trials]


def within(trials: Sequence[Trial], aims: Aims, listener: Listener) -> list[Trial]:
    """Return the judged trials that are within all limits, best score first.

    Raises
    ------
    SearchError
        If there is none.
    """
    order = final.ranked(trials, aims.maximize[0])
    for name in _unmeasured(order, aims):
        text = f"{_key(name)}: not measured when the trials ran; what is fitted in the end is"
        listener("notice", text=text)
    found = [trial for trial in order if not trial.over]
    if not found:
        raise SearchError(*_too_much(order, aims))
    free = [replace(trial, over={}) for trial in order]
    best = final.ranked(free, aims.maximize[0])[0]
    over = next(trial for trial in order if trial.index == best.index)
    for name in list(over.over)[:1]:
        what = f"the best candidate, of {over.candidate.family}, {_says(name, over)}"
        text = f"{_key(name)}: {what}; one of {found[0].candidate.family} takes its place"
        listener("notice", text=text)
    return found


def _unmeasured(trials: Sequence[Trial], aims: Aims) -> list[str]:
    """Return the limits of which nothing is known: they were set after the search."""
    known = {name for trial in trials for name in trial.measured}
    return [name for name in aims.limits if name not in known]


def mixture(
    leader: Trial, aims: Aims, predictions: Sequence[Predicted], kind: str,
    listener: Listener = silent,
) -> Trial:  # fmt: skip
    """Return the best member of a bag or an ensemble with how these treat groups together.

    That each of them keeps to a limit does not mean that they do so together.

    Parameters
    ----------
    predictions : sequence of Predicted
        Of all together, for each fold.
    """
    limits = {name: most for name, most in aims.limits.items() if name not in KEYS}
    gaps = Aims(
        aims.maximize[:1], aims.names[:1], limits, {name: aims.measures[name] for name in limits}
    )
    outcomes = [Outcome(np.nan, one.value) for one in predictions]
    found = gaps.judged(replace(leader, measured={}), lambda: outcomes)
    for name in list(found.over)[:1]:
        text = f"{GAP}: the {kind} {_says(name, found)}; the best candidate takes its place"
        listener("notice", text=text)
    return found


def picked(recipe: Recipe, trials: Sequence[Trial], aims: Aims) -> Trial | None:
    """Return the judged trial that ``search.pick`` names; None where it names none.

    Raises
    ------
    SearchError
        If it cannot come out.
    """
    number = recipe.search.pick
    return None if number is None else _named(number, trials, aims)


def _named(number: int, trials: Sequence[Trial], aims: Aims) -> Trial:
    found = next((trial for trial in trials if trial.index == number), None)
    if found is None:
        message = f"there is no trial {number}: there are {len(trials):,}, from 0"
        raise SearchError(Fault(message, PICK, "name one of the leaderboard"))
    if found.state != "complete":
        state = {"pruned": "was given up", "failed": "has failed"}[found.state]
        raise SearchError(Fault(f"trial {number} {state}", PICK, "pick one that was completed"))
    if found.over:
        name = next(iter(found.over))
        message = f"trial {number} {_says(name, found)}, and {_amount(name, aims)} allowed"
        raise SearchError(Fault(message, PICK, f"pick another, or change {_key(name)}"))
    return found


def _too_much(trials: Sequence[Trial], aims: Aims) -> list[Fault]:
    """Say for each limit how near the nearest candidate comes, or that none keeps to all."""
    hint = "allow more, or add families of another kind; what was searched stays"
    faults = []
    for name in aims.limits:
        known = [trial for trial in trials if name in trial.measured]
        nearest = min(known, key=lambda trial: trial.measured[name], default=None)
        if nearest is not None and name in nearest.over:
            message = f"of all candidates the lowest, of {nearest.candidate.family}, "
            message += f"{_says(name, nearest)}, and {_amount(name, aims)} allowed"
            faults.append(Fault(message, _key(name), hint))
    names = ", ".join(_key(name) for name in aims.limits)
    return faults or [Fault("no candidate keeps to all limits at once", names, hint)]


def _key(name: str) -> str:
    return KEYS.get(name, GAP)


def _says(name: str, trial: Trial) -> str:
    value = trial.measured[name]
    if name == "predict_seconds":
        return f"takes {value:.3g} s to predict 1,000 rows"
    if name == "size":
        return f"takes {value:,.0f} bytes on disk"
    return f"has a {name} of {value:.3g}"


def _amount(name: str, aims: Aims) -> str:
    most = aims.limits[name]
    if name == "predict_seconds":
        return f"{most:g} s are"
    return f"{most:,.0f} bytes are" if name == "size" else f"{most:g} is"
