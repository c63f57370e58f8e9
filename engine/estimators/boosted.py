"""Boosters that stop early on an inner split, and take categories as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.model_selection import train_test_split

Pair = tuple[Any, Any]


class _Boosted(BaseEstimator):  # type: ignore[misc]
    """A booster that watches rows which it is not fitted on.

    Parameters
    ----------
    estimator : XGBClassifier or XGBRegressor
        Unfitted; cloned before fitting.
    categories : int
        The first so many columns of X are category codes, the others numbers.
    rounds : int, optional
        Rounds without improvement before stopping; None fits all rounds on all rows.
    validation : float
        Share of the rows given to ``fit`` that is watched.
    shuffle : bool
        Whether the watched rows are drawn; else they are the last ones (the latest in time).
    seed : int
        Draws the watched rows.

    Attributes
    ----------
    estimator_ : the fitted booster.
    rounds_ : int
        Rounds that it uses.
    """

    def __init__(
        self,
        estimator: Any,
        categories: int = 0,
        rounds: int | None = None,
        validation: float = 0.1,
        shuffle: bool = True,
        seed: int = 0,
    ) -> None:
        self.estimator = estimator
        self.categories = categories
        self.rounds = rounds
        self.validation = validation
        self.shuffle = shuffle
        self.seed = seed

    def predict(self, X: Any) -> NDArray[Any]:
        """Return class labels or values, of shape (rows,)."""
        return self._predict(X)

    def _predict(self, X: Any) -> NDArray[Any]:
        return np.asarray(self.estimator_.predict(X))

    def _fit(self, X: Any, y: NDArray[Any], strata: NDArray[Any] | None, watch: Pair | None) -> None:
        kinds = ["c"] * self.categories + ["q"] * (X.shape[1] - self.categories)
        booster = clone(self.estimator).set_params(feature_types=kinds, enable_categorical=True)
        self.n_features_in_ = X.shape[1]
        if self.rounds is None:
            self.estimator_ = booster.fit(X, y)
            self.rounds_ = int(booster.get_params()["n_estimators"] or booster.get_num_boosting_rounds())
            return
        inner, watched = ((X, y), watch) if watch else self._split(X, y, strata)
        booster.set_params(early_stopping_rounds=self.rounds)
        self.estimator_ = booster.fit(*inner, eval_set=[watched], verbose=False)
        self.rounds_ = int(booster.best_iteration) + 1

    def _split(self, X: Any, y: NDArray[Any], strata: NDArray[Any] | None) -> tuple[Pair, Pair]:
        smallest = 0 if strata is None else np.bincount(strata).min()
        enough = strata is not None and smallest * self.validation >= 1
        inner, watched = train_test_split(
            np.arange(len(y)),
            test_size=self.validation,
            shuffle=self.shuffle,
            stratify=strata if self.shuffle and enough else None,
            random_state=self.seed if self.shuffle else None,
        )
        if strata is not None:  # the booster wants every class among the rows it is fitted on
            lost = np.setdiff1d(strata[watched], strata[inner])
            moved = watched[np.isin(strata[watched], lost)]
            inner, watched = np.append(inner, moved), np.setdiff1d(watched, moved)
        return (X[inner], y[inner]), (X[watched], y[watched])


class BoostedClassifier(ClassifierMixin, _Boosted):  # type: ignore[misc]
    """See :class:`_Boosted`; ``y`` may hold any labels, some of which may be absent from a fold."""

    def fit(self, X: Any, y: Any, watch: Pair | None = None) -> BoostedClassifier:
        """Fit on X of shape (rows, columns); ``watch`` is an (X, y) to watch instead."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("only one class is left among the rows to fit")
        if watch:
            known = np.isin(watch[1], self.classes_)
            watch = watch[0][known], np.searchsorted(self.classes_, watch[1][known])
        self._fit(X, codes, codes, watch)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return class labels of shape (rows,)."""
        return np.asarray(self.classes_[self._predict(X)])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (rows, classes), in the order of ``classes_``."""
        return np.asarray(self.estimator_.predict_proba(X))


class BoostedRegressor(RegressorMixin, _Boosted):  # type: ignore[misc]
    """See :class:`_Boosted`."""

    def fit(self, X: Any, y: Any, watch: Pair | None = None) -> BoostedRegressor:
        """Fit on X of shape (rows, columns); ``watch`` is an (X, y) to watch instead."""
        self._fit(X, np.asarray(y, dtype=np.float64), None, watch)
        return self
