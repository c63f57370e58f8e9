"""What every source must keep; ``CHECKS`` are called with the name of a catalogue entry.

A row of the catalogue may have an ``example`` that can be read anywhere; for other sources a file
is written by its ending (:data:`WRITERS`).
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from engine import catalogue
from engine.contracts import Source
from engine.errors import DataError, Fault
from engine.sources import kind_of

WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], object]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".json": lambda frame, path: frame.to_json(path, orient="records"),
    ".feather": lambda frame, path: frame.to_feather(path),
    ".xlsx": lambda frame, path: frame.to_excel(path, index=False),
}

_FRAME = pd.DataFrame(
    {
        "amount": [1.5, -2.0, None, 4.25, 1e-9, 6.0, 0.0],
        "count": [1, 2, 3, 4, 5, 6, 7],
        "kind": ["a", "b, c", None, "d\ne", "ü", 'say "f"', "g"],
        "day": ["2024-01-0" + digit for digit in "1234567"],
    }
)


def example(name: str, folder: Path) -> str:
    """Return a spec of some rows; a file is written to ``folder`` where it takes one."""
    row = catalogue.rows("sources")[name]
    if "example" in row:
        return str(row["example"])
    ending = row["patterns"][0].removeprefix("*")
    assert ending in WRITERS, f"give the row {name!r} an example, or {ending!r} a writer here"
    path = folder / f"example{ending}"
    WRITERS[ending](_FRAME, path)
    return str(path)


def check_row(name: str, folder: Path) -> None:
    """Its row says what it is for, and its patterns lead to it."""
    row = catalogue.rows("sources")[name]
    assert row["about"].endswith(".")
    assert kind_of(example(name, folder)) == name
    for pattern in row["patterns"]:
        assert kind_of(pattern.replace("*", "folder/some")) == name


def check_read(name: str, folder: Path) -> None:
    """There are rows, numbered from 0, in columns with names of their own."""
    frame = _source(name).read(example(name, folder))
    assert len(frame)
    assert frame.columns.is_unique
    assert all(isinstance(column, str) and column for column in frame.columns)
    assert frame.index.equals(pd.RangeIndex(len(frame)))


def check_same_again(name: str, folder: Path) -> None:
    """The same source gives the same rows."""
    spec = example(name, folder)
    pd.testing.assert_frame_equal(_source(name).read(spec), _source(name).read(spec))


def check_chunks(name: str, folder: Path) -> None:
    """Chunks are the same rows in the same order, no more at a time than asked for."""
    spec = example(name, folder)
    whole = _source(name).read(spec)
    for rows in (1, 3, len(whole), 10 * len(whole)):
        chunks = list(_source(name).chunks(spec, rows))
        assert all(0 < len(chunk) <= rows for chunk in chunks)
        assert all(list(chunk) == list(whole) for chunk in chunks)
        joined = pd.concat(chunks, ignore_index=True)
        pd.testing.assert_frame_equal(_as_read(joined, whole), whole)


def check_chunk_types(name: str, folder: Path) -> None:
    """No two chunks disagree about a column's type."""
    chunks = list(_source(name).chunks(example(name, folder), 2))
    assert all(chunk.dtypes.equals(chunks[0].dtypes) for chunk in chunks)


def check_fingerprint(name: str, folder: Path) -> None:
    """The fingerprint is hexadecimal, and the same for the same content."""
    spec = example(name, folder)
    found = _source(name).fingerprint(spec)
    assert found
    assert all(set(digest) <= set(string.hexdigits) for digest in found.values())
    assert all(len(digest) >= 32 for digest in found.values())
    assert found == _source(name).fingerprint(spec)


def check_fingerprint_of_change(name: str, folder: Path) -> None:
    """A file whose content changes gets another fingerprint."""
    spec = example(name, folder)
    if (path := Path(spec)).exists():
        before = _source(name).fingerprint(spec)
        path.write_bytes(path.read_bytes() + b"\n")
        assert _source(name).fingerprint(spec) != before


def check_absent(name: str, folder: Path) -> None:
    """What does not exist is refused by each of the functions, with advice."""
    row = catalogue.rows("sources")[name]
    spec = row["patterns"][0].replace("*", "absent" if ":" in row["patterns"][0] else "no/absent")
    source = _source(name)
    calls: list[Callable[[], object]] = [
        lambda: source.read(spec),
        lambda: list(source.chunks(spec, 10)),
        lambda: source.fingerprint(spec),
    ]
    for call in calls:
        faults: tuple[Fault, ...] = ()
        try:
            call()
        except DataError as error:
            faults = error.faults
        assert faults, f"{spec!r} was not refused"
        assert all(fault.hint for fault in faults)


CHECKS = (
    check_row,
    check_read,
    check_same_again,
    check_chunks,
    check_chunk_types,
    check_fingerprint,
    check_fingerprint_of_change,
    check_absent,
)


def _source(name: str) -> Source:
    found: Source = catalogue.find("sources", name)
    return found


def _as_read(chunks: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Give the columns, which may be text yet, the types that ``read`` found."""
    return chunks.astype(whole.dtypes.to_dict())
