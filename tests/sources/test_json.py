"""Records in JSON."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sources import Asked
from tests.sources.refused import refused

ROWS = [
    {"n": 1, "x": 1.5, "t": "00501", "b": True, "h": None, "m": 1},
    {"n": -2, "x": 2, "t": "é\n", "b": False, "h": 3, "m": "one", "late": 7},
]


def write(folder, name, text):
    (folder / name).write_text(text, "utf-8")
    return name


def both(folder, rows):
    lines = "\n".join(json.dumps(row) for row in rows)
    return write(folder, "d.json", json.dumps(rows, indent=1)), write(folder, "d.jsonl", lines)


def test_types_are_those_of_json(folder):
    for name in both(folder, ROWS):
        found = Asked(name).read()
        kinds = {column: str(found[column].dtype) for column in found}
        assert kinds == {
            "n": "int64", "x": "float64", "t": "str", "b": "bool", "h": "float64", "m": "str",
            "late": "float64",
        }  # fmt: skip
        assert found.t.tolist() == ["00501", "é\n"]
        assert found.m.tolist() == ["1", "one"]
        assert found.late.tolist()[1] == 7
        assert math.isnan(found.late[0])


def test_long_numbers_keep_their_digits(folder):
    rows = [{"whole": 2**60 + 1, "holes": 2**60 + 1, "long": 10**30}, {"whole": 1, "long": 1}]
    for name in both(folder, rows):
        found = Asked(name).read()
        assert found.whole.tolist() == [2**60 + 1, 1]
        assert found.holes[0] == str(2**60 + 1)
        assert found.long.tolist() == [str(10**30), "1"]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False) | st.text()


@given(st.lists(st.fixed_dictionaries({"a": SCALARS, "b": SCALARS}), min_size=1, max_size=12))
def test_lists_and_lines_hold_the_same(tmp_path_factory, rows):
    names = both(tmp_path_factory.mktemp("json"), rows)
    folder = tmp_path_factory.getbasetemp()
    newest = max(folder.glob("json*"), key=lambda path: path.stat().st_mtime_ns)
    one, other = (Asked(str(newest / name)) for name in names)
    assert one.read().equals(other.read())
    assert [len(chunk) for chunk in one.chunks(5)] == [len(chunk) for chunk in other.chunks(5)]
    for chunk in one.chunks(5):
        assert chunk.dtypes.equals(one.read().dtypes)


def test_a_long_list_is_read_in_parts(folder):
    rows = [{"a": n, "text": "x" * 200} for n in range(20_000)]
    name, _ = both(folder, rows)
    assert [len(chunk) for chunk in Asked(name).chunks(15_000)] == [15_000, 5_000]
    assert Asked(name).read().a.tolist() == list(range(20_000))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("d.jsonl", '{"a": 1}\n\n{"a": 2\n{"a": 3}', "d.jsonl:3: the line is no JSON: Expecting"),
        ("d.jsonl", '{"a": 1}\n[1]', "d.jsonl:2: [1] is no record"),
        ("d.jsonl", '{"a": [1]}', "d.jsonl:1: 'a' holds a list, which no column can hold"),
        ("d.json", '[{"a": {"b": 1}}]', "d.json: record 1: 'a' holds an object"),
        ("d.json", '{"a": [1, 2]}', "d.json: this is one object, not a list of records"),
        ("d.json", '{"a": 1}\n{"a": 2}', "d.json: this is an object in each line, not a list"),
        ("d.json", '"text"', "d.json: this is a text that begins with '\"'"),
        ("d.json", '[{"a": 1}, 2]', "d.json: record 2: 2 is no record"),
        ("d.json", '[{"a": 1}, {"a": ', "d.json: record 2 is no JSON"),
        ("d.json", '[{"a": 1} {"a": 2}]', "d.json: '{' stands after record 1"),
        ("d.json", '[{"a": 1}]\n{"a": 2}', "d.json: '{' stands after the list of records"),
        ("d.json", "[] x", "d.json: 'x' stands after the list of records"),
        ("d.json", '[{"a": 1, "a": 2}]', "d.json: record 1 is no JSON: the key 'a' stands twice"),
        ("d.jsonl", '{"a": 1, "a": 2}', "d.jsonl:1: the line is no JSON: the key 'a' stands twice"),
        (
            "d.json",
            f'[{{"a": {"1" * 5000}}}]',
            "d.json: record 1 is no JSON: a number has too many digits",
        ),
        ("d.jsonl", f'{{"a": {"1" * 5000}}}', "d.jsonl:1: the line is no JSON: a number has"),
        (
            "d.jsonl",
            '{"a": "\\ud83d\\ude00"}\n{"a": "x\\ud800"}',
            'd.jsonl:2: "x\\ud800" holds half',
        ),
        ("d.json", '[{"\\udc00": 1}]', 'd.json: record 1: "\\udc00" holds half a letter'),
        ("d.json", '[{"a": 1}', "d.json: the file ends after record 1"),
        ("d.json", "[]", "d.json: there are no records in it"),
        ("d.json", "[{}]", "d.json: the records have no keys"),
        ("d.json", "  ", "d.json: the file is empty"),
        ("d.json", "[" * 100_000, "d.json: "),
    ],
)
def test_what_is_no_record_is_said(folder, name, text, message):
    assert refused(write(folder, name, text)).startswith(message)


def test_another_encoding_is_said(folder):
    (folder / "d.jsonl").write_bytes('{"a": "é"}'.encode("latin-1"))
    assert "a byte (0xe9) is not UTF-8 text" in refused("d.jsonl")
