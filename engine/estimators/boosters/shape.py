"""What boosting libraries are told, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _check_sample_weight

from engine.estimators.boosters import kept
from engine.estimators.paged import Paged


class Rows(NamedTuple):
    """Rows to fit or to watch; ``y`` holds codes from 0, or numbers.

    ``X`` may be :class:`~engine.estimators.paged.Paged`, for a library that learns from these.
    ``base`` is the array that they were taken from, where what is made of it is kept, and ``at``
    a hash of their places in it.
    """

    X: Any
    y: NDArray[Any]
    weight: NDArray[Any] | None = None
    base: NDArray[Any] | None = None
    at: bytes = b""

    @classmethod
    def of(cls, X: NDArray[Any], y: NDArray[Any], sample_weight: Any) -> Rows:
        """Return the rows that weigh anything.

        Raises
        ------
        ValueError
            If a weight is negative or missing, or all are 0.
        """
        base = X if kept.is_kept(X) else None
        if sample_weight is None:
            return cls(X, y, None, base)
        weight = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True,
            allow_all_zero_weights=False,
        )  # fmt: skip
        rows = cls(X, y, weight, base)
        return rows if weight.all() else rows.take(weight > 0)

    @classmethod
    def told(cls, watch: Sequence[Any], known: Any = ...) -> Rows:
        """Return the rows to watch that ``fit`` was told: X, y and weights, if there are any."""
        X, y, *weights = watch
        rows = X if isinstance(X, Paged) else np.asarray(X)
        others = (np.asarray(part)[known] for part in (y, *weights[:1]))
        return cls(rows[known], *others)

    def take(self, index: NDArray[Any]) -> Rows:
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[index]
        at = b"" if self.base is None else self.at + kept.digest(index)
        return Rows(self.X[index], self.y[index], weight, self.base, at)

    def with_(self, others: Rows) -> Rows:
        """Return these rows and the others behind them."""
        weight = None
        if self.weight is not None or others.weight is not None:
            both = (np.ones(len(r.y)) if r.weight is None else r.weight for r in (self, others))
            weight = np.concatenate(list(both))
        return Rows(np.vstack([self.X, others.X]), np.concatenate([self.y, others.y]), weight)


@dataclass(frozen=True)
class Asked:
    """How to fit.

    Attributes
    ----------
    classes : int
        How many; 0 for a regression.
    categories : int
        The first so many columns are category codes, with nan for a missing one.
    signs : tuple of int
        For each column, 1 where predictions may only rise with it, -1 where they may only fall;
        empty where no column is constrained.
    rounds : int, optional
        Rounds without improvement before stopping; None where nothing is watched.
    seed : int
    """

    classes: int
    categories: int = 0
    signs: tuple[int, ...] = ()
    rounds: int | None = None
    seed: int = 0


class Library(Protocol):
    """A module of this package."""

    WATCHES_ITSELF: bool
    """Whether it parts rows to watch from rows to fit by itself, where it is not told which."""

    def fit(self, estimator: Any, rows: Rows, watch: Rows | None, asked: Asked) -> Any:
        """Return what is fitted; ``estimator`` is unfitted and stays so, or holds parameters."""

    def most(self, estimator: Any) -> int | None:
        """Return the rounds that it may use; None where there is no one number."""

    def rounds(self, fitted: Any) -> int | None:
        """Return the rounds that it uses; None where there is no one number."""

    def predict(self, fitted: Any, X: NDArray[Any], asked: Asked) -> NDArray[Any]:
        """Return probabilities of shape (rows, classes), or values of shape (rows,)."""


def library(name: str) -> Library:
    """Import the module of a library: xgboost, lightgbm, catboost or ebm."""
    return import_module(f"engine.estimators.boosters.{name}")
