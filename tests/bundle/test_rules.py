"""Rules for values: what each does, and that training and prediction cannot disagree."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundle.alike import canonical, positions
from engine.bundle.declared import Declared
from engine.bundle.input import Contract, encode
from engine.bundle.rules import Rules, apply, retyped
from engine.errors import DataError, InputError
from engine.sources import typed
from engine.steps.columns import roles

NAN = float("nan")


def column(values, dtype=None):
    return pd.Series(values, name="a", dtype=dtype)


def applied(values, **rules):
    return apply(pd.DataFrame({"a": values}), Rules(**rules))


def listed(values):
    return [None if pd.isna(value) else value for value in values]


@pytest.mark.parametrize(
    ("values", "wanted", "found"),
    [
        (["?", "x", None], ["?"], [0, -1, -1]),
        (["-999", "-999.0", " -999 ", "-9990", "-0999"], [-999], [0, 0, 0, -1, -1]),
        ([-999.0, 1.0, NAN], ["-999"], [0, -1, -1]),
        ([-999, 1], [1, -999], [1, 0]),
        (["007", "7", "7.0"], ["007", 7], [0, 1, 1]),
        (["1e3", "1000"], [1000], [0, 0]),
        ([True, False], ["TRUE"], [0, -1]),
        (["True", "true", "1"], [True], [0, 0, -1]),
        (["9999-12-31", "9999-12-31 00:00:00", "x"], ["9999-12-31"], [0, 0, -1]),
        (pd.to_datetime(pd.Series(["9999-12-31", "2024-01-01"])), ["9999-12-31"], [0, -1]),
        ([12345678901234567, 12345678901234568], [12345678901234568], [-1, 0]),
        (["12345678901234567", "12345678901234568"], [12345678901234568], [-1, 0]),
        ([1, "1", 1.0, None], [1], [0, 0, 0, -1]),
        ([np.inf, 1.0], [float("inf")], [0, -1]),
        (["b", "a"], ["a", "a", "b"], [2, 0]),
        ([], ["a"], []),
        (["NaN?", None], ["nan"], [-1, -1]),
    ],
)
def test_values_are_found_by_what_they_say(values, wanted, found):
    assert positions(pd.Series(values), wanted).tolist() == found


def test_trim_takes_blanks_off_and_leaves_nothing_of_blanks():
    found = applied([" a", "b ", "  ", "c", None], trim=True)
    assert listed(found.frame["a"]) == ["a", "b", None, "c", None]
    assert found.changed == {"a": {"trim": 3}}
    assert applied([" a"], trim=("b",)).frame["a"].tolist() == [" a"]


def test_null_values_of_all_columns_and_of_one():
    assert listed(applied(["?", "-1"], nulls=("?",)).frame["a"]) == [None, "-1"]
    assert listed(applied([-1, 2], nulls_in={"a": (-1,)}).frame["a"]) == [None, 2]
    assert listed(applied([-1, 2], nulls_in={"b": (-1,)}).frame["a"]) == [-1, 2]


@pytest.mark.parametrize(
    ("values", "pairs", "found"),
    [
        (["x", "y"], (("x", "z"),), ["z", "y"]),
        (["x", "y"], (("x", "y"), ("y", "x")), ["y", "x"]),
        (["x", "y"], (("x", None),), [None, "y"]),
        ([1, 2], ((1, 5),), [5, 2]),
        ([1.0, NAN], (("1", 0.5),), [0.5, None]),
        ([1, 2], ((1, "one"),), ["one", "2"]),
        (["1.0", "2"], ((1, 5),), ["5", "2"]),
        ([True, False], (("true", "yes"),), ["yes", "False"]),
    ],
)
def test_replace(values, pairs, found):
    assert listed(applied(values, replace={"a": pairs}).frame["a"]) == found


def test_the_order_is_trim_null_values_replace_declared():
    rules = {
        "trim": True, "nulls": ("?",), "replace": {"a": (("many", 99),)},
        "declared": {"a": Declared("number")},
    }  # fmt: skip
    found = applied([" ? ", " many ", "3"], **rules)
    assert listed(found.frame["a"]) == [None, 99, 3]
    assert found.changed == {"a": {"trim": 2, "null_values": 1, "replace": 1}}


@pytest.mark.parametrize(
    ("values", "said", "found"),
    [
        (["1", " 2.5", None], Declared("number"), [1, 2.5, None]),
        (["007", "7"], Declared("number"), [7, 7]),
        ([10115.0, NAN], Declared("category"), ["10115", None]),
        (["10115.0", "007", "x"], Declared("category"), ["10115", "007", "x"]),
        ([True, False], Declared("category"), ["true", "false"]),
        (["yes", "No", "T", "0"], Declared("boolean"), [True, False, True, False]),
        (["yes", None], Declared("boolean"), [True, None]),
        ([1.0, 0.0], Declared("boolean"), [True, False]),
        (["31.01.2024"], Declared("date", "%d.%m.%Y"), [pd.Timestamp("2024-01-31")]),
        ([20240131], Declared("date", "%Y%m%d"), [pd.Timestamp("2024-01-31")]),
        ([20240131.0, NAN], Declared("date", "%Y%m%d"), [pd.Timestamp("2024-01-31"), None]),
        (["01/02/24 13:00 +0200"], Declared("date", "%d/%m/%y %H:%M %z"),
         [pd.Timestamp("2024-02-01 11:00")]),
        ([0, 86400], Declared("date", unit="s"), [pd.Timestamp(0), pd.Timestamp("1970-01-02")]),
        (["1500"], Declared("date", unit="ms"), [pd.Timestamp("1970-01-01 00:00:01.5")]),
        (["2024-01-31", None], Declared("date"), [pd.Timestamp("2024-01-31"), None]),
        ([2.0], Declared("text"), ["2"]),
    ],
)  # fmt: skip
def test_declared_kinds(values, said, found):
    assert listed(applied(values, declared={"a": said}).frame["a"]) == found


@pytest.mark.parametrize(
    ("said", "value", "expected"),
    [
        (Declared("date", "%d.%m.%Y"), "2024-13-41", "a date written as %d.%m.%Y"),
        (Declared("date"), "13/13/2024", "a date such as 2024-01-31"),
        (Declared("date", unit="s"), "soon", "a date as a number of s since 1970"),
        (Declared("date", unit="s"), "1e99", "a date as a number of s since 1970"),
        (Declared("number"), "1,5", "a number"),
        (Declared("boolean"), "perhaps", "true or false"),
    ],
)
def test_a_value_that_is_not_of_its_kind_is_named_with_its_row(said, value, expected):
    good = {"date": "1" if said.unit else "2024-01-31", "number": "1", "boolean": "true"}
    fine = "31.01.2024" if said.format else good[said.kind]
    values = [fine] * 70_000 + [value] + [fine] * 10
    with pytest.raises(InputError) as caught:
        applied(values, declared={"a": said})
    wanted = f"the column 'a' must hold {expected}, but row 70,001 holds '{value}'"
    assert str(caught.value).startswith(wanted)
    found = apply(pd.DataFrame({"a": values}), Rules(declared={"a": _lenient(said)}))
    assert found.changed == {"a": {"invalid": 1}}
    assert found.frame["a"].isna().sum() == 1


def _lenient(said):
    return Declared(said.kind, said.format, said.unit, "missing")


def test_a_number_that_lost_its_zeros_is_no_date():
    with pytest.raises(InputError, match=r"row 1 holds '10\.2'"):
        applied([10.2], declared={"a": Declared("date", "%H.%M")})


def test_all_columns_are_told_at_once():
    frame = pd.DataFrame({"a": ["x"], "b": ["y"]})
    rules = Rules(declared={"a": Declared("number"), "b": Declared("date")})
    with pytest.raises(InputError) as caught:
        apply(frame, rules, first_row=4)
    assert [fault.message.partition(" must")[0] for fault in caught.value.faults] == [
        "the column 'a'",
        "the column 'b'",
    ]
    assert "row 5" in str(caught.value)


def test_columns_without_a_rule_are_not_copied():
    frame = pd.DataFrame({"a": ["x"], "b": [1.0]})
    found = apply(frame, Rules(trim=("a",))).frame
    assert np.shares_memory(found["b"].to_numpy(), frame["b"].to_numpy())


def test_rules_survive_json():
    rules = Rules(
        ("a",), (-999, "?", True, None), {"a": (1.5,)}, {"a": (("x", None), (1, 2))},
        {"a": Declared("date", "%d", None, "missing")},
    )  # fmt: skip
    assert Rules.from_json(json.loads(json.dumps(rules.to_json()))) == rules


def test_a_contract_of_an_older_bundle_has_no_rules():
    assert Contract.from_json({"unseen": "warn", "columns": []}).rules == Rules()


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["?", "-999", "-999.0", "007", "7", "7.0", " 7", "x", " x ", "TRUE", "true",
                     "1e3", "1000", "2024-01-31", "0", "-0.0", "+5", "inf"]),
    st.integers(-1000, 1000).map(str),
    st.floats(-1e6, 1e6).map(repr),
)  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(["?", "-999", "007", "x", "true", "2024-01-31", "1e3", -999, 7, 1000, True]),
    st.integers(-20, 20),
)
RULES = st.builds(
    Rules,
    trim=st.booleans(),
    nulls=st.lists(SCALARS, max_size=3).map(tuple),
    replace=st.fixed_dictionaries(
        {"a": st.lists(st.tuples(SCALARS, st.one_of(st.none(), SCALARS)), max_size=3).map(tuple)}
    ),
    declared=st.one_of(
        st.just({}),
        st.sampled_from(["number", "category", "boolean"]).map(
            lambda kind: {"a": Declared(kind, invalid="missing")}
        ),
    ),
)


def read_by_source(values):
    """Type a column as the CSV source does when it reads the whole of it."""
    table = pa.table({"a": pa.array(values, pa.large_string())})
    return typed.frame(table)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(TEXTS, min_size=1, max_size=12), rules=RULES)
def test_training_and_prediction_cannot_disagree(values, rules):
    """Rows typed as a whole, cleaned, then encoded; and texts, in parts, through the contract."""
    clean = apply(read_by_source(values), rules).frame
    clean = retyped(clean, [] if rules.declared else ["a"])
    kinds = {name: said.kind for name, said in rules.declared.items()}
    try:
        found = [role.column for role in roles(clean, kinds) if role.column]
    except DataError:  # nothing to learn from: no contract, nothing to agree on
        return
    wanted = encode(clean, Contract(tuple(found), "accept")).frame
    contract = Contract(tuple(found), "accept", rules)
    raw = pd.DataFrame({"a": pd.Series(values, dtype="str")})
    cuts = [0, len(values) // 3, len(values)]
    parts = [encode(raw.iloc[a:b], contract).frame for a, b in pairwise(cuts)]
    pd.testing.assert_frame_equal(pd.concat(parts), wanted, check_dtype=False)


@settings(max_examples=50, deadline=None)
@given(values=st.lists(TEXTS, max_size=10), wanted=st.lists(SCALARS, max_size=4))
def test_values_are_found_alike_as_texts_and_as_read(values, wanted):
    read = read_by_source(values)["a"]
    text = pd.Series(values, dtype="str")
    assert positions(read, wanted).tolist() == positions(text, wanted).tolist()


@settings(max_examples=50, deadline=None)
@given(values=st.lists(TEXTS, max_size=10))
def test_canonical_texts_are_the_same_however_they_were_read(values):
    read = canonical(read_by_source(values)["a"])
    assert listed(read) == listed(canonical(pd.Series(values, dtype="str")))
