"""Real files: what is read from them, and what is said of those that cannot be."""

import gzip
import os
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from engine.sources import csv

TMP = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file in a folder of its own, which is then the current one; return its name."""
    monkeypatch.chdir(tmp_path)

    def writer(content, name="some.csv"):
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
        return name

    return writer


def refused(spec):
    """The message, which ``read`` and ``chunks`` agree on."""
    with pytest.raises(DataError) as caught:
        csv.read(spec)
    with pytest.raises(DataError) as chunked:
        list(csv.chunks(spec, 10))
    assert str(chunked.value) == str(caught.value)
    assert all(fault.hint and fault.where for fault in caught.value.faults)
    return str(caught.value)


def column(write, *values):
    """Read one column of these values as they are written."""
    return csv.read(write("x,y\n" + "".join(f"{value},0\n" for value in values)))["x"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", "+3"], "int64"),
        (["1", "", "3"], "float64"),
        (["1", "2.5", "1e-5", "inf", "NaN"], "float64"),
        ([" 1", "2 "], "int64"),
        (["True", "false"], "bool"),
        (["True", ""], "str"),
        (["yes", "no"], "str"),
        (["00501", "10001"], "str"),
        (["0", "10", "-0"], "int64"),
        (["0.5", "0"], "float64"),
        (["0x10", "1"], "str"),
        (["1", "0x10"], "str"),
        (["1_000", "2"], "str"),
        (["2024-01-31", "2024-02-01"], "str"),
        (["9007199254740993", "1"], "int64"),
        (["9007199254740993", ""], "str"),
        (["92233720368547758070", "1"], "str"),
        (["1" * 30 + ".5", "1"], "float64"),
        (["", "NA"], "float64"),
        (["a", "1"], "str"),
        (["1", "a"], "str"),
    ],
)
def test_types(write, values, kind):
    assert column(write, *values).dtype == kind


def test_long_numbers_keep_their_digits(write):
    assert column(write, "9007199254740993", "1").tolist() == [9007199254740993, 1]
    assert column(write, "9007199254740993", "").iloc[0] == "9007199254740993"


def test_missing_are_the_words_that_pandas_knows(write):
    from pandas._libs.parsers import STR_NA_VALUES

    from engine.sources.typed import MISSING

    assert set(MISSING) == set(STR_NA_VALUES)
    assert column(write, "a", '"NA"', "None", "null", "na", "none").isna().tolist() == [
        False, True, True, True, False, False,
    ]  # fmt: skip


def test_one_type_for_all_of_a_long_column(write):
    text = "x,y\n" + "1,2\n" * 300_000 + "a,2\n"
    assert csv.read(write(text))["x"].iloc[[0, -1]].tolist() == ["1", "a"]


@pytest.mark.parametrize("name", ["some.csv", "some.tsv", "some.CSV.GZ", "some.tsv.gz"])
def test_endings(write, name):
    data = b"a\tb\n1\tx\n" if "tsv" in name else b"a,b\n1,x\n"
    spec = write(gzip.compress(data) if name.lower().endswith("gz") else data, name)
    assert csv.read(spec).to_dict("list") == {"a": [1], "b": ["x"]}
    assert next(csv.chunks(spec, 5)).to_dict("list") == {"a": ["1"], "b": ["x"]}


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_told_by_the_header(write, sign):
    frame = csv.read(write(f'"a,b;c"{sign}d\n1{sign}2\n'))
    assert frame.shape == (1, 2)
    assert list(frame)[1] == "d"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Price, net;Count\n1,5;2,1\n3,1;4,4\n", ["Price, net", "Count"]),
        ("Price, net;Count\n1.5;2\n3;4\n", ["Price, net", "Count"]),
        ("a, b;c;d\n1,5;2;3\n2,5;3;4\n", ["a, b", "c", "d"]),
        ("a,b;c\n1,2\n3,4\n", ["a", "b;c"]),
        ("a;b|c;\n1;2;\n3;4;\n", ["a", "b|c"]),
        ("a;b,c\n1;2;\n3;4;\n", ["a", "b,c"]),
        ("a,b;c\n1;2,3;4\n1,2\n", ["a", "b;c"]),
    ],
)
def test_of_several_delimiters_that_of_the_rows_is_taken(write, text, names):
    assert list(csv.read(write(text))) == names


def test_delimiters_that_fit_alike_are_refused(write):
    assert refused(write("a, b;c\n1,5;2\n2,5;3\n")) == (
        "some.csv: either of ',' or ';' could stand between the values\n"
        "    put the names and values that hold another one in double quotes"
    )
    assert csv.read(write('"a, b";c\n"1,5";2\n')).shape == (1, 2)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\n\n", "\ufeff"])
def test_line_ends_and_what_stands_before_the_header(write, end, start):
    text = start + 'a,b\n1,"x\ny"\n\n2,z\n'
    frame = csv.read(write(text.replace("\n", end)))
    assert frame.to_dict("list") == {"a": [1, 2], "b": [f"x{end}y", "z"]}


def test_header_in_quotes_over_two_lines(write):
    assert list(csv.read(write('"a\nb", c\n1,2\n'))) == ["a\nb", "c"]


def test_last_line_without_an_end(write):
    assert len(csv.read(write("a,b\n1,2\n3,4"))) == 2


def test_a_quote_inside_a_value_is_a_quote(write):
    assert csv.read(write('a,b\n5" pipe,1\n'))["a"].tolist() == ['5" pipe']


def test_a_long_text(write):
    text = "word " * 100_000
    assert csv.read(write(f'a,b\n1,"{text}"\n'))["b"].tolist() == [text]


def test_ten_thousand_columns(write):
    names = [f"c{number}" for number in range(10_000)]
    text = "\n".join([",".join(names), *[",".join(["1.5"] * 10_000)] * 20])
    frame = csv.read(write(text))
    assert frame.shape == (20, 10_000)
    assert set(frame.dtypes) == {np.dtype(float)}
    assert sum(len(chunk) for chunk in csv.chunks("some.csv", 7)) == 20


def test_line_ends_in_values_of_a_long_file(write):
    rows = '1,"' + "x\n" * 50 + '"\n'
    spec = write("a,b\n" + rows * 60_000)  # 6 MB: some value lies across two blocks
    assert csv.read(spec)["b"].unique().tolist() == ["x\n" * 50]
    assert sum(len(chunk) for chunk in csv.chunks(spec, 10_000)) == 60_000


def test_chunks_are_text_and_bounded(write):
    spec = write("x,y\n" + "".join(f"{number},\n" for number in range(1000)))
    chunks = list(csv.chunks(spec, 300))
    assert max(map(len, chunks)) <= 300
    joined = pd.concat(chunks)
    assert joined["x"].astype(int).tolist() == list(range(1000))
    assert joined["y"].isna().all()


WORD = st.text(string.ascii_letters + string.digits + " ,;\"'\n.-éß漢\U0001f600", max_size=6)
COLUMN = st.one_of(
    st.lists(st.integers(-(10**15), 10**15), min_size=5, max_size=5),
    st.lists(st.one_of(st.none(), st.integers(-100, 100)), min_size=5, max_size=5),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=5, max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.lists(WORD.map(lambda word: f"w{word}"), min_size=5, max_size=5),
)


@TMP
@given(columns=st.lists(COLUMN, min_size=2, max_size=4))
def test_what_pandas_writes_is_read_as_pandas_reads_it(write, columns):
    frame = pd.DataFrame({f"c{place}": values for place, values in enumerate(columns)})
    spec = write(frame.to_csv(index=False))
    expected = pd.read_csv(spec)
    pd.testing.assert_frame_equal(csv.read(spec), expected, check_exact=True)


@TMP
@given(columns=st.lists(COLUMN, min_size=2, max_size=4), rows=st.integers(1, 6))
def test_chunks_are_what_read_reads(write, columns, rows):
    frame = pd.DataFrame({f"c{place}": values for place, values in enumerate(columns)})
    spec = write(frame.to_csv(index=False))
    joined = pd.concat(csv.chunks(spec, rows), ignore_index=True)
    whole = csv.read(spec)
    for name in whole.select_dtypes("bool"):
        joined[name] = joined[name] == "True"
    pd.testing.assert_frame_equal(joined.astype(whole.dtypes.to_dict()), whole)


# What is refused


def test_missing_file(write):
    write("a\n1\n", "customers.csv")
    assert refused("custmers.csv") == (
        "custmers.csv: there is no such file\n    did you mean 'customers.csv'?"
    )
    assert "there is no folder 'nowhere' either" in refused("nowhere/customers.csv")
    write("a\n1\n", ".x.csv.f324.partial")
    assert "in that folder: customers.csv" in refused("zzz.csv")
    assert "did you mean '.x.csv.f324.partial'?" in refused(".x.csv.f324.part")
    assert refused("*.tsv") == ("*.tsv: the pattern matches no file\n    in '.': customers.csv")


def test_folder(write, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    write("a\n1\n", "folder.csv/part.csv")
    assert refused("folder.csv") == (
        "folder.csv: this is a folder, not a file\n"
        "    name a file in it, such as 'folder.csv/part.csv'"
    )


def test_no_regular_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.csv")
    assert "not a regular file" in refused("pipe.csv")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " \n"])
def test_empty(write, content):
    assert refused(write(content)) == (
        "some.csv: the file is empty\n    write a header and rows to it"
    )


@pytest.mark.parametrize("content", ["a,b\n", "a,b", "a,b\n\n \n"])
def test_header_only(write, content):
    assert refused(write(content)) == (
        "some.csv: there is a header but no rows\n    add rows below it"
    )


def test_duplicate_names(write):
    assert refused(write("a,b, a,c,b\n1,2,3,4,5\n")) == (
        "some.csv:1: the column name 'a' stands twice: columns 1, 3\n"
        "    rename all but one of them\n"
        "some.csv:1: the column name 'b' stands twice: columns 2, 5\n"
        "    rename all but one of them"
    )


def test_unnamed_column(write):
    assert refused(write("\n,a,b\n0,1,2\n")) == (
        "some.csv:2: a column has no name: column 1\n"
        "    name it in the header; pandas writes no such column with to_csv(..., index=False)"
    )


@pytest.mark.parametrize("head", ["a,b", "a,b,"])
def test_rows_that_end_in_a_delimiter(write, head):
    spec = write(f"{head}\n1,x,\n2,,\n\n3,'y',\n")
    found = csv.read(spec).fillna("?")
    assert found.to_dict("list") == {"a": [1, 2, 3], "b": ["x", "?", "'y'"]}
    assert pd.concat(csv.chunks(spec, 2)).columns.tolist() == ["a", "b"]


def test_one_column_whose_rows_end_in_a_delimiter(write):
    assert csv.read(write("a,\n1,\n2,\n")).to_dict("list") == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2,\n3,4\n", "some.csv:2: 3 values where the header has 2 names"),
        ("a,b\n1,2,\n3,4,5\n", "some.csv:2: 3 values where the header has 2 names"),
        ("a,b,\n1,2,\n3,4,5\n", "some.csv:1: a column has no name: column 3"),
        ("a,b,\n1,2,3\n3,4,5\n", "some.csv:1: a column has no name: column 3"),
    ],
)
def test_a_delimiter_ends_all_rows_or_none(write, text, said):
    assert refused(write(text)).startswith(said)


def test_not_utf_8(write):
    text = "a,b\n" + "1,x\n" * 500_000
    assert refused(write(text.encode() + "2,Käse\n".encode("latin-1"))) == (
        f"some.csv:500002: byte {len(text) + 3} (0xe4) is not UTF-8 text\n"
        "    convert the file: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
    )


def test_a_character_cut_off_at_the_end(write):
    assert "byte 6 (0xe6) is not UTF-8" in refused(write(b"a,b\n1," + "漢".encode()[:2]))


def test_a_character_across_two_blocks_is_whole(write):
    text = "a,b\n1," + "漢" * 500_000 + "\n"
    assert csv.read(write(text))["b"].str.len().tolist() == [500_000]


def test_nul(write):
    assert refused(write(b"a,b\n1,2\n3,\x00\n")) == (
        "some.csv:3: byte 10 is NUL, which no text holds\n"
        "    a CSV file is text in UTF-8; convert it, or take the byte out"
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PAR1\x15\x04", "Parquet"),
        (b"PK\x03\x04...", "Excel"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_other_formats_are_named(write, content, what):
    assert what in refused(write(content))


def test_too_many_values(write):
    assert refused(write('a,b\n1,"x\ny"\n\n1,2,3\n')) == (
        "some.csv:5: 3 values where the header has 2 names\n"
        "    put values that hold ',' in double quotes"
    )


def test_too_few_values(write):
    assert refused(write("a;b\n1;2\n3\n")) == (
        "some.csv:3: 1 value where the header has 2 names\n"
        "    write one ';' for each value that is missing"
    )


def test_ragged_row_far_down(write):
    text = "a,b\n" + "1,2\n" * 3_000_000 + "1\n"
    with pytest.raises(DataError, match=r"some\.csv:3000002: 1 value"):
        list(csv.chunks(write(text), 100_000))


def test_quote_that_is_never_closed(write):
    assert refused(write('a,b\n1,"2\n3,4\n5,6\n')) == (
        "some.csv:2: a double quote opens in this row and is never closed\n"
        "    close it, or write it twice where it is meant"
    )
    assert "some.csv:1: a double quote" in refused(write('a,"b\n1,2\n'))


def test_a_row_of_many_megabytes(write):
    found = refused(write("a,b\n1," + "x" * 10_000_000 + "\n"))
    assert "a row longer than 2 MB" in found
    assert len(found) < 500


def test_gzip_that_is_none(write):
    assert "not a whole gzip file" in refused(write("a,b\n1,2\n", "some.csv.gz"))


def test_gzip_that_is_cut_off(write):
    whole = gzip.compress(os.urandom(5000).hex().encode())
    assert "not a whole gzip file" in refused(write(whole[: len(whole) // 2], "some.csv.gz"))


def test_permission(write, monkeypatch):
    from pathlib import Path

    spec = write("a,b\n1,2\n")

    def deny(self, *args, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", deny)  # root may read anything
    assert refused(spec) == (
        "some.csv: the file cannot be read: Permission denied\n"
        "    check the path, and that you may read the file"
    )


@pytest.mark.parametrize("spec", ["a\0b.csv", "x" * 300 + ".csv"])
def test_names_that_no_file_has(spec):
    refused(spec)


BYTES = st.one_of(
    st.binary(max_size=60),
    st.text('ab01,;"\n\r\t \ufeff', max_size=60).map(str.encode),
    st.text(max_size=40).map(lambda text: ("a,b\n" + text).encode()),
)


@settings(TMP, max_examples=500)
@given(content=BYTES, packed=st.booleans())
@example(content=b"a,b\n1,2\r3,4", packed=False)
def test_any_bytes_give_a_frame_or_a_data_error(write, content, packed):
    name = "some.csv.gz" if packed else "some.csv"
    spec = write(gzip.compress(content) if packed else content, name)
    try:
        frame = csv.read(spec)
    except DataError:
        refused(spec)
        return
    assert len(frame)
    assert frame.columns.is_unique
    chunks = list(csv.chunks(spec, 2))
    assert sum(map(len, chunks)) == len(frame)
