"""The input contract: what raw rows must hold, and what they become."""

import string
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bundle.input import Column, Contract, encode
from engine.errors import InputError

LEVELS = ("1", "2.50", "007", "true", "a", "b", "with, comma", "ünïcode", "-3")
CONTRACT = Contract(
    (
        Column("amount", "number"),
        Column("colour", "category", LEVELS),
        Column("day", "date"),
        Column("member", "boolean"),
    ),
    "accept",
)


def frame(**columns):
    rows = max((len(values) for values in columns.values()), default=1)
    nothing = {name: pd.Series([None] * rows, dtype=object) for name in CONTRACT.names}
    return pd.DataFrame({**nothing, **columns})


def numbers(name, values, contract=CONTRACT):
    raw = frame(**{name: values if isinstance(values, pd.Series) else pd.Series(values)})
    return encode(raw, contract).frame[name].tolist()


def equal(found, expected):
    np.testing.assert_array_equal(np.asarray(found, float), np.asarray(expected, float))


def test_missing_columns_are_all_named_with_near_names():
    raw = frame().rename(columns={"amount": "amuont", "day": "when"}).drop(columns="member")
    with pytest.raises(InputError) as caught:
        encode(raw, CONTRACT)
    text = str(caught.value)
    assert "the column 'amount' is missing\n    is it called 'amuont' there?" in text
    assert "the column 'day' is missing\n    it has: " in text
    assert "the column 'member' is missing" in text
    assert "'colour'" not in text.replace("it has", "").split("is missing")[0]


def test_thousands_of_missing_columns_are_counted():
    contract = Contract(tuple(Column(f"c{i}", "number") for i in range(2000)))
    with pytest.raises(InputError, match="1,980 more columns are missing"):
        encode(pd.DataFrame({"x": [1]}), contract)


def test_a_column_that_stands_twice_is_refused_if_it_is_read():
    raw = pd.concat([frame(), frame()[["day"]]], axis=1)
    with pytest.raises(InputError, match="there are 2 columns 'day'\n    rename all but one"):
        encode(raw, CONTRACT)
    encode(pd.concat([frame(), pd.DataFrame([[1, 2]], columns=["x", "x"])], axis=1), CONTRACT)


def test_order_and_extra_columns_do_not_matter():
    raw = frame(amount=[1.0, 2.0], colour=["a", "b"]).assign(extra=1)
    shuffled = raw[["extra", "member", "day", "colour", "amount"]]
    pd.testing.assert_frame_equal(encode(raw, CONTRACT).frame, encode(shuffled, CONTRACT).frame)


def test_columns_may_be_called_by_numbers():
    contract = Contract((Column("0", "number"), Column("1", "number")))
    assert encode(pd.DataFrame([[5, 6]]), contract).frame.to_numpy().tolist() == [[5, 6]]


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("amount", ["1", "x", "y"], "must hold a number, but row 102 holds 'x' \\(and 1 more\\)"),
        ("amount", [np.inf, "1", "x"], "row 103 holds 'x'\n"),
        ("amount", [True, False], "must hold a number, but row 101 holds 'True'"),
        ("amount", pd.date_range("2024", periods=2), "holds '2024-01-01"),
        ("amount", pd.to_timedelta([1, 2], "D"), "must hold a number"),
        ("amount", [1j, 2j], "must hold a number"),
        ("day", ["2024-01-01", "01/02/2024"], "must hold a date, but row 102 holds '01/02/2024'"),
        ("day", ["2024-13-01"], "must hold a date"),
        ("day", [3.7], "must hold a date"),
        ("member", ["yes"], "must hold a boolean, but row 101 holds 'yes'"),
        ("member", [0.5], "must hold a boolean"),
        ("amount", ["z" * 500], "holds 'z{36}\\.\\.\\.\n"),
    ],
)
def test_a_wrong_type_names_the_row_and_the_value(name, values, message):
    with pytest.raises(InputError, match=f"the column '{name}'.*{message}"):
        encode(frame(**{name: pd.Series(values)}), CONTRACT, first_row=100)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("amount", "a number"), ("day", "a date such as 2024-01-31"), ("member", "true, false")],
)
def test_a_wrong_type_says_what_was_expected(name, expected):
    with pytest.raises(InputError) as caught:
        encode(frame(**{name: ["x"]}), CONTRACT)
    assert str(caught.value).endswith(f"\n    mend that row: {expected} or nothing was expected")


def test_numbers_that_became_missing_are_counted():
    raw = frame(amount=[1.0, np.inf, -1e200, None], colour=["a", "zzz", None, None])
    assert encode(raw, CONTRACT).lost == {"amount": 2}
    assert encode(frame(amount=[1.0]), CONTRACT).lost == {}


