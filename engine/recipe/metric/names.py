"""The types of the keys that name metrics: any of a metric's forms is read as its name."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.recipe.metric.measured import MEASURED
from engine.recipe.metric.read import RefusedError, read


def _refused(text: str) -> PydanticCustomError:
    return PydanticCustomError("metric", "{text}", {"text": text})


def _metric(value: Any) -> Any:
    """Read a metric in any of its forms as its name."""
    if value == "auto" or not isinstance(value, str | dict):
        return value
    try:
        return read(value).name
    except RefusedError as refusal:
        raise _refused(str(refusal)) from None


def _objectives(value: Any) -> Any:
    """Read one metric as its name, and several, or what is measured beside them, as a list."""
    if not isinstance(value, list | tuple):
        return value if value in list(MEASURED) else _metric(value)
    names = [one if one in list(MEASURED) else _metric(one) for one in value]
    if not all(isinstance(one, str) for one in names):
        raise _refused("a list of names")
    return names[0] if len(names) == 1 else names


MetricName = Annotated[str, BeforeValidator(_metric), WithJsonSchema({"type": "string"})]
Objectives = Annotated[
    str | list[str], BeforeValidator(_objectives), WithJsonSchema({"type": "string"})
]
