"""Several estimators as one: the weighted mean of what they predict."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from engine.contracts import Numbers

Member = tuple[float, Any, Any]  # a weight, what predicts, and the table that it reads


class Blend(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A weighted mean over estimators; see the two kinds below.

    Members that are pipelines and share their first step, the very same object, have it applied
    once to the rows that they predict.

    Parameters
    ----------
    estimators : list of estimators
        Unfitted; cloned before fitting.
    weights : list of float, optional
        Of the estimators, to each other; equal if not given.

    Attributes
    ----------
    estimators_ : list of fitted estimators
    weights_ : ndarray of shape (estimators,)
        Summing to one.
    """

    def __init__(self, estimators: Any, weights: Any = None) -> None:
        self.estimators = estimators
        self.weights = weights

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inputs = [get_tags(one).input_tags for one in self.estimators]
        tags.input_tags.allow_nan = all(one.allow_nan for one in inputs)
        tags.input_tags.sparse = all(one.sparse for one in inputs)
        return tags

    def holding(self, fitted: Sequence[Any]) -> Any:
        """Return a blend of estimators that are fitted already, with these weights."""
        made = copy.copy(self)
        made.estimators = made.estimators_ = list(fitted)
        made.weights_ = _shares(self.weights, len(fitted))
        return made

    def __getstate__(self) -> Any:
        """Name members once where they are the parameters too, or a file would hold them twice."""
        state = super().__getstate__()
        held = self.estimators is getattr(self, "estimators_", None)
        return {**state, "estimators": None} if held else state

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)
        if self.estimators is None:
            self.estimators = self.estimators_

    def _learn(self, X: Any, y: Any, sample_weight: Any) -> None:
        validate_data(self, X, y, skip_check_array=True)  # members check what they can read
        y = column_or_1d(y, warn=True)
        given = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimators_ = [clone(one).fit(X, y, **given) for one in self.estimators]
        self.weights_ = _shares(self.weights, len(self.estimators_))

    def _members(self, X: Any) -> Iterator[Member]:
        """Yield members with what they read, one table of features at a time."""
        check_is_fitted(self)
        groups: dict[int, list[tuple[float, Any]]] = {}
        for weight, one in zip(self.weights_, self.estimators_, strict=True):
            groups.setdefault(id(features_of(one) or one), []).append((float(weight), one))
        for group in groups.values():
            features = features_of(group[0][1])
            table = X if features is None else features.transform(X)
            for weight, one in group:
                yield weight, one if features is None else one.steps[-1][1], table


class BlendClassifier(ClassifierMixin, Blend):  # type: ignore[misc]  # as above
    """The class of the highest mean probability.

    Where a member gives no probabilities, the class that it predicts has its whole weight, and
    there are none of the blend either.

    Attributes
    ----------
    classes_ : ndarray of shape (classes,)
        Those that any member knows; for the others its probability is 0.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> BlendClassifier:
        """Fit each estimator on X of shape (rows, columns)."""
        check_classification_targets(y)
        self._learn(X, y, sample_weight)
        return self

    @property
    def classes_(self) -> NDArray[Any]:
        check_is_fitted(self, "estimators_")
        return np.unique(np.concatenate([one.classes_ for one in self.estimators_]))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return class labels of shape (rows,)."""
        return np.asarray(self.classes_[self._mean(X).argmax(axis=1)])

    @available_if(lambda self: all(hasattr(one, "predict_proba") for one in _any(self)))  # type: ignore[untyped-decorator]  # as above
    def predict_proba(self, X: Any) -> Numbers:
        """Return probabilities of shape (rows, classes)."""
        return self._mean(X)

    def _mean(self, X: Any) -> Numbers:
        classes, total = self.classes_, None
        for weight, one, table in self._members(X):
            own = _told(one, table)
            if total is None:
                total = np.zeros((len(own), len(classes)))
            total[:, np.searchsorted(classes, one.classes_)] += weight * own
        return np.asarray(total)


class BlendRegressor(RegressorMixin, Blend):  # type: ignore[misc]  # as above
    """The mean of the members' values."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> BlendRegressor:
        """Fit each estimator on X of shape (rows, columns)."""
        self._learn(X, y, sample_weight)
        return self

    def predict(self, X: Any) -> Numbers:
        """Return values of shape (rows,)."""
        values = (w * np.asarray(one.predict(table)) for w, one, table in self._members(X))
        return np.asarray(sum(values), dtype=np.float64)


def features_of(estimator: Any) -> Any:
    """Return the features of a pipeline of features and a model; None of anything else."""
    if not isinstance(estimator, Pipeline) or len(estimator.steps) != 2:
        return None
    first = estimator.steps[0][1]
    return first if hasattr(first, "transform") else None


def _any(blend: Blend) -> list[Any]:
    """Its members, fitted or not."""
    return list(getattr(blend, "estimators_", blend.estimators))


def _told(classifier: Any, table: Any) -> Numbers:
    """Probabilities, or all of it for the class that is predicted."""
    if hasattr(classifier, "predict_proba"):
        return np.asarray(classifier.predict_proba(table), dtype=np.float64)
    found = np.asarray(classifier.predict(table))
    return np.asarray(found[:, None] == classifier.classes_, dtype=np.float64)


def _shares(weights: Sequence[float] | None, count: int) -> Numbers:
    found = np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(found) != count:
        raise ValueError(f"there are {count} estimators, and {len(found)} weights")
    if not (found >= 0).all() or not found.sum() > 0:
        raise ValueError("weights are numbers from 0, and not all of them 0")
    return np.asarray(found / found.sum())
