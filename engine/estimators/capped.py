"""Transformers that cannot give more columns than they are given."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils import get_tags
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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = get_tags(self.estimator).input_tags.sparse
        return tags

    def _table(self, X: Any, **how: Any) -> Any:
        """Check the shape; sparse where the transformer takes that."""
        sparse = "csr" if get_tags(self.estimator).input_tags.sparse else False
        return validate_data(self, X, accept_sparse=sparse, **how)

    def fit(self, X: Any, y: Any = None) -> Capped:
        """Fit on X of shape (rows, columns)."""
        X = self._table(X)
        self.estimator_ = None
        if X.shape[1] >= self.least:
            estimator = clone(self.estimator)
            wanted = estimator.get_params()[self.parameter]
            if isinstance(wanted, int) and not isinstance(wanted, bool):
                estimator.set_params(**{self.parameter: min(wanted, *X.shape)})
            self.estimator_ = estimator.fit(X, y)
        return self

    def transform(self, X: Any) -> Any:
        """Return an array, or a sparse matrix, of shape (rows, columns that are left)."""
        check_is_fitted(self)
        X = self._table(X, reset=False)
        return X if self.estimator_ is None else self.estimator_.transform(X)
