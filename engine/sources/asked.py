"""What is asked of a source: a file or an address, a query, or several tables and a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine import catalogue
from engine.contracts import Source
from engine.errors import Fault, RecipeError
from engine.recipe.file.secrets import masked
from engine.sources.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd

TABLES = "tables"
_MEANT = "name the file under `data.tables`, and what the query calls it: {tables: {NAME: FILE}}"


@dataclass(frozen=True)
class Asked:
    """Rows that somebody asks for; opened when they are looked at.

    Attributes
    ----------
    address : str
        A file, a pattern, an URL, ``sklearn:NAME``; empty where there are tables.
    query : str
        SQL, or the name of a table, for a database; SQL over the tables.
    tables : mapping
        What each table of the query stands for.
    where : str
        The key that asks, for messages.
    """

    address: str = ""
    query: str = ""
    tables: Mapping[str, Asked] = field(default_factory=dict)
    where: str = "data.source"

    @property
    def name(self) -> str:
        """What the rows are called in messages; without a password.

        >>> Asked(tables={"a": Asked("a.csv"), "b": Asked("b.csv")}).name
        'a query over a, b'
        """
        return f"a query over {', '.join(self.tables)}" if self.tables else masked(self.address)

    @cached_property
    def kind(self) -> str:
        """The name of the source that reads them.

        Raises
        ------
        engine.errors.RecipeError
            If there is none, or it takes no query.
        """
        kind = TABLES if self.tables else kind_of(self.address, self.where, self.query)
        if self.query and "query" not in self._takes(kind):
            message = f"a query is for a database or for tables, and {self.name!r} is neither"
            raise RecipeError(Fault(message, self.where, _MEANT))
        return kind

    @property
    def source(self) -> Source:
        """The catalogue's entry, with what else it is to be handed."""
        entry: Source = catalogue.find("sources", self.kind)
        more = {key: getattr(self, key) for key in self._takes(self.kind)}
        return _Bound(entry, more) if more else entry

    def fingerprint(self) -> dict[str, str]:
        """Return a hash for each file, table or answer that the rows come from."""
        return self.source.fingerprint(self.address)

    def still(self) -> dict[str, str]:
        """Return the fingerprint of what was read, if that can have changed since; else the same.

        A source that reads a copy, and hashes that, says so with a function of this name.
        """
        source = self.source
        again = getattr(source, "still", source.fingerprint)
        found: dict[str, str] = again(self.address)
        return found

    def read(self) -> pd.DataFrame:
        """Return all rows."""
        return self.source.read(self.address)

    def chunks(self, rows: int) -> Iterator[pd.DataFrame]:
        """Yield the rows in order, at most ``rows`` at a time."""
        return self.source.chunks(self.address, rows)

    @staticmethod
    def _takes(kind: str) -> tuple[str, ...]:
        return tuple(catalogue.rows("sources")[kind].get("takes", ()))


@dataclass(frozen=True)
class _Bound:
    """A source that is handed more than an address."""

    entry: Any
    more: Mapping[str, Any]

    def fingerprint(self, spec: str) -> dict[str, str]:
        found: dict[str, str] = self.entry.fingerprint(spec, **self.more)
        return found

    def still(self, spec: str) -> dict[str, str]:
        again = getattr(self.entry, "still", self.entry.fingerprint)
        found: dict[str, str] = again(spec, **self.more)
        return found

    def read(self, spec: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.entry.read(spec, **self.more)
        return frame

    def chunks(self, spec: str, rows: int) -> Iterator[pd.DataFrame]:
        found: Iterator[pd.DataFrame] = self.entry.chunks(spec, rows, **self.more)
        return found
