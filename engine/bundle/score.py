"""Score a source of any length into a file, chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from engine.bundle.derive import Failed
from engine.bundle.load import Answer, Bundle, Read
from engine.bundle.sink import sink
from engine.contracts import Source
from engine.errors import Fault, InputError

CHUNK = 50_000


@dataclass
class Counts:
    """What was scored: rows, and unseen categories by column and value.

    Attributes
    ----------
    lost : Counter
        By column, numbers that are infinite or too large, and were taken as missing.
    failed : dict
        By column and reason, rows for which formulas have no value.
    without_id : bool
        Whether the bundle has an id column that the source lacks.
    """

    rows: int = 0
    without_id: bool = False
    lost: Counter[str] = field(default_factory=Counter)
    failed: dict[tuple[str, str], Failed] = field(default_factory=dict)
    unseen: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, rows: int, unseen: dict[str, dict[str, int]]) -> None:
        """Take note of one chunk."""
        self.rows += rows
        for column, values in unseen.items():
            self.unseen.setdefault(column, Counter()).update(values)

    def add_failed(self, failed: Iterable[Failed]) -> None:
        """Take note of rows for which formulas have no value; the first row stays the first."""
        for new in failed:
            key = (new.column, new.what)
            old = self.failed.get(key)
            self.failed[key] = replace(old, rows=old.rows + new.rows) if old else new


def score(bundle: Bundle, source: Source, spec: str, output: Path, chunk: int = CHUNK) -> Counts:
    """Predict every row of a source, in order.

    Chunks are predicted one by one, but for a bundle whose features look at earlier rows: these may
    stand anywhere in the source, so all of its rows are read, and kept as numbers, beforehand. The
    output takes its name when it is whole.

    Raises
    ------
    InputError
        If the rows do not keep the input contract, or the output cannot be written.
    """
    _refuse_clashes(bundle, spec, output)
    counts = Counts()
    with sink(output) as writer:
        for answer in _answers(bundle, source.chunks(spec, chunk)):
            writer.write(answer.predictions)
            counts.without_id = bundle.id is not None and bundle.id not in answer.predictions
            counts.lost.update(answer.lost)
            counts.add_failed(answer.failed)
            reported = answer.unseen if bundle.contract.unseen == "warn" else {}
            counts.add(len(answer.predictions), reported)
    return counts


def _answers(bundle: Bundle, chunks: Iterable[pd.DataFrame]) -> Iterator[Answer]:
    read = _read(bundle, chunks)
    if bundle.model.looks_back:
        yield from bundle.answers(list(read))
        return
    for part in read:
        yield from bundle.answers([part])


def _read(bundle: Bundle, chunks: Iterable[pd.DataFrame]) -> Iterator[Read]:
    first_row = 0
    for frame in chunks:
        yield bundle.read(frame, first_row)
        first_row += len(frame)


def _refuse_clashes(bundle: Bundle, spec: str, output: Path) -> None:
    """Refuse to write over the input, or two columns of one name."""
    if output.exists() and Path(spec).exists() and output.samefile(spec):
        hint = "give --output another name"
        raise InputError(Fault("is the input itself, and would be overwritten", str(output), hint))
    made = {"prediction", *(f"probability_{label}" for label in bundle.classes)}
    if bundle.id in made:
        hint = "rename the column, and train again"
        message = f"the id column {bundle.id!r} is called like a column of the predictions"
        raise InputError(Fault(message, hint=hint))
