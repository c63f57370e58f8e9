"""The encoded table of rows beyond memory: decided by a sample, written in parts.

The sample is drawn from the training rows. What a sample may not hold is gathered from all of
these: the levels of categories.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from engine.bundle.derive import Failed
from engine.bundle.input import Column, Contract, encode, with_derived
from engine.bundle.values import is_number, texts
from engine.contracts import Index, Numbers
from engine.errors import DataError, Fault
from engine.steps import held
from engine.steps.columns import NEARLY_ALL, Role, replace_or_drop
from engine.steps.streamed import Numbered, Streamed

MOST_LEVELS = 100_000  # of a column, gathered
NUMBERS = "numbers.npy"


@dataclass(frozen=True)
class Sample:
    """Some of the training rows, with all columns.

    Attributes
    ----------
    of : int
        How many training rows there are.
    levels : mapping
        By column of text, all values that it has in any of these; but for columns of too many.
    """

    frame: pd.DataFrame
    of: int
    levels: Mapping[str, frozenset[str]]

    @property
    def is_part(self) -> bool:
        return len(self.frame) < self.of

    def widened(self, role: Role) -> Role:
        """Return a category with all levels of the training rows.

        So is a text of which the sample holds one value alone, or hardly one twice, and all rows
        do not.
        """
        known = self.levels.get(role.name, frozenset())
        if role.column is None:
            if not 1 < len(known) <= NEARLY_ALL * self.of:
                return role
        elif role.column.kind != "category":
            return role
        levels = tuple(sorted(known.union(role.column.levels if role.column else ())))
        if role.column and len(levels) == len(role.column.levels):
            return role
        column = Column(role.name, "category", levels)
        return Role(role.name, column, f"{len(levels):,} different texts")


def sample(dataset: Streamed, train: Index) -> Sample:
    """Go through the rows; draw some of the training rows, and gather what texts all of them hold.

    Parameters
    ----------
    train : ndarray of int
        Places of the training rows among all that are left.
    """
    rows = np.sort(train)
    chosen = rows[held.drawn(len(rows), len(dataset.facts.columns))]
    found: list[pd.DataFrame] = []
    levels: dict[str, set[str] | None] = {}
    for part in dataset.parts():
        found.append(part.frame.iloc[part.among(chosen)])
        if len(chosen) < len(rows):
            _gather(part.frame.iloc[part.among(rows)], levels)
    kept = {name: frozenset(values) for name, values in levels.items() if values is not None}
    return Sample(pd.concat(found), len(rows), kept)


def _gather(frame: pd.DataFrame, levels: dict[str, set[str] | None]) -> None:
    """Add the texts of a part; a column of too many has none, as it is none to know them all of."""
    for name, values in frame.items():
        known = levels.setdefault(str(name), set())
        if known is None or is_number(values.dtype) or values.dtype.kind == "M":
            continue
        known.update(texts(values.dropna()).unique())
        if len(known) > MOST_LEVELS:
            levels[str(name)] = None


@dataclass
class Written:
    """A table of numbers on disk, and what was strange about the rows.

    Attributes
    ----------
    lost : Counter
        By column, values that are infinite or too large.
    failed : dict
        By derived column and what went wrong, for which rows.
    unseen : Counter
        By column, values that are no known level.
    """

    numbers: Numbers
    lost: Counter[str] = field(default_factory=Counter)
    failed: dict[tuple[str, str], Failed] = field(default_factory=dict)
    unseen: Counter[str] = field(default_factory=Counter)


def write(dataset: Streamed, contract: Contract, folder: Path) -> Written:
    """Encode all rows, part by part, into a file that is mapped into memory.

    Raises
    ------
    InputError
        If a value is not what its column was taken for; names the row.
    """
    shape = (dataset.facts.rows, len(contract.columns))
    mapped = np.lib.format.open_memmap(folder / NUMBERS, "w+", np.float64, shape)
    found = Written(mapped)
    for part in dataset.parts():
        _write(found, part, contract)
    mapped.flush()
    return found


def _write(found: Written, part: Numbered, contract: Contract) -> None:
    numbers_of = part.frame.index.to_numpy()
    frame, failed = with_derived(part.frame, contract.derive, numbers_of, replace_or_drop)
    plain = Contract(contract.columns, "accept")
    encoded = encode(frame, plain, advise=replace_or_drop, numbers_of=numbers_of)
    found.numbers[part.first : part.first + len(frame)] = encoded.frame.to_numpy()
    found.lost.update(encoded.lost)
    found.unseen.update({name: sum(counts.values()) for name, counts in encoded.unseen.items()})
    for one in failed:
        before = found.failed.get((one.column, one.what))
        if before is not None:
            one = replace(before, rows=before.rows + one.rows)
        found.failed[one.column, one.what] = one


def require_no_text(found: Sequence[Role]) -> None:
    """Raise DataError if a column holds free text, which does not become a number."""
    names = [role.name for role in found if role.column and role.column.kind == "text"]
    if names:
        listed = ", ".join(map(repr, names))
        message = f"free text is held in memory alone, and rows are on disk: {listed}"
        hint = f"leave it out (data.drop), declare it as a category (data.columns), or {held.BACK}"
        raise DataError(Fault(message, held.KEY, hint))


def told(taken: Sample, written: Written) -> list[str]:
    """Return what is to be told of a table whose columns were decided by a sample."""
    if not taken.is_part:
        return []
    texts_ = [f"what columns are is decided by {len(taken.frame):,} of {taken.of:,} training rows"]
    if written.unseen:
        listed = ", ".join(f"{name} ({count:,})" for name, count in written.unseen.most_common(5))
        texts_.append(f"values that no training row looked at has are taken as missing: {listed}")
    return texts_
