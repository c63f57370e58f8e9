"""A working folder, the command line called in it, and snapshots of what it prints.

Snapshots lie in ``tests/cli/snapshots``. After a deliberate change of a text, take it over with

    SNAPSHOTS=write .venv/bin/python -m pytest tests/cli

and read the difference with ``git diff`` before it goes in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.cli import main

SNAPSHOTS = Path(__file__).parent / "snapshots"
CSV = "id,size,colour,bought\n" + "".join(
    f"r{i},{i % 7},{'red' if i % 3 else 'blue'},{'yes' if i % 4 == 0 else 'no'}\n"
    for i in range(60)
)
RECIPE = "data:\n  source: shop.csv\n  target: bought\nmodel: [dummy, linear]\n"


@dataclass(frozen=True)
class Ended:
    """What came of a command."""

    code: int
    out: str
    err: str


Engine = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a data file and the recipe ``shop``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.csv").write_text(CSV, "utf-8")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "shop.yaml").write_text(RECIPE, "utf-8")
    return tmp_path


@pytest.fixture
def engine(folder: Path, capsys: pytest.CaptureFixture[str]) -> Engine:
    """Call the command line in the working folder."""

    def call(*words: str) -> Ended:
        code = main(words)
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return call


@pytest.fixture
def snapshot() -> Iterator[Callable[[str, str], None]]:
    """Compare a text with the snapshot of a name, or write it."""

    def compare(name: str, text: str) -> None:
        path = SNAPSHOTS / f"{name}.txt"
        text = re.sub(r"recipe-engine \d[\w.+-]*", "recipe-engine VERSION", text)
        if os.environ.get("SNAPSHOTS") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert path.is_file(), (
            f"no snapshot {name}; SNAPSHOTS=write takes this text as one:\n{text}"
        )
        assert text == path.read_text("utf-8"), "if this is meant: SNAPSHOTS=write pytest tests/cli"

    return compare
