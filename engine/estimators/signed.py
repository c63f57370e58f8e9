"""Estimators of scikit-learn whose predictions may only rise, or only fall, with some columns."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data


class _Signed(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Tells an estimator the signs of all columns, whose number is known only in the fold.

    Parameters
    ----------
    estimator : estimator
        Unfitted; cloned before fitting.
    parameter : str
        Its parameter that takes a sign for each column.
    signs : tuple of int
        Of the first columns: 1 rises, -1 falls, 0 is free, as are the columns after them.

    Attributes
    ----------
    estimator_ : the fitted estimator.
    """

    def __init__(self, estimator: Any, parameter: str, signs: tuple[int, ...]) -> None:
        self.estimator = estimator
        self.parameter = parameter
        self.signs = signs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _fit(self, X: Any, y: Any, given: dict[str, Any]) -> None:
        X = validate_data(self, X, ensure_all_finite="allow-nan")
        signs = [*self.signs, *(0 for _ in range(X.shape[1] - len(self.signs)))]
        self.estimator_ = clone(self.estimator).set_params(**{self.parameter: signs})
        self.estimator_.fit(X, column_or_1d(y, warn=True), **given)

    def _checked(self, X: Any) -> Any:
        check_is_fitted(self)
        return validate_data(self, X, reset=False, ensure_all_finite="allow-nan")

    def predict(self, X: Any) -> NDArray[Any]:
        """Return classes or values of shape (rows,)."""
        X = self._checked(X)
        found: NDArray[Any] = self.estimator_.predict(X)
        return found


class SignedClassifier(ClassifierMixin, _Signed):  # type: ignore[misc]  # as above
    """See :class:`_Signed`; signs are those of the second class's probability.

    Attributes
    ----------
    classes_ : ndarray of shape (classes,)
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False  # several probabilities have no direction
        return tags

    def fit(self, X: Any, y: Any, **given: Any) -> SignedClassifier:
        """Fit on X of shape (rows, columns); ``given`` is handed on."""
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind != "binary":
            message = f"Only binary classification is supported. The type of the target is {kind}."
            raise ValueError(message)
        self._fit(X, y, given)
        self.classes_ = self.estimator_.classes_
        return self

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return probabilities of shape (rows, classes)."""
        X = self._checked(X)
        found: NDArray[Any] = self.estimator_.predict_proba(X)
        return found


class SignedRegressor(RegressorMixin, _Signed):  # type: ignore[misc]  # as above
    """See :class:`_Signed`."""

    def fit(self, X: Any, y: Any, **given: Any) -> SignedRegressor:
        """Fit on X of shape (rows, columns); ``given`` is handed on."""
        self._fit(X, y, given)
        return self
