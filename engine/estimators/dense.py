"""Sparse matrices for models that read none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

MOST_BYTES = 2 * 1024**3


class Dense(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Fills in the zeros of a sparse matrix; anything else passes as it is.

    Parameters
    ----------
    most : int
        More bytes than these are refused before they are asked for.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, X: Any, y: object = None) -> Dense:
        """Learn nothing."""
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return an array of the shape of X.

        Raises
        ------
        ValueError
            If it would be too large.
        """
        if not sparse.issparse(X):
            return np.asarray(X)
        rows, columns = X.shape
        if rows * columns * X.dtype.itemsize > self.most:
            gigabytes = rows * columns * X.dtype.itemsize / 1e9
            raise ValueError(
                f"{columns:,} columns for {rows:,} rows are {gigabytes:.1f} GB, as what "
                "follows reads no sparse matrix: put `svd` after them, or ask for fewer columns"
            )
        return np.asarray(X.toarray())
