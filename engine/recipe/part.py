"""What all parts of a recipe's schema are made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError


def _refuse(value: Any) -> Any:
    if value is not None:
        raise PydanticCustomError("not_yet", "not available yet")
    return value


NotYet = Annotated[
    Any, BeforeValidator(_refuse), WithJsonSchema({"type": "null", "title": "not available yet"})
]


class Part(BaseModel):
    """A part of a recipe: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
