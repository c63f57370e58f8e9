"""What every source must keep; ``CHECKS`` are called with the name of a catalogue entry.

A row of the catalogue may have an ``example`` that can be read anywhere; for other sources a file
is written by its ending (:data:`WRITERS`); :data:`ELSEWHERE` makes those that read no file.
"""

from __future__ import annotations

import os
import sqlite3
import string
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pandas as pd

from engine import catalogue
from engine.errors import DataError, Fault
from engine.sources import Asked, kind_of
from engine.testing import served

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


def example(name: str, folder: Path) -> Asked:
    """Return what to ask for some rows; a file is written to ``folder`` where one is read."""
    row = catalogue.rows("sources")[name]
    if "example" in row:
        return Asked(str(row["example"]))
    if name in ELSEWHERE:
        return ELSEWHERE[name](folder)
    ending = row["patterns"][0].removeprefix("*")
    assert ending in WRITERS, f"give the row {name!r} an example, or {ending!r} a writer here"
    path = folder / f"example{ending}"
    WRITERS[ending](_FRAME, path)
    return Asked(str(path))


def _of_database(folder: Path) -> Asked:
    path = folder / "example.db"
    with closing(sqlite3.connect(path)) as database:
        _FRAME.to_sql("example", database, index=False, if_exists="replace")
    return Asked(f"sqlite:///{path}", "example")


def _of_tables(folder: Path) -> Asked:
    tables = {"rows": example("csv", folder), "wines": Asked("sklearn:wine")}
    query = "SELECT r.*, most FROM rows r, (SELECT max(alcohol) AS most FROM wines) ORDER BY count"
    return Asked(tables=tables, query=query)


def _of_web(folder: Path) -> Asked:
    server = _UP.enter_context(served.web(folder))
    return Asked(f"{server.url}/{Path(example('csv', folder).address).name}")


def _of_bucket(folder: Path) -> Asked:
    files = _UP.enter_context(served.bucket())
    files.put(example("csv", folder).address, "bucket/a/example.csv")
    os.environ["AWS_ENDPOINT_URL"] = files.url
    return Asked("s3://key:secret@bucket/a/*.csv")


_UP = ExitStack()  # servers stay up until the checks' process ends
ELSEWHERE: Mapping[str, Callable[[Path], Asked]] = {
    "database": _of_database,
    "tables": _of_tables,
    "http": _of_web,
    "s3": _of_bucket,
}
"""Examples of sources that read no file of their own."""


def check_row(name: str, folder: Path) -> None:
    """Its row says what it is for, and its patterns lead to it."""
    row = catalogue.rows("sources")[name]
    assert row["about"].endswith(".")
    assert example(name, folder).kind == name
    for pattern in row["patterns"]:
        some = "some" if ":" in pattern else "folder/some"
        assert kind_of(pattern.replace("*", some)) == name
        if row.get("packed"):
            assert kind_of(pattern.replace("*", some) + ".gz") == name


def check_read(name: str, folder: Path) -> None:
    """There are rows, numbered from 0, in columns with names of their own."""
    frame = example(name, folder).read()
    assert len(frame)
    assert frame.columns.is_unique
    assert all(isinstance(column, str) and column for column in frame.columns)
    assert frame.index.equals(pd.RangeIndex(len(frame)))


def check_same_again(name: str, folder: Path) -> None:
    """The same source gives the same rows."""
    asked = example(name, folder)
    pd.testing.assert_frame_equal(asked.read(), asked.read())


def check_chunks(name: str, folder: Path) -> None:
    """Chunks are the same rows in the same order, no more at a time than asked for."""
    asked = example(name, folder)
    whole = asked.read()
    for rows in (1, 3, len(whole), 10 * len(whole)):
        chunks = list(asked.chunks(rows))
        assert all(0 < len(chunk) <= rows for chunk in chunks)
        assert all(list(chunk) == list(whole) for chunk in chunks)
        joined = pd.concat(chunks, ignore_index=True)
        pd.testing.assert_frame_equal(_as_read(joined, whole), whole)


def check_chunk_types(name: str, folder: Path) -> None:
    """No two chunks disagree about a column's type."""
    chunks = list(example(name, folder).chunks(2))
    assert all(chunk.dtypes.equals(chunks[0].dtypes) for chunk in chunks)


def check_fingerprint(name: str, folder: Path) -> None:
    """The fingerprint is hexadecimal, and the same for the same content."""
    asked = example(name, folder)
    found = asked.fingerprint()
    assert found
    assert all(set(digest) <= set(string.hexdigits) for digest in found.values())
    assert all(len(digest) >= 32 for digest in found.values())
    assert found == asked.fingerprint() == asked.still()


def check_fingerprint_of_change(name: str, folder: Path) -> None:
    """A file whose content changes gets another fingerprint."""
    asked = example(name, folder)
    if (path := Path(asked.address)).is_file():
        before = asked.fingerprint()
        path.write_bytes(path.read_bytes() + b"\n")
        assert asked.fingerprint() != before


def check_absent(name: str, folder: Path) -> None:
    """What does not exist is refused by each of the functions, with advice."""
    asked = _absent(name)
    calls: list[Callable[[], object]] = [
        asked.read,
        lambda: list(asked.chunks(10)),
        asked.fingerprint,
    ]
    for call in calls:
        faults: tuple[Fault, ...] = ()
        try:
            call()
        except DataError as error:
            faults = error.faults
        assert faults, f"{asked} was not refused"
        assert all(fault.hint for fault in faults)


def _absent(name: str) -> Asked:
    row = catalogue.rows("sources")[name]
    takes = row.get("takes", ())
    query = "absent" if "query" in takes else ""
    if "tables" in takes:
        return Asked(tables={"absent": Asked("no/absent.csv")}, query=query)
    pattern = row["patterns"][0]
    return Asked(pattern.replace("*", "absent" if ":" in pattern else "no/absent"), query)


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


def _as_read(chunks: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Give the columns, which may be text yet, the types that ``read`` found."""
    return chunks.astype(whole.dtypes.to_dict())
