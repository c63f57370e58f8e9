"""What a run would take a column for, asked of one column at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.draft import Found
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def readable(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Found]]:
    """Return values that are made of others as texts, and what is said of such columns."""
    from engine.bundle.values import texts
    from engine.steps import nested

    told = {str(name): nested.told(values) for name, values in frame.items()}
    found = {name: Found(name, "unusable", what) for name, what in told.items() if what}
    return frame.assign(**{name: texts(frame[name]) for name in found}), found


def taken_for(frame: pd.DataFrame, name: str) -> Found:
    """Say what a run would take a column for; ``unusable`` where it would refuse it."""
    from engine.steps.columns import roles  # pandas takes a second to import

    try:
        role = roles(frame[[name]])[0]
    except DataError as error:
        message = error.faults[0].message
        return Found(name, "unusable", message.removeprefix(f"the column {name!r} "))
    return Found(name, role.column.kind if role.column else None, role.reason)
