"""What a run would take a column for, asked of one column at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.draft import Found
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def taken_for(frame: pd.DataFrame, name: str) -> Found:
    """Say what a run would take a column for; ``unusable`` where it would refuse it."""
    from engine.steps.columns import roles  # pandas takes a second to import

    try:
        role = roles(frame[[name]])[0]
    except DataError as error:
        message = error.faults[0].message
        return Found(name, "unusable", message.removeprefix(f"the column {name!r} "))
    return Found(name, role.column.kind if role.column else None, role.reason)
