"""Dates as numbers that a model can use."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

PARTS = ("year", "month", "day", "weekday", "day_of_year", "hour", "seconds")
_DAY = 86400.0


class DateParts(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # it has no types
    """Expand dates, given as seconds since 1970, into calendar parts.

    Each column becomes seven: year, month (1-12), day (1-31), weekday (0 is Monday), day of the
    year (1-366), hour (0-23) and the seconds themselves. A missing date gives missing parts.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: Any, y: object = None) -> DateParts:
        """Learn the number of columns; ``X`` has the shape (rows, dates)."""
        validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        self.is_fitted_ = True
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of shape (rows, 7 * dates), part by part for each date."""
        check_is_fitted(self)
        seconds = validate_data(
            self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64
        )
        return np.hstack([_parts(column) for column in seconds.T])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return names such as ``signup_month``."""
        given = input_features if input_features is not None else self._given_names()
        return np.array([f"{name}_{part}" for name in given for part in PARTS], dtype=object)

    def _given_names(self) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        return [f"x{i}" for i in range(self.n_features_in_)] if names is None else list(names)


def _parts(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    missing = ~np.isfinite(seconds)
    whole = np.floor(np.where(missing, 0, seconds))  # a cast alone would round towards 1970
    moment = whole.astype("datetime64[s]")
    days, months, years = (moment.astype(f"datetime64[{unit}]") for unit in "DMY")
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    columns = [
        years.astype(np.int64) + 1970,
        months.astype(np.int64) % 12 + 1,
        (days - months).astype(np.int64) + 1,
        weekday,
        (days - years).astype(np.int64) + 1,
        whole % _DAY // 3600,
        seconds,
    ]
    table = np.column_stack(columns).astype(np.float64)
    table[missing] = np.nan
    return table
