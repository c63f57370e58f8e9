"""What can go wrong, said so that a person can mend it.

Every error that a user can cause is an :class:`EngineError`: a list of faults, each naming the
place, what was found and what to do next. The command line prints them and exits with
``exit_code``; anything else that escapes is a bug of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing to mend.

    Attributes
    ----------
    message : str
        What was found, and what was expected.
    where : str
        ``file:line``, an override, or a data file; empty where no place can be named.
    hint : str
        What to type or change next; may be empty.
    """

    message: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n    {self.hint}" if self.hint else ""
        return f"{place}{self.message}{advice}"


class EngineError(Exception):
    """An error that a user can mend; carries one or more faults."""

    exit_code = 2

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(Fault(f) if isinstance(f, str) else f for f in faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> EngineError:
        return cls(*faults)


class RecipeError(EngineError):
    """The recipe, or an override of it, cannot be understood."""


class DataError(EngineError):
    """The data cannot be read, or cannot be learnt from as declared."""


class SearchError(EngineError):
    """No candidate could be fitted."""


class BundleError(EngineError):
    """A bundle is damaged, incomplete, or holds what it must not."""


class InputError(EngineError):
    """Rows to predict do not keep the bundle's input contract."""


class NotFoundError(EngineError):
    """A recipe, run, bundle or catalogue entry of that name does not exist."""


class RangeError(ValueError):
    """A text that looks like a range and is none; told as a fault where its place is known."""
