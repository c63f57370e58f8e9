"""The parts of a model family's row: what its classes deal with, and what they can be told."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from engine.recipe.dataset import texts_as_keys
from engine.recipe.part import Part

ClassWeights = Annotated[
    Literal["balanced"] | dict[str, Annotated[float, Field(ge=0)]] | None,
    BeforeValidator(texts_as_keys),
]


class Native(Part):
    """What a model family deals with by itself."""

    missing: bool = False
    """Missing values need no imputation."""
    categories: bool = False
    """Categories need no encoding."""
    sparse: bool = False
    """Sparse matrices are accepted."""


class EarlyStopping(Part):
    """Stop adding rounds when an inner validation set stops improving."""

    rounds: Annotated[int, Field(ge=1)] = 50
    """Rounds without improvement before stopping."""
    validation: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of the fold's training rows that is watched."""


class Takes(Part):
    """What the classes of a model family can be told."""

    weights: bool | None = None
    """Whether rows may weigh differently; looked up by class if not given."""
    monotone: str | None = None
    """The parameter that takes the sign of each column; null where there is none."""
    gpu: dict[str, Any] = {}
    """Parameters that let it use a GPU; empty where it cannot."""


class Objective(Part):
    """What a family's class calls an objective."""

    regressor: str | None = None
    """Its class, where it has one of its own."""
    params: dict[str, Any] = {}
    """Its parameters; `{quantile}` and `{power}` stand for the family's numbers."""
