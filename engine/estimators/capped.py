"""Transformers that cannot give more columns than they are given."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data


class Capped(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Caps a transformer's number of columns by what the rows that it is fitted on allow.

    How many columns come out of earlier steps is known only in the fold. A share, or a word, is
    left as it is.

    Parameters
    ----------
    estimator : transformer
        Unfitted; cloned before fitting.
    parameter : str
        Its parameter that cannot exceed the number of columns, or of rows.
    least : int
        Fewer columns than these pass through as they are.

    Attributes
    ----------
    estimator_ : the fitted transformer; None where the columns pass through.
    """

    def __init__(self, estimator: Any, parameter: str, least: int = 1) -> None:
        self.estimator = estimator
        self.parameter = parameter
        self.least = least

    def fit(self, X: Any, y: Any = None) -> Capped:
        """Fit on X of shape (rows, columns)."""
        X = validate_data(self, X)
        self.estimator_ = None
        if X.shape[1] >= self.least:
            estimator = clone(self.estimator)
            wanted = estimator.get_params()[self.parameter]
            if isinstance(wanted, int) and not isinstance(wanted, bool):
                estimator.set_params(**{self.parameter: min(wanted, *X.shape)})
            self.estimator_ = estimator.fit(X, y)
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return an array of shape (rows, columns that are left)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        table: NDArray[Any] = X if self.estimator_ is None else self.estimator_.transform(X)
        return table
