"""Rows at random, whatever they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.splitters import parts

if TYPE_CHECKING:
    from engine.contracts import Fold, Index, Rows


def holdout(rows: Rows, share: float, seed: int) -> Fold:
    """Set a random ``share`` of the rows aside."""
    return parts.fold(_shuffled(rows, seed) < parts.set_aside(rows, share))


def folds(rows: Rows, count: int, seed: int) -> list[Fold]:
    """Split into folds whose sizes differ by one at most.

    Raises
    ------
    engine.errors.DataError
        If there are fewer rows than folds.
    """
    parts.enough(rows, count)
    return parts.folds(_shuffled(rows, seed) % count, count)


def _shuffled(rows: Rows, seed: int) -> Index:
    return np.random.default_rng(seed).permutation(rows.count)
