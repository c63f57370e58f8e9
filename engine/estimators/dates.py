"""Dates as numbers that a model can use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.estimators.columnwise import Columnwise

_DAY = 86400.0
Vector = NDArray[Any]


class DateParts(Columnwise):
    """Expand dates, given as seconds since 1970, into calendar parts and cycles.

    A missing date gives missing parts.

    Parameters
    ----------
    parts : list of str
        Of year, quarter, month (1-12), day (1-31), weekday (0 is Monday), weekend (0 or 1),
        day_of_year (1-366), hour (0-23), minute, and the seconds themselves.
    cycles : list of str
        Of day, week, month and year: where on it a date lies, as the sine and cosine of an angle,
        so that its end is as near to its beginning as any two neighbours.
    """

    def __init__(
        self,
        parts: Sequence[str] = (
            "year", "month", "day", "weekday", "day_of_year", "hour", "seconds",
        ),
        cycles: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.parts = parts
        self.cycles = cycles

    def fit(self, X: Any, y: object = None) -> DateParts:
        """Learn the number of columns; ``X`` has the shape (rows, dates).

        Raises
        ------
        ValueError
            If a part or cycle is not known, or none is asked for.
        """
        for asked, known in ((self.parts, PARTS), (self.cycles, CYCLES)):
            if strange := [name for name in asked if name not in known]:
                raise ValueError(f"dates have no {strange[0]!r}; known: {', '.join(known)}")
        if not self.parts and not self.cycles:
            raise ValueError("of dates neither parts nor cycles are asked for")
        self._learnt_from(X)
        self.is_fitted_ = True
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return an array of shape (rows, dates times what each gives), date by date."""
        return np.hstack([self._expanded(column) for column in self._given(X).T])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return names such as ``signup_month`` and ``signup_week_sin``."""
        given = input_features if input_features is not None else self._given_names()
        ends = [*self.parts, *(f"{c}_{side}" for c in self.cycles for side in ("sin", "cos"))]
        return np.array([f"{name}_{end}" for name in given for end in ends], dtype=object)

    def _given_names(self) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        return [f"x{i}" for i in range(self.n_features_in_)] if names is None else list(names)

    def _expanded(self, seconds: Vector) -> Vector:
        missing = ~np.isfinite(seconds)
        moment = _Moment(np.where(missing, 0, seconds))
        columns = [PARTS[name](moment) for name in self.parts]
        for name in self.cycles:
            angle = 2 * np.pi * CYCLES[name](moment)
            columns += [np.sin(angle), np.cos(angle)]
        table = np.column_stack(columns).astype(np.float64)
        table[missing] = np.nan
        return table


class _Moment:
    """A column of dates, and the beginnings of their days, months and years."""

    def __init__(self, seconds: Vector) -> None:
        self.seconds = seconds
        self.whole = np.floor(seconds)  # a cast alone would round towards 1970
        stamp = self.whole.astype("datetime64[s]")
        self.days, self.months, self.years = (stamp.astype(f"datetime64[{u}]") for u in "DMY")

    @property
    def weekday(self) -> Vector:
        return (self.days.astype(np.int64) + 3.0) % 7  # 1970-01-01 was a Thursday

    @property
    def month(self) -> Vector:
        return self.months.astype(np.int64) % 12 + 1.0

    @property
    def of_day(self) -> Vector:
        return self.seconds % _DAY / _DAY

    def since(self, beginning: NDArray[Any]) -> Vector:
        """Days since the first day of the month or year."""
        days: Vector = (self.days - beginning.astype("datetime64[D]")).astype(np.float64)
        return days

    def length(self, beginning: NDArray[Any]) -> Vector:
        """Days of the month or year."""
        return self.since(beginning) - self.since(beginning + 1)


PARTS: dict[str, Callable[[_Moment], Vector]] = {
    "year": lambda m: m.years.astype(np.int64) + 1970.0,
    "quarter": lambda m: (m.month - 1) // 3 + 1,
    "month": lambda m: m.month,
    "day": lambda m: m.since(m.months) + 1,
    "weekday": lambda m: m.weekday,
    "weekend": lambda m: (m.weekday >= 5).astype(np.float64),
    "day_of_year": lambda m: m.since(m.years) + 1,
    "hour": lambda m: m.whole % _DAY // 3600,
    "minute": lambda m: m.whole % 3600 // 60,
    "seconds": lambda m: m.seconds,
}
CYCLES: dict[str, Callable[[_Moment], Vector]] = {
    "day": lambda m: m.of_day,
    "week": lambda m: (m.weekday + m.of_day) / 7,
    "month": lambda m: (m.since(m.months) + m.of_day) / m.length(m.months),
    "year": lambda m: (m.since(m.years) + m.of_day) / m.length(m.years),
}
