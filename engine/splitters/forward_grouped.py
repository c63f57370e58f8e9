"""Train on the past of some groups, validate on what follows of others.

The sides are those of ``forward``; then the rows of a group that comes back in validation are taken
from training. So every later row is scored, as it will be in use, and none by a model that has
seen its group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts import ADJACENT, Fold, Spacing
from engine.errors import DataError, Fault
from engine.splitters import forward, parts

if TYPE_CHECKING:
    from engine.contracts import Index, Rows


def holdout(rows: Rows, share: float, seed: int, spacing: Spacing = ADJACENT) -> Fold:
    """Set the latest ``share`` of the rows aside; rows of their groups are on neither side.

    Raises
    ------
    engine.errors.DataError
        As of ``forward``, and if every group comes back.
    """
    groups, _ = parts.column(rows.groups, "data.group", "forward_grouped", sort=False)
    return _purged(forward.holdout(rows, share, seed, spacing), groups, "the holdout")


def folds(rows: Rows, count: int, seed: int, spacing: Spacing = ADJACENT) -> list[Fold]:
    """Split into folds that validate on ever later rows of groups that they did not train on.

    Raises
    ------
    engine.errors.DataError
        As of ``forward``, and if all groups that a fold trains on come back in it.
    """
    parts.enough(rows, count)
    groups, _ = parts.column(rows.groups, "data.group", "forward_grouped", sort=False)
    whole = forward.folds(rows, count, seed, spacing)
    return [
        _purged(fold, groups, f"fold {number} of {count}") for number, fold in enumerate(whole, 1)
    ]


def _purged(fold: Fold, groups: Index, which: str) -> Fold:
    back = np.isin(groups[fold.train], groups[fold.valid])
    if len(back) and back.all():
        what = "so that no row is left to train on before it"
        message = f"every earlier group comes back in {which}, {what}"
        fewer = "set evaluation.folds to fewer" if which.startswith("fold") else ""
        hint = parts.advice(fewer, "leave out data.group or data.time")
        raise DataError(Fault(message, "data.group", hint))
    return Fold(fold.train[~back], fold.valid)