def test_all_wrong_columns_are_told_at_once():
    with pytest.raises(InputError) as caught:
        encode(frame(amount=["x"], day=["y"], member=["z"]), CONTRACT)
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("amount", [1, None, np.inf, -np.inf, np.nan, 1e300], [1, *[np.nan] * 5]),
        ("amount", ["1e3", " 5", "-.5", "inf", None], [1000, 5, -0.5, np.nan, np.nan]),
        ("amount", pd.Series([1, None], dtype="Int64"), [1, np.nan]),
        ("day", ["1970-01-02", "1970-01-01T01:00+01:00", "1970-01-01 00:00:01.5"], [86400, 0, 1.5]),
        ("day", pd.Series(["1969-12-31T23:59:59"]), [-1]),
        ("day", pd.date_range("1970", periods=1, tz="America/New_York"), [18000]),
        ("day", pd.Series(pd.to_datetime(["1970-01-02"]).date, dtype=object), [86400]),
        ("day", ["9999-12-31"], [253402214400]),
        ("member", ["TRUE", "false", "1", "0", 1, 0, True, None], [1, 0, 1, 0, 1, 0, 1, np.nan]),
        ("member", [1.0, 0.0, np.nan], [1, 0, np.nan]),
        ("member", pd.Series([True, None], dtype="boolean"), [1, np.nan]),
        ("colour", ["b", "a", None, "zzz"], [5, 4, np.nan, np.nan]),
        ("colour", pd.Series(["b", "a"], dtype="category"), [5, 4]),
        ("colour", [1, -3], [0, 8]),
        ("colour", [1.0, 2.5, 7.0, np.nan], [0, 1, 2, np.nan]),
        ("colour", [True], [3]),
    ],
)
def test_values_become_numbers(name, values, expected):
    equal(numbers(name, values), expected)


@pytest.mark.parametrize("policy", ["warn", "accept"])
def test_unseen_categories_are_counted_and_taken_as_missing(policy):
    found = encode(frame(colour=["x", "a", "x", "=cmd()"]), Contract(CONTRACT.columns, policy))
    assert found.unseen == {"colour": {"x": 2, "=cmd()": 1}}
    equal(found.frame["colour"], [np.nan, 4, np.nan, np.nan])


def test_unseen_categories_can_be_refused():
    contract = Contract(CONTRACT.columns, "fail")
    with pytest.raises(InputError, match=r"'v1', 'v2', 'v3' and 2 others\n.*unseen: warn"):
        encode(frame(colour=[f"v{i}" for i in range(1, 6)]), contract)


def test_no_rows_are_no_rows():
    assert encode(frame().head(0), CONTRACT).frame.shape == (0, 4)
    assert encode(pd.DataFrame(columns=CONTRACT.names), CONTRACT).frame.shape == (0, 4)


def test_the_frame_keeps_its_index():
    raw = frame(amount=[1.0, 2.0])
    raw.index = pd.Index([7, 3])
    assert encode(raw, CONTRACT).frame.index.tolist() == [7, 3]


def test_a_contract_survives_json():
    import json

    assert Contract.from_json(json.loads(json.dumps(CONTRACT.to_json()))) == CONTRACT


NUMBERS = st.one_of(st.none(), st.integers(-(10**15), 10**15), st.floats(allow_nan=False, width=64))
DAYS = st.datetimes(
    min_value=pd.Timestamp("1700-01-01").to_pydatetime(),
    max_value=pd.Timestamp("2200-01-01").to_pydatetime(),
)


@given(values=st.lists(NUMBERS, min_size=1, max_size=20))
def test_numbers_as_text_are_the_same_numbers(values):
    typed = pd.Series(values, dtype="float64")
    text = pd.Series([None if value is None else repr(value) for value in values], dtype="str")
    equal(numbers("amount", typed), numbers("amount", text))


@given(values=st.lists(st.one_of(st.none(), DAYS), min_size=1, max_size=20))
def test_dates_as_text_are_the_same_dates(values):
    typed = pd.Series(pd.to_datetime(pd.Series(values, dtype=object)))
    text = pd.Series([None if v is None else v.isoformat() for v in values], dtype="str")
    equal(numbers("day", typed), numbers("day", text))


@given(values=st.lists(st.one_of(st.none(), st.booleans()), min_size=1, max_size=20))
def test_truths_as_text_are_the_same_truths(values):
    text = pd.Series([None if value is None else str(value) for value in values], dtype="str")
    equal(numbers("member", pd.Series(values, dtype=object)), numbers("member", text))


@given(
    values=st.lists(st.one_of(st.none(), st.text(string.printable, max_size=6)), max_size=30),
    sizes=st.lists(st.integers(1, 7), max_size=10),
)
def test_chunks_give_what_the_whole_gives(values, sizes):
    levels = tuple(sorted({value for value in values if value is not None})[::2])
    contract = Contract((Column("colour", "category", levels),), "accept")
    whole = pd.DataFrame({"colour": pd.Series(values, dtype="str")})
    cuts = [0, *np.cumsum(sizes).clip(max=len(whole)), len(whole)]
    parts = [encode(whole.iloc[a:b], contract).frame for a, b in pairwise(cuts)]
    pd.testing.assert_frame_equal(pd.concat(parts), encode(whole, contract).frame)


@given(numbers_=st.lists(st.integers(-50, 50), min_size=1, max_size=20), missing=st.booleans())
def test_categories_that_were_read_as_numbers_are_the_same(numbers_, missing):
    levels = tuple(sorted({str(n) for n in numbers_} | {"a text"}))
    contract = Contract((Column("colour", "category", levels),), "accept")
    text = pd.DataFrame({"colour": pd.Series([str(n) for n in numbers_], dtype="str")})
    typed = pd.DataFrame({"colour": pd.Series(numbers_, dtype="float64" if missing else "int64")})
    pd.testing.assert_frame_equal(encode(text, contract).frame, encode(typed, contract).frame)
