"""The parts of a recipe that pick, type, clean and sample the rows of its source."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from engine.recipe.part import Part

Kind = Literal["number", "category", "date", "boolean", "text"]
Kept = Literal["number", "category", "date", "boolean", "text", "keep", "drop"]
Scalar = str | int | float | bool | None


def texts_as_keys(value: Any) -> Any:
    """Keys as texts, which find the same values: YAML reads ``-1:`` as a number."""
    if not isinstance(value, dict):
        return value
    return {str(k).lower() if isinstance(k, bool) else str(k): v for k, v in value.items()}


Replacements = Annotated[
    dict[str, Scalar],
    BeforeValidator(texts_as_keys),
    WithJsonSchema({"type": "object", "additionalProperties": {}}),
]


class ColumnType(Part):
    """What the values of a column are to be read as."""

    type: Kind
    """number, category, date, boolean or text."""
    format: Annotated[str, Field(min_length=1)] | None = None
    """How its dates are written, in the codes of strptime: `"%d.%m.%Y"`; else ISO 8601."""
    unit: Literal["s", "ms", "us", "ns"] | None = None
    """Its dates are numbers: so many of these since 1970."""
    invalid: Literal["fail", "missing"] = "fail"
    """What becomes of a value that is not of the type."""


class Clean(Part):
    """Rules for values, in the order trim, null_values, replace; then rules for rows."""

    trim: bool | list[str] = False
    """Take the blanks around texts off: in all columns, or in those of a list."""
    null_values: list[Scalar] | dict[str, list[Scalar]] = []
    """Values that stand for missing ones: a list for all columns, or lists by column."""
    replace: dict[str, Replacements] = {}
    """By column, what to put in the place of which value; null makes it missing."""
    where: Annotated[str, Field(min_length=1)] | None = None
    """Keep the rows for which a formula holds: `age >= 18 and country in ('DE', 'AT')`. In training
    alone."""
    drop_duplicates: bool | list[str] = False
    """Of those, keep the first of rows that are equal in all columns, or in those of a list. In
    training alone."""


class Sample(Part):
    """A part of the rows, drawn at random."""

    rows: Annotated[int, Field(ge=1)] | None = None
    """How many."""
    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Or which share of them."""
    seed: int = 0
    """Drives the draw alone."""
    stratify: bool = True
    """Keep the shares of the target's classes, where it has classes."""
