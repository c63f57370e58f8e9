"""Boosters that stop early on an inner split, and take categories as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from engine.contracts import Index

Pair = tuple[Any, NDArray[Any]]


class _Boosted(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _learn(self, X: Any, y: Any) -> Pair:
        """Check the shapes, and learn names and number of columns."""
        X, y = validate_data(self, X, y, ensure_all_finite="allow-nan", multi_output=True)
        return X, column_or_1d(y, warn=True)

    def _numbers(self, X: Any) -> NDArray[Any]:
        """Check the shape of rows to predict."""
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, reset=False, ensure_all_finite="allow-nan"))

    def _fit(
        self, X: NDArray[Any], y: NDArray[Any], strata: Index | None, watch: Pair | None
    ) -> None:
        kinds = ["c"] * self.categories + ["q"] * (X.shape[1] - self.categories)
        booster = clone(self.estimator).set_params(feature_types=kinds, enable_categorical=True)
        if self.rounds is None:
            self._fit_all(booster, X, y)
            return
        if watch is None:
            inner, watched = self._split(len(X), strata)
            watch = X[watched], y[watched]
            X, y = X[inner], y[inner]
        if not len(watch[1]):
            self._fit_all(booster, X, y)
            return
        booster.set_params(early_stopping_rounds=self.rounds)
        self.estimator_ = booster.fit(X, y, eval_set=[watch], verbose=False)
        self.rounds_ = int(booster.best_iteration) + 1

    def _fit_all(self, booster: Any, X: NDArray[Any], y: NDArray[Any]) -> None:
        self.estimator_ = booster.fit(X, y)
        self.rounds_ = int(booster.get_num_boosting_rounds())

    def _split(self, rows: int, strata: Index | None) -> tuple[Index, Index]:
        """Return positions to fit on and positions to watch; every class is fitted on."""
        rarest = 0 if strata is None else int(np.bincount(strata).min())
        stratified = self.shuffle and rarest * self.validation >= 1
        inner, watched = train_test_split(
            np.arange(rows),
            test_size=self.validation,
            shuffle=self.shuffle,
            stratify=strata if stratified else None,
            random_state=self.seed if self.shuffle else None,
        )
        if strata is None:
            return inner, watched
        lost = np.isin(strata[watched], strata[inner], invert=True)
        return np.append(inner, watched[lost]), watched[~lost]


class BoostedClassifier(ClassifierMixin, _Boosted):  # type: ignore[misc]  # as above
    """See :class:`_Boosted`; ``y`` may hold any labels, some of which may be absent from a fold.

    Attributes
    ----------
    classes_ : ndarray of shape (classes,)
        Labels seen when it was fitted, sorted.
    """

    def fit(self, X: Any, y: Any, watch: Pair | None = None) -> BoostedClassifier:
        """Fit on X of shape (rows, columns); ``watch`` is an (X, y) to watch instead.

        Raises
        ------
        ValueError
            If y holds one class only.
        """
        X, y = self._learn(X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("only one class is left among the rows to fit")
        if watch is not None:
            known = np.isin(watch[1], self.classes_)
            watch = watch[0][known], np.searchsorted(self.classes_, watch[1][known])
        self._fit(X, codes, codes, watch)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return class labels of shape (rows,)."""
        probability = self.predict_proba(X)
        return np.asarray(self.classes_[probability.argmax(axis=1)])

    def predict_proba(self, X: Any) -> NDArray[np.float32]:
        """Return probabilities of shape (rows, classes), in the order of ``classes_``."""
        X = self._numbers(X)
        return np.asarray(self.estimator_.predict_proba(X))


class BoostedRegressor(RegressorMixin, _Boosted):  # type: ignore[misc]  # as above
    """See :class:`_Boosted`."""

    def fit(self, X: Any, y: Any, watch: Pair | None = None) -> BoostedRegressor:
        """Fit on X of shape (rows, columns); ``watch`` is an (X, y) to watch instead."""
        X, y = self._learn(X, y)
        self._fit(X, y.astype(np.float64), None, watch)
        return self

    def predict(self, X: Any) -> NDArray[np.float32]:
        """Return values of shape (rows,)."""
        X = self._numbers(X)
        return np.asarray(self.estimator_.predict(X))
