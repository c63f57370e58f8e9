"""What our transformers of numbers have in common: they keep missing values, and check shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class Columnwise(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # it has no types
    """A transformer of float64 columns that lets missing values through."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _learnt_from(self, X: Any) -> NDArray[np.float64]:
        """Check rows to learn from, of shape (rows, columns)."""
        return np.asarray(validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64))

    def _given(self, X: Any) -> NDArray[np.float64]:
        """Check rows to transform."""
        check_is_fitted(self)
        return np.asarray(
            validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        )


def columns_at(X: Any, positions: Any) -> Any:
    """Return columns of an array or a DataFrame by their positions."""
    return X.iloc[:, positions] if hasattr(X, "iloc") else X[:, positions]


def known(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values that are not missing."""
    return column[~np.isnan(column)]
