"""The part of a recipe that says what must hold for the rows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from engine.recipe.dataset import Scalar
from engine.recipe.durations import Duration
from engine.recipe.part import Part

Severity = Literal["warn", "fail"]
Bound = int | float | str


class Missing(Part):
    """How many values may be missing."""

    max: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The largest share of them; none if not given."""


class Values(Part):
    """What must hold for the values of a column that are not missing."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=False)

    type: Literal["number", "integer", "date", "boolean", "text"] | None = None
    """What every value must read as; text is neither number, date nor truth value throughout."""
    min: Bound | None = None
    """The least number, or the earliest date such as 2024-01-31."""
    max: Bound | None = None
    """The largest number, or the latest date; a day is meant to its end."""
    one_of: Annotated[list[Scalar], Field(min_length=1)] | None = Field(None, alias="in")
    """The values that there may be."""
    matches: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """A regular expression (RE2) that the whole value must match."""
    unique: bool = False
    """No value stands twice."""
    missing: Annotated[float, Field(ge=0, le=1)] | Missing | None = None
    """The largest share of values that may be missing: 0 for none, 0.1, or `{max: 0.1}`."""
    severity: Severity | None = None
    """warn or fail; else that of all expectations."""


class Count(Part):
    """How many rows there must be."""

    min: Annotated[int, Field(ge=0)] | None = None
    """At least."""
    max: Annotated[int, Field(ge=0)] | None = None
    """At most."""
    severity: Severity | None = None
    """warn or fail; else that of all expectations."""


class Fresh(Part):
    """How old the newest row may be."""

    column: Annotated[str, Field(min_length=1)]
    """A column of dates."""
    within: Duration
    """Such as 7d or 12h: no longer ago than this."""
    severity: Severity | None = None
    """warn or fail; else that of all expectations."""


class Relation(Part):
    """What must hold between columns."""

    formula: Annotated[str, Field(min_length=1)]
    """True in each row; a row in which it has no value does not break it."""
    severity: Severity | None = None
    """warn or fail; else that of all expectations."""


class Expect(Part):
    """What must hold for the rows, after `data.clean` and before a sample is drawn.

    Any other key is the name of a column.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Values] = Field(init=False)

    severity: Severity = "fail"
    """What a broken expectation does where it does not say so itself: fail stops before anything
    is searched, warn is told and noted."""
    rows: Count | None = None
    """How many rows there must be."""
    fresh: Fresh | None = None
    """How old the newest row may be."""
    relations: dict[str, Annotated[str, Field(min_length=1)] | Relation] = {}
    """Formulas over columns that must hold in each row, under names of yours:
    `paid_before_left: signup <= churned_at`."""
    columns: dict[str, Values] = {}
    """Columns by name, for those that are called like a key here."""

    @property
    def by_column(self) -> dict[str, Values]:
        """The expectations of all columns."""
        return {**(self.__pydantic_extra__ or {}), **self.columns}
