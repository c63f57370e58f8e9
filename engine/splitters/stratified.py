"""Every class in the same share on each side.

A target of whole numbers is class codes. A target of floats is values: neighbours in order of
value are dealt to different folds, so that each fold spans the whole range.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError, Fault
from engine.splitters import parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts import Fold, Index, Rows


def holdout(rows: Rows, share: float, seed: int) -> Fold:
    """Set ``share`` of each class aside, at least one row of each.

    Raises
    ------
    engine.errors.DataError
        If a class has one row only.
    """
    aside = parts.set_aside(rows, share)
    target, random = _target(rows), np.random.default_rng(seed)
    if not aside:
        return parts.fold(np.zeros(rows.count, dtype=bool))
    if target.dtype.kind == "f":
        return parts.fold(_spread(target, aside, random))
    _members(target, 2, "", "a holdout and rows to train on", "set evaluation.holdout to 0")
    return parts.fold(_of_each(target, share, random))


def folds(rows: Rows, count: int, seed: int) -> list[Fold]:
    """Split into folds whose sizes, and whose rows of each class, differ by one at most.

    Raises
    ------
    engine.errors.DataError
        If there are fewer rows than folds, or a class has fewer rows than there are folds.
    """
    parts.enough(rows, count)
    target, random = _target(rows), np.random.default_rng(seed)
    values = target.dtype.kind == "f"
    if not values:
        least = int(np.unique(target, return_counts=True)[1].min())
        _members(target, count, " to train on", f"{count} folds", parts.fewer(least))
    order = _in_order(target, random)
    part = np.empty(rows.count, dtype=np.intp)
    part[order] = _dealt(rows.count, count, random, values)
    return parts.folds(part, count)


def _target(rows: Rows) -> NDArray[Any]:
    if rows.target is None:
        hint = "choose another evaluation.split"
        raise DataError(Fault("the split 'stratified' needs a target", "evaluation.split", hint))
    return np.asarray(rows.target)


def _members(target: NDArray[Any], least: int, which: str, what: str, hint: str) -> None:
    """Refuse a target of which a class has fewer than ``least`` rows."""
    found, counts = np.unique(target, return_counts=True)
    rarest = counts.argmin()
    if counts[rarest] < least:
        held = f"class code {found[rarest]} has {parts.counted(int(counts[rarest]), 'row')}"
        advice = parts.advice(hint, "set evaluation.split to plain", "drop or merge the class")
        raise DataError(Fault(f"{held}{which}; {what} need {least}", "data.target", advice))


def _in_order(target: NDArray[Any], random: np.random.Generator) -> Index:
    """Return positions by target, equals at random."""
    shuffled = random.permutation(len(target))
    return shuffled[np.argsort(target[shuffled], kind="stable")]


def _dealt(count: int, hands: int, random: np.random.Generator, anew: bool) -> Index:
    """Deal 0 .. hands - 1 over and over; ``anew`` in another order each time.

    Classes are dealt in one order, so that any run of rows is shared out within one row; values
    anew, so that no hand gets the lower neighbour each time.
    """
    rounds = np.tile(random.permutation(hands), (-(-count // hands), 1))
    return (random.permuted(rounds, axis=1) if anew else rounds).ravel()[:count]


def _spread(target: NDArray[Any], aside: int, random: np.random.Generator) -> NDArray[np.bool_]:
    """Mark ``aside`` rows, one at random out of each of as many runs of neighbours."""
    edges = np.linspace(0, len(target), aside + 1).astype(np.intp)
    chosen = edges[:-1] + (random.random(aside) * np.diff(edges)).astype(np.intp)
    marked = np.zeros(len(target), dtype=bool)
    marked[_in_order(target, random)[chosen]] = True
    return marked


def _of_each(target: NDArray[Any], share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Mark ``share`` of each class, and at least one row but never all."""
    marked = np.zeros(len(target), dtype=bool)
    order = _in_order(target, random)
    start = 0
    for size, wanted in zip(*_sizes(target, share), strict=True):
        marked[order[start : start + wanted]] = True
        start += size
    return marked


def _sizes(target: NDArray[Any], share: float) -> tuple[list[int], list[int]]:
    """Return rows and rows to set aside of each class; the largest remainders are rounded up."""
    sizes = np.unique(target, return_counts=True)[1]
    wanted = sizes * share
    whole = np.floor(wanted).astype(np.intp)
    missing = round(sizes.sum() * share) - whole.sum()
    whole[np.argsort(whole - wanted, kind="stable")[:missing]] += 1
    return sizes.tolist(), np.clip(whole, 1, sizes - 1).tolist()
