"""Columns of text as counts or weights of their words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from engine.estimators.language import has_blanks

LETTERS = {"analyzer": "char", "ngram_range": (1, 3)}
LOOKED_AT = 1_000  # texts by which it is decided what to count


class Texts(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Gives each column of text a vectorizer of its own, and lays what they make side by side.

    A missing text has no words. A column whose texts have no blanks between words, as in Chinese
    or Thai, is cut into n-grams of letters. Where the rows it is fitted on leave a column
    without any word that counts, that column gives nothing.

    Parameters
    ----------
    estimator : vectorizer
        Unfitted; cloned for each column.

    Attributes
    ----------
    terms_ : list of str
        For each column its vocabulary as a JSON list; a mapping of 20,000 words, as vectorizers
        hold it, would take skops 20 s to write. Empty where a vectorizer learns none.
    weights_ : list of ndarray
        The weight of each term; empty where it has none.
    letters_ : list of bool
        Whether a column is cut into letters.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: object = None) -> Texts:
        """Learn the words of X, texts of shape (rows, columns)."""
        self._learn(X)
        return self

    def fit_transform(self, X: Any, y: object = None) -> sparse.csr_matrix:
        """Learn the words, and return what :meth:`transform` would."""
        return self._joined(self._learn(X), len(X))

    def transform(self, X: Any) -> sparse.csr_matrix:
        """Return a sparse matrix of shape (rows, words of all columns)."""
        check_is_fitted(self)
        tables = [
            made.transform(texts) if made is not None else _nothing(len(texts))
            for made, texts in zip(self._vectorizers(), _columns(X), strict=True)
        ]
        return self._joined(tables, len(X))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the vectorizers: they are made again of what was learnt."""
        return {k: v for k, v in super().__getstate__().items() if k != "_made"}

    def _learn(self, X: Any) -> list[Any]:
        columns = _columns(X)
        self.n_features_in_ = len(columns)
        self.letters_ = [self._in_letters(texts) for texts in columns]
        self.terms_, self.weights_, tables = [], [], []
        for texts, letters in zip(columns, self.letters_, strict=True):
            made, table = _fitted(self._unfitted(letters), texts)
            self.terms_.append(_terms(made))
            self.weights_.append(np.asarray(getattr(made, "idf_", np.empty(0))))
            tables.append(table)
        self._made: list[Any] | None = None
        return tables

    def _in_letters(self, texts: Sequence[str]) -> bool:
        words = self.estimator.get_params().get("analyzer") == "word"
        return words and not has_blanks(texts[:: max(1, len(texts) // LOOKED_AT)])

    def _unfitted(self, letters: bool) -> Any:
        made = clone(self.estimator)
        return made.set_params(**LETTERS) if letters else made

    def _vectorizers(self) -> list[Any]:
        """Return the fitted vectorizers, None for a column without words."""
        found: list[Any] | None = getattr(self, "_made", None)
        if found is None:
            learnt = zip(self.terms_, self.weights_, self.letters_, strict=True)
            self._made = found = [self._again(*one) for one in learnt]
        return found

    def _again(self, terms: str, weights: NDArray[np.float64], letters: bool) -> Any:
        made = self._unfitted(letters)
        if not terms:  # it learns nothing
            return made
        known = json.loads(terms)
        if not known:
            return None
        made.set_params(vocabulary=known)
        if weights.size:
            made.idf_ = weights
        return made

    def _joined(self, tables: Sequence[Any], rows: int) -> sparse.csr_matrix:
        return sparse.hstack([_nothing(rows), *tables], format="csr", dtype=np.float64)


def _columns(X: Any) -> list[list[str]]:
    """Return the texts of each column, missing ones empty."""
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X, dtype=object))
    return [frame.iloc[:, i].astype("str").fillna("").tolist() for i in range(frame.shape[1])]


def _fitted(made: Any, texts: Sequence[str]) -> tuple[Any, Any]:
    """Fit a vectorizer; one word seen once counts where no other is left."""
    for rarest in ({}, {"min_df": 1, "max_df": 1.0}):
        try:
            if not rarest or set(rarest) <= set(made.get_params()):
                return made, made.set_params(**rarest).fit_transform(texts)
        except ValueError as error:
            if not any(said in str(error) for said in ("empty vocabulary", "no terms", "max_df")):
                raise
    return None, _nothing(len(texts))


def _terms(made: Any) -> str:
    if made is None:
        return "[]"
    known = getattr(made, "vocabulary_", None)
    return "" if known is None else json.dumps(sorted(known, key=known.__getitem__))


def _nothing(rows: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((rows, 0), dtype=np.float64)
