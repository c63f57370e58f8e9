"""Probabilities for classifiers that only give scores, such as support vector machines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.estimators.boosters import Rows

Watch = tuple[Any, ...]


class CalibratedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # it has no types
    """Fits a classifier on all rows, and learns what its scores mean on rows it had not seen.

    A logistic regression turns scores into probabilities: with two classes this is Platt's scaling
    (2000, "Probabilistic outputs for support vector machines"), with more its extension to one
    score for each class. Scores of unseen rows come of an inner cross-validation; where
    ``fit`` is told which rows to watch (the latest, or other groups), of these.

    Parameters
    ----------
    estimator : classifier
        With ``decision_function``; unfitted, cloned before fitting.
    folds : int
        Of the inner cross-validation; fewer where a class has fewer rows.
    rounds, validation : int, float
        That it watches rows, and what share of them, in the words of boosters.
    seed : int
        Draws the folds.

    Attributes
    ----------
    estimator_ : the fitted classifier.
    scale_ : the fitted LogisticRegression.
    classes_ : ndarray of shape (classes,)
    """

    def __init__(
        self, estimator: Any, folds: int = 3, rounds: int = 1, validation: float = 0.2,
        seed: int = 0,
    ) -> None:  # fmt: skip
        self.estimator = estimator
        self.folds = folds
        self.rounds = rounds
        self.validation = validation
        self.seed = seed

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, watch: Watch | None = None
    ) -> CalibratedClassifier:
        """Fit on X of shape (rows, columns); ``watch`` holds an X and y that scores are read on."""
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        rows = Rows.of(X, y, sample_weight)
        self.classes_ = np.unique(rows.y)
        unseen = None if watch is None else Rows.told(watch)
        if unseen is not None and len(np.unique(unseen.y)) == len(self.classes_):
            scores = _scores(_fitted(self.estimator, rows), unseen.X)
            self.estimator_ = _fitted(self.estimator, rows.with_(unseen))
        else:
            rows = rows if unseen is None else rows.with_(unseen)
            self.estimator_ = _fitted(self.estimator, rows)
            unseen, scores = self._cross_scored(rows)
        self.scale_ = LogisticRegression(max_iter=1000)
        self.scale_.fit(scores, unseen.y, sample_weight=unseen.weight)
        return self

    def _cross_scored(self, rows: Rows) -> tuple[Rows, NDArray[Any]]:
        """Score each row by a classifier that has not seen it, where every class allows it."""
        rarest = int(np.unique(rows.y, return_counts=True)[1].min())
        if rarest < 2:  # a class of one row: it can be scored by what has seen it alone
            return rows, _scores(self.estimator_, rows.X)
        folds = StratifiedKFold(min(self.folds, rarest), shuffle=True, random_state=self.seed)
        places, found = [], []
        for train, valid in folds.split(rows.X, rows.y):
            places.append(valid)
            found.append(_scores(_fitted(self.estimator, rows.take(train)), rows.X[valid]))
        return rows.take(np.concatenate(places)), np.concatenate(found)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return class labels of shape (rows,): the likeliest."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities of shape (rows, classes)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return np.asarray(self.scale_.predict_proba(_scores(self.estimator_, X)))


def _fitted(estimator: Any, rows: Rows) -> Any:
    weights = {} if rows.weight is None else {"sample_weight": rows.weight}
    return clone(estimator).fit(rows.X, rows.y, **weights)


def _scores(fitted: Any, X: NDArray[Any]) -> NDArray[np.float64]:
    scores = np.asarray(fitted.decision_function(X), dtype=np.float64)
    return scores.reshape(len(X), -1)
