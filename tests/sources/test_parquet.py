"""Types of Parquet files, alike in every chunk, and files that are damaged."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather

from engine.errors import DataError
from engine.sources import Asked, parquet
from engine.steps import nested

TMP = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(table, **options):
    pq.write_table(table, "some.parquet", **options)
    return "some.parquet"


def refused(spec):
    with pytest.raises(DataError) as caught:
        parquet.read(spec)
    with pytest.raises(DataError) as chunked:
        list(parquet.chunks(spec, 10))
    assert str(chunked.value) == str(caught.value)
    assert all(fault.hint and fault.where for fault in caught.value.faults)
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([1, 2, 3, 4]), "int64"),
        (pa.array([1, 2, 3, None]), "float64"),
        (pa.array([1, 2, 3, 4], pa.uint8()), "uint8"),
        (pa.array([True, False, True, False]), "bool"),
        (pa.array([True, False, True, None]), "str"),
        (pa.array(["a", "b", "c", None]), "str"),
        (pa.array(["a", "b", "a", None]).dictionary_encode(), "str"),
        (pa.array([Decimal("1.25"), None, Decimal("3"), Decimal("4")]), "float64"),
        (pa.array([datetime.date(2024, 1, 31)] * 3 + [None]), "datetime64[ms]"),
        (pa.array([datetime.datetime(2024, 1, 31)] * 4, pa.timestamp("us")), "datetime64[us]"),  # noqa: DTZ001
        (pa.array([0] * 4, pa.timestamp("ns", "UTC")), "datetime64[ns, UTC]"),
        (pa.nulls(4), "float64"),
        (pa.array([1.5, None, 2, 3], pa.float32()), "float32"),
    ],
)
@pytest.mark.parametrize("statistics", [True, False])
def test_types_are_those_of_every_chunk(folder, values, kind, statistics):
    spec = written(pa.table({"x": values}), row_group_size=2, write_statistics=statistics)
    chunks = list(parquet.chunks(spec, 3))
    assert {str(chunk["x"].dtype) for chunk in chunks} == {str(parquet.read(spec)["x"].dtype)}
    assert parquet.read(spec)["x"].dtype == kind
    joined = pd.concat(chunks, ignore_index=True)
    pd.testing.assert_frame_equal(joined, parquet.read(spec))


def test_values(folder):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2024", None])})
    frame.to_parquet("some.parquet")
    pd.testing.assert_frame_equal(parquet.read("some.parquet"), frame)


def test_index_without_a_name_is_left_out_and_one_with_a_name_is_a_column(folder):
    frame = pd.DataFrame({"a": [1, 2]}, index=[7, 9])
    frame.to_parquet("some.parquet")
    assert list(parquet.read("some.parquet")) == ["a"]
    frame.rename_axis("key").to_parquet("some.parquet")
    assert parquet.read("some.parquet")["key"].tolist() == [7, 9]


def test_names_with_dots(folder):
    spec = written(pa.table({"a.b": [1, 2], "a": [3.0, None]}))
    assert list(parquet.read(spec)) == ["a.b", "a"]


def test_ten_thousand_columns(folder):
    table = pa.table({f"c{number}": np.arange(20.0) for number in range(10_000)})
    assert parquet.read(written(table)).shape == (20, 10_000)


def test_long_numbers_with_holes_are_rounded(folder):
    spec = written(pa.table({"a": [2**53 + 1, None], "b": [2**53 + 1, 1]}))
    assert parquet.read(spec)["a"].iloc[0] == 2.0**53
    assert parquet.read(spec)["b"].iloc[0] == 2**53 + 1


def test_a_name_that_is_no_text(folder):
    spec = written(pa.table({"Käse": [1, 2]}))
    path = folder / spec
    path.write_bytes(path.read_bytes().replace("Käse".encode(), b"K\xff\xfese"))
    assert refused(spec).startswith("some.parquet: this is not a whole Parquet file")


def test_no_rows(folder):
    assert refused(written(pa.table({"a": pa.array([], pa.int64())}))) == (
        "some.parquet: the file has columns but no rows\n    write rows to it"
    )


def test_no_columns(folder):
    pd.DataFrame(index=[1, 2]).to_parquet("some.parquet")
    assert "no columns" in refused("some.parquet")


def test_duplicate_names(folder):
    table = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert "the column name 'a' stands twice: columns 1, 2" in refused(written(table))


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PAR1", b"PAR1" * 10, b"\x00" * 100])
def test_other_content(folder, content):
    (folder / "some.parquet").write_bytes(content)
    assert refused("some.parquet").startswith("some.parquet: this is not a whole Parquet file")


def test_missing_and_empty(folder):
    written(pa.table({"a": [1]}))
    assert "did you mean 'some.parquet'?" in refused("sone.parquet")
    (folder / "empty.parquet").touch()
    assert "the file is empty" in refused("empty.parquet")
    (folder / "parts.parquet").mkdir()
    assert "this is a folder" in refused("parts.parquet")


def test_cut_off(folder):
    spec = written(pa.table({"a": np.arange(10_000)}))
    path = folder / spec
    path.write_bytes(path.read_bytes()[:-100])
    assert "not a whole Parquet file" in refused(spec)


@TMP
@given(data=st.data())
def test_damage_gives_a_frame_or_a_data_error(folder, data):
    frame = pd.DataFrame({"a": range(50), "b": ["x", None] * 25, "c": [1.5, None] * 25})
    frame.to_parquet("some.parquet")
    content = bytearray((folder / "some.parquet").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "some.parquet").write_bytes(content)
    try:
        found = parquet.read("some.parquet")
    except DataError:
        found = None
    assert found is None or len(found)


MADE_OF_OTHERS = {
    "list": pa.array([[1], None, [2, 3]]),
    "struct": pa.array([{"x": 1}, None, {"x": 2}]),
    "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "bytes": pa.array([b"\xff", None, b"b"]),
}


@pytest.mark.parametrize("kind", MADE_OF_OTHERS)
@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_values_made_of_others_stand_beside_the_rest(tmp_path, kind, ending):
    """Who picks columns refuses them by name, or leaves them out."""
    table = pa.table({"a": [1, 2, 3], "l": MADE_OF_OTHERS[kind]})
    path = str(tmp_path / f"d.{ending}")
    (pq.write_table if ending == "parquet" else feather.write_feather)(table, path)
    found = Asked(path).read()
    assert found.a.tolist() == [1, 2, 3]
    assert bool(nested.told(found.l))
    assert sum(len(chunk) for chunk in Asked(path).chunks(2)) == 3


@pytest.mark.parametrize("ending", ["parquet", "feather"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_durations_are_seconds_everywhere(tmp_path, ending, unit):
    values = pa.array([90_000_000_000, None, 0], pa.duration("ns"))
    table = pa.table({"d": values.cast(pa.duration(unit)), "x": [1, 2, 3]})
    path = str(tmp_path / f"d.{ending}")
    (pq.write_table if ending == "parquet" else feather.write_feather)(table, path)
    oracle = table.to_pandas().assign(d=lambda rows: rows.d.dt.total_seconds())
    pd.testing.assert_frame_equal(Asked(path).read(), oracle)
    pd.testing.assert_frame_equal(pd.concat(Asked(path).chunks(2), ignore_index=True), oracle)
    asked = Asked(query="SELECT d, x FROM t WHERE x < 9", tables={"t": Asked(path)})
    pd.testing.assert_frame_equal(asked.read(), oracle)


def test_durations_of_two_units_are_one_column(tmp_path):
    for unit in ("s", "ms"):
        made = pa.table({"d": pa.array([90], pa.duration("s")).cast(pa.duration(unit))})
        pq.write_table(made, tmp_path / f"d-{unit}.parquet")
    pattern = Asked(str(tmp_path / "d-*.parquet"))
    assert pattern.read().d.tolist() == [90, 90]
    assert Asked(query="SELECT d FROM t", tables={"t": pattern}).read().d.tolist() == [90, 90]


def test_chunks_are_let_go_of_one_after_the_other(tmp_path):
    path = tmp_path / "rows.parquet"
    table = pa.table({f"n{i}": np.random.default_rng(i).normal(size=400_000) for i in range(8)})
    pq.write_table(table, path, row_group_size=20_000)
    size = table.nbytes
    del table
    before, most = pa.total_allocated_bytes(), 0
    for _ in parquet.chunks(str(path), 10_000):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < size / 3


def test_too_little_memory_is_not_taken_for_a_damaged_file(folder):
    spec = written(pa.table({"a": [1.0, 2.0]}))
    with pytest.raises(DataError) as caught, parquet.opened(folder / spec):
        raise pa.ArrowMemoryError("malloc of size 64 failed")
    (fault,) = caught.value.faults
    assert fault.message == "there is not enough memory to read it"
    assert fault.hint == "leave its rows on disk: compute.rows=disk"
