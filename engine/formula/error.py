"""A formula that cannot be read, or that does not fit its columns."""

from __future__ import annotations

from engine.errors import EngineError, Fault

SHOWN = 60
"""How many letters of a long formula are shown around the place."""


class FormulaError(EngineError):
    """A fault of a formula.

    Attributes
    ----------
    position : int
        Of the letter that the fault is about, counted from 0.
    """

    def __init__(self, message: str, text: str, position: int = 0, hint: str = "") -> None:
        self.position = position
        advice = f"{_marked(text, position)}\n    {hint}" if hint else _marked(text, position)
        super().__init__(Fault(message, hint=advice))


def _marked(text: str, position: int) -> str:
    """Show the formula with a caret under the place."""
    start = max(0, min(position, len(text)) - SHOWN // 2)
    shown = "".join(c if c.isprintable() else " " for c in text[start : start + SHOWN])
    before = "... " if start else ""
    after = " ..." if start + SHOWN < len(text) else ""
    return f"{before}{shown}{after}\n    {' ' * (len(before) + position - start)}^"
