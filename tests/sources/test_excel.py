"""Sheets of Excel workbooks."""

import sys

import openpyxl
import pandas as pd
import pytest

from engine.sources import Asked
from tests.sources.refused import refused


def book(folder, sheets, name="b.xlsx"):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(folder / name)
    return name


ROWS = [
    [None, None, None, None],
    ["n", "x ", "when", "t"],
    [1, 1.5, pd.Timestamp("2024-01-31 12:00").to_pydatetime(), "a"],
    [None, None, None, None],
    [2, None, pd.Timestamp("2024-02-01").to_pydatetime(), "#N/A"],
]


def test_the_first_row_is_the_header_and_empty_rows_are_none(folder):
    found = Asked(book(folder, {"only": ROWS})).read()
    expected = pd.DataFrame(
        {
            "n": [1, 2],
            "x": [1.5, None],
            "when": pd.array(["2024-01-31 12:00", "2024-02-01"], "datetime64[us]"),
            "t": pd.array(["a", None], "str"),
        }
    )
    pd.testing.assert_frame_equal(found, expected)
    assert [len(chunk) for chunk in Asked("b.xlsx").chunks(1)] == [1, 1]


def test_one_of_several_sheets_is_named(folder):
    name = book(folder, {"March": ROWS, "April": [["n"], [3]]})
    assert refused(name) == (
        "b.xlsx: the workbook has several sheets: March, April\n"
        "    name one behind the file: b.xlsx#March"
    )
    assert Asked(f"{name}#April").read().n.tolist() == [3]
    assert "there is no sheet 'Aprill'\n    did you mean 'April'?" in refused(f"{name}#Aprill")


def test_what_cannot_be_read_is_said(folder):
    assert "the sheet has no rows" in refused(book(folder, {"a": [["n"]]}))
    assert "the column name 'n' stands twice" in refused(book(folder, {"a": [["n", "n"], [1, 2]]}))
    content = (folder / "b.xlsx").read_bytes()
    for broken in (content[:-100], content[:200], b"PK\x03\x04 no", b"text"):
        (folder / "b.xlsx").write_bytes(broken)
        assert refused("b.xlsx").startswith("b.xlsx: this is not a whole Excel file: ")


def test_without_openpyxl_the_extra_is_named(folder, monkeypatch):
    name = book(folder, {"only": ROWS})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert refused(name) == (
        "Excel files are read with openpyxl, which is not installed\n"
        "    pip install 'recipe-engine[excel]'"
    )


@pytest.mark.parametrize("name", ["2024.XLSX", "b.xlsx#My sheet"])
def test_the_sheet_is_no_ending(name):
    assert Asked(name).kind == "excel"
