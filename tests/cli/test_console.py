import io
import json
import math
import re
import sys

import pytest

from engine.cli import console

LONG = "word " * 60


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def as_terminal(monkeypatch):
    """Make standard output a terminal of 60 columns; called within a test, as pytest swaps it."""

    def make() -> Terminal:
        out = Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setenv("COLUMNS", "60")
        monkeypatch.setenv("TERM", "xterm")
        return out

    return make


ROWS = [("a", 1, LONG), ("[bold]b[/]", 22, "short")]


def test_a_row_is_one_line_where_nobody_looks(capsys):
    console.table("Title", ["name", "count>", "about"], ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert LONG.strip() in lines[2]
    assert lines[3].split() == ["[bold]b[/]", "22", "short"]
    assert all(line == line.rstrip() for line in lines)


def test_a_terminal_is_not_overrun(as_terminal):
    terminal = as_terminal()
    console.table("", ["name", "count>", "about"], ROWS)
    console.facts([("label", LONG)])
    console.prose(LONG, indent=2, hang=2)
    lines = re.sub("\x1b[^m]*m", "", terminal.getvalue()).splitlines()
    assert 50 < max(map(len, lines)) <= 60


def test_a_title_may_be_wider_than_its_table(capsys):
    console.table("Columns: 1 left out, 4 [numbers]", ["kind"], [["x"]])
    assert capsys.readouterr().out.splitlines()[0] == "Columns: 1 left out, 4 [numbers]"


def test_a_path_is_never_broken(as_terminal):
    terminal = as_terminal()
    console.line("/".join(["folder"] * 20))
    assert terminal.getvalue().count("\n") == 1


def test_colour_only_where_it_is_wanted(as_terminal, monkeypatch):
    terminal = as_terminal()
    console.line("told", "red")
    assert "\x1b[31" not in terminal.getvalue()  # NO_COLOR is set for all tests
    monkeypatch.delenv("NO_COLOR")
    console.line("told", "red")
    assert "\x1b[31" in terminal.getvalue()


def test_a_cell_cannot_break_its_row(capsys):
    console.table("", ["name"], [("two\nlines\x1b[31m",)])
    assert r"two\nlines\x1b[31m" in capsys.readouterr().out


def test_json_is_pure(capsys):
    console.as_json({"a": [math.nan, math.inf, 1.5], "ü": (None,)})
    out = capsys.readouterr().out
    assert json.loads(out, parse_constant=pytest.fail) == {"a": [None, None, 1.5], "ü": [None]}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "unknown"), (1.23, "1.2 s"), (75, "75 s"), (600, "10 min"), (9000, "2.5 h")],
)
def test_durations(seconds, text):
    assert console.duration(seconds) == text
