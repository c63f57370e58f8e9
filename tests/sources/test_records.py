"""Python values become columns of one type each, whatever part of them is looked at."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sources import records

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes(),
    st.decimals(allow_nan=False, allow_infinity=False), st.uuids(), st.binary(max_size=5),
    st.times(), st.timedeltas(),
)  # fmt: skip


@given(st.lists(VALUES, min_size=1, max_size=20), st.integers(1, 7))
def test_chunks_are_parts_of_the_whole(values, rows):
    rows_of = [{"a": value} for value in values]
    kinds, count = records.survey(rows_of)
    whole = records.frame(rows_of, kinds)
    parts = list(records.chunks(rows_of, kinds, rows))
    assert count == len(values)
    assert {str(part.a.dtype) for part in parts} == {str(whole.a.dtype)}
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    known = [v is not None and v == v for v in values]
    assert whole.a.notna().tolist() == known


@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1))
def test_whole_numbers_keep_their_digits(values):
    rows = [{"a": value} for value in values]
    assert records.frame(rows, records.survey(rows)[0]).a.tolist() == values


@pytest.mark.parametrize(
    ("values", "kind", "first"),
    [
        ([1, None], "float64", 1.0),
        ([2**60, None], "str", str(2**60)),
        ([1, 2.5], "float64", 1.0),
        ([Decimal("1.50"), None], "float64", 1.5),
        ([True, False], "bool", True),
        ([True, None], "str", "true"),
        ([True, 1], "str", "true"),
        ([dt.date(2024, 1, 2), None], "datetime64[us]", pd.Timestamp("2024-01-02")),
        ([dt.date(2024, 1, 2), "x"], "str", "2024-01-02"),
        ([dt.timedelta(minutes=1)], "float64", 60.0),
        ([b"\x01\xff"], "str", "01ff"),
        ([None], "float64", None),
    ],
)
def test_a_type_holds_all_values(values, kind, first):
    rows = [{"a": value} for value in values]
    found = records.frame(rows, records.survey(rows)[0]).a
    assert str(found.dtype) == kind
    assert (first is None and found.isna().all()) or found[0] == first


def test_a_key_that_comes_late_or_goes_is_missing_elsewhere():
    rows = [{"a": n} for n in range(records._BLOCK)] + [{"b": 1}]
    kinds, _ = records.survey(rows)
    assert kinds == {"a": {"int", "null"}, "b": {"int", "null"}}
