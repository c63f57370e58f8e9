"""The part of a recipe that names the tables of a query."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from engine.recipe.part import Part


class Table(Part):
    """A table that is the answer of a database."""

    source: Annotated[str, Field(min_length=1)]
    """An URL of a database, or whatever `data.source` may be."""
    query: Annotated[str, Field(min_length=1)] | None = None
    """What the database is asked: one SELECT, or a table's name."""


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=60)]
Tables = dict[Name, Annotated[str, Field(min_length=1)] | Table]
