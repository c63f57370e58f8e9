"""How differently a model may treat the groups of a column."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from engine.recipe.part import Part

Share = Annotated[float, Field(ge=0, le=1)]


class GapLimits(Part):
    """The most that groups may differ by, of shares from 0 to 1."""

    demographic_parity: Share | None = None
    """Of all rows, the share that is predicted positive."""
    equal_opportunity: Share | None = None
    """Of the rows that are positive, the share that is predicted so."""
    equalized_odds: Share | None = None
    """That share, or the one of the rows that are not positive, whichever differs more."""

    def given(self) -> dict[str, float]:
        """Return those that are limited."""
        return self.model_dump(exclude_none=True)


def _gap(value: Any) -> Any:
    """Read a number alone as the most by which the shares predicted positive may differ."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"demographic_parity": value} if is_number else value


Gap = Annotated[GapLimits, BeforeValidator(_gap)]
