"""Boosters that stop early on an inner split, and take categories as they are."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from engine.contracts import Index
from engine.estimators import clock
from engine.estimators.boosters import Asked, Rows, library
from engine.estimators.paged import Paged

Watch = tuple[Any, ...]  # X, y, and where rows have weights, these


class _Boosted(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A booster that watches rows which it is not fitted on.

    Parameters
    ----------
    estimator : estimator or dict
        Unfitted, and stays so; for catboost and ebm the parameters of one.
    library : {"xgboost", "lightgbm", "catboost", "ebm"}
        Which module of ``engine.estimators.boosters`` fits it.
    categories : int
        The first so many columns of X are category codes, the others numbers.
    signs : tuple of int
        For the first columns: 1 where predictions may only rise with it, -1 where they may only
        fall, else 0. Columns without one are free.
    rounds : int, optional
        Rounds without improvement before stopping; None fits all rounds on all rows.
    validation : float
        Share of the rows given to ``fit`` that is watched.
    shuffle : bool
        Whether the watched rows are drawn; else they are the last ones (the latest in time).
    seed : int
        Draws the watched rows.
    scale_target : bool
        Of a regression: whether the library is given y with mean 0 and deviation 1.

    Attributes
    ----------
    estimator_ : what the library fitted.
    rounds_ : int or None
        Rounds that it uses; None where there is no one number.
    """

    def __init__(
        self,
        estimator: Any,
        library: str = "xgboost",
        categories: int = 0,
        signs: tuple[int, ...] = (),
        rounds: int | None = None,
        validation: float = 0.1,
        shuffle: bool = True,
        seed: int = 0,
        scale_target: bool = False,
    ) -> None:
        self.estimator = estimator
        self.library = library
        self.categories = categories
        self.signs = signs
        self.rounds = rounds
        self.validation = validation
        self.shuffle = shuffle
        self.seed = seed
        self.scale_target = scale_target

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _learn(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        """Check the shapes, and learn names and number of columns."""
        if isinstance(X, Paged):
            self.n_features_in_ = X.shape[1]
            return X, column_or_1d(y, warn=True)  # type: ignore[return-value]  # as good as one
        X, y = validate_data(self, X, y, ensure_all_finite="allow-nan", multi_output=True)
        return X, column_or_1d(y, warn=True)

    def _predicted(self, X: Any) -> NDArray[Any]:
        """Check the shape of rows, and predict them."""
        check_is_fitted(self)
        if isinstance(X, Paged):
            return self._predicted_by_block(X)
        X = np.asarray(validate_data(self, X, reset=False, ensure_all_finite="allow-nan"))
        return library(self.library).predict(self.estimator_, X, self._asked(X.shape[1], None))

    def _predicted_by_block(self, X: Paged) -> NDArray[Any]:
        """Predict rows on disk, a block of them in memory at a time."""
        found: NDArray[Any] | None = None
        for at, block in X.blocks():
            part = self._predicted(block)
            if found is None:
                found = np.empty((len(X), *part.shape[1:]), part.dtype)
            found[at] = part
        return np.empty(0) if found is None else found

    def _asked(self, columns: int, rounds: int | None) -> Asked:
        free = columns - len(self.signs)
        signs = (*self.signs, *(0 for _ in range(free))) if any(self.signs) else ()
        classes = len(getattr(self, "classes_", ()))
        return Asked(classes, self.categories, signs, rounds, self.seed)

    def _fit(self, rows: Rows, strata: Index | None, watch: Rows | None) -> None:
        by = library(self.library)
        if self.rounds is None:
            watch = None
        elif watch is None and not by.WATCHES_ITSELF:
            inner, watched = self._split(len(rows.y), strata)
            rows, watch = rows.take(inner), rows.take(watched)
        if watch is not None and not len(watch.y):
            watch = None
        self.estimator_ = by.fit(
            self.estimator, rows, watch, self._asked(rows.X.shape[1], self.rounds)
        )
        self.rounds_ = by.rounds(self.estimator_)
        self._tell_of_the_end(by.most(self.estimator), watch is not None)

    def _tell_of_the_end(self, most: int | None, watches: bool) -> None:
        """Warn where rounds or time came to their end before a fit had stopped by itself."""
        if not most or not self.rounds_:
            return
        if clock.is_over() and self.rounds_ < most:
            message = "its time was up before it had stopped getting better"
            warnings.warn(message, ConvergenceWarning, stacklevel=4)
        elif watches and self.rounds_ + (self.rounds or 0) > most:
            message = f"it had not stopped getting better by the last of its {most:,} rounds"
            warnings.warn(message, ConvergenceWarning, stacklevel=4)

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

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, watch: Watch | None = None
    ) -> BoostedClassifier:
        """Fit on X of shape (rows, columns).

        Parameters
        ----------
        sample_weight : ndarray of shape (rows,), optional
        watch : tuple of arrays, optional
            X and y to watch instead of a part of the rows, and their weights.

        Raises
        ------
        ValueError
            If y holds one class only.
        """
        X, y = self._learn(X, y)
        check_classification_targets(y)
        rows = Rows.of(X, y, sample_weight)
        self.classes_, codes = np.unique(rows.y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("only one class is left among the rows to fit")
        watched = None
        if watch is not None:
            known = np.isin(watch[1], self.classes_)
            watched = Rows.told(watch, known)
            watched = watched._replace(y=np.searchsorted(self.classes_, watched.y))
        self._fit(rows._replace(y=codes), codes, watched)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return class labels of shape (rows,)."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return probabilities of shape (rows, classes), in the order of ``classes_``."""
        return self._predicted(X)


class BoostedRegressor(RegressorMixin, _Boosted):  # type: ignore[misc]  # as above
    """See :class:`_Boosted`.

    Attributes
    ----------
    center_, spread_ : float
        What y was scaled by.
    """

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, watch: Watch | None = None
    ) -> BoostedRegressor:
        """Fit on X of shape (rows, columns); further arguments are those of the classifier."""
        X, y = self._learn(X, y)
        y = y.astype(np.float64)
        self.center_ = float(y.mean()) if self.scale_target else 0.0
        self.spread_ = float(y.std()) or 1.0 if self.scale_target else 1.0
        watched = None if watch is None else Rows.told(watch)
        if watched is not None:
            watched = watched._replace(y=self._scaled(watched.y))
        self._fit(Rows.of(X, self._scaled(y), sample_weight), None, watched)
        return self

    def _scaled(self, y: NDArray[Any]) -> NDArray[Any]:
        return (y - self.center_) / self.spread_ if self.scale_target else y

    def predict(self, X: Any) -> NDArray[Any]:
        """Return values of shape (rows,)."""
        found = self._predicted(X)
        return found * self.spread_ + self.center_ if self.scale_target else found
