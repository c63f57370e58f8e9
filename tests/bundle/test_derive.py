"""Columns by formula: training and prediction make the same of the same values."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundle.derive import Derive, Failed
from engine.bundle.input import Column, Contract, encode
from engine.bundle.load import open_bundle
from engine.bundle.score import score
from engine.errors import InputError
from engine.sources import csv
from engine.steps.derived import derive
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe

FORMULAS = {
    "rate": "amount / times",
    "late": "weekday(day) >= 5 or member",
    "kind": "concat(lower(word), '-', code)",
    "high": "rate > 2",
    "month": "month(day) + number(member)",
    "next": "add_days(day, times)",
}
LEVELS = ("a-01", "b-01", "a-7x", "b-7x")
CONTRACT = Contract(
    (
        Column("rate", "number"), Column("late", "boolean"), Column("kind", "category", LEVELS),
        Column("high", "boolean"), Column("month", "number"), Column("next", "date"),
        Column("times", "number"),
    ),
    "accept",
)  # fmt: skip
values = st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(-5, 5).map(float))
rows = st.lists(
    st.tuples(
        values, st.integers(-3, 3), st.one_of(st.none(), st.booleans()),
        st.one_of(st.none(), st.sampled_from(["A", "b"])), st.sampled_from(["01", "7x"]),
        st.one_of(st.none(), st.dates().map(str)),
    ),
    min_size=4, max_size=20,
)  # fmt: skip
NAMES = ["amount", "times", "member", "word", "code", "day"]


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(1, 7))
def test_training_and_the_texts_of_a_file_give_the_same_numbers(tmp_path_factory, drawn, chunk):
    filled = [(1.5, 2, True, "A", "01", "2024-02-29"), (2.5, 3, False, "b", "7x", "1969-07-20")]
    path = tmp_path_factory.mktemp("derive") / "rows.csv"
    pd.DataFrame([*filled, *drawn], columns=NAMES).to_csv(path, index=False)
    typed = csv.read(str(path))
    found = derive(FORMULAS, typed)
    contract = Contract(CONTRACT.columns, "accept", derive=found)
    trained = encode(typed, contract).frame
    contract = Contract.from_json(json.loads(json.dumps(contract.to_json())))
    served = [encode(part, contract).frame for part in csv.chunks(str(path), chunk)]
    together = pd.concat(served, ignore_index=True)
    pd.testing.assert_frame_equal(trained, together, check_exact=True)
    expected = [a / t if a is not None and t else math.nan for a, t, *_ in drawn]
    np.testing.assert_allclose(trained["rate"].to_numpy()[2:], expected, rtol=1e-12)


def contract_of(*columns: Column, **formulas: str) -> Contract:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1, 0], "t": ["x", "y"]})
    return Contract(columns, derive=derive(formulas, frame))


def test_columns_that_formulas_read_are_required_and_nothing_else():
    contract = contract_of(Column("r", "number"), Column("c", "number"), r="a / b", s="r + 1")
    assert contract.required == ["c", "a", "b"]
    with pytest.raises(InputError) as caught:
        encode(pd.DataFrame({"A": [1.0], "c": [1]}), contract)
    assert "the column 'a' is missing\n    is it called 'A' there?" in str(caught.value)
    assert "the column 'b' is missing" in str(caught.value)
    assert "'r'" not in str(caught.value)


def test_a_derived_column_takes_the_place_of_one_that_is_called_like_it():
    contract = contract_of(Column("r", "number"), r="a / b")
    raw = pd.DataFrame({"r": ["what", "ever"], "a": [1, 2], "b": [2, 1]})
    assert encode(raw, contract).frame["r"].tolist() == [0.5, 2]


def test_wrong_values_are_told_with_those_of_other_columns_and_once():
    contract = contract_of(
        Column("r", "number"), Column("a", "number"), Column("c", "number"), r="a / b"
    )
    raw = pd.DataFrame({"a": ["1", "x"], "b": ["y", "2"], "c": ["3", "z"]})
    with pytest.raises(InputError) as caught:
        encode(raw, contract, first_row=100)
    assert [fault.message for fault in caught.value.faults] == [
        "the column 'a' must hold a number, but row 102 holds 'x'",
        "the column 'b' must hold a number, but row 101 holds 'y'",
        "the column 'c' must hold a number, but row 102 holds 'z'",
    ]


def test_what_has_no_value_is_told_by_its_row_in_the_file():
    contract = contract_of(Column("r", "number"), r="a / b")
    raw = pd.DataFrame({"a": ["1", "2", "3"], "b": ["2", "0", "0"]})
    encoded = encode(raw, contract, first_row=100)
    assert encoded.failed == (Failed("r", "a division by zero", 2, 102),)
    assert str(encoded.failed[0]) == (
        "r: a division by zero in 2 rows, the first is row 102; taken as missing"
    )
    assert str(Failed("r", "x", 1, 5)) == "r: x in row 5; taken as missing"


def test_a_text_that_grows_too_long_names_column_and_row():
    contract = contract_of(Column("u", "category", ("x",)), u="concat(t, t)")
    raw = pd.DataFrame({"t": ["x", "y" * 6000]})
    with pytest.raises(InputError, match="u: row 102 would become a text of 12,000 letters"):
        encode(raw, contract, first_row=100)


def test_an_older_contract_without_formulas_is_read():
    tree = contract_of(Column("c", "number")).to_json()
    del tree["derive"]
    assert Contract.from_json(tree).derive == Derive()


def test_rows_without_a_value_are_counted_over_the_parts_of_a_file(tmp_path):
    frame = mixed(120).assign(zero=[1, 2, 0] * 40)
    made = Steps(recipe("linear", features={"derive": {"q": "size / zero"}}), frame, tmp_path)
    made.run("pack")
    path = tmp_path / "new.csv"
    frame.assign(size=1.0).to_csv(path, index=False)
    counts = score(open_bundle(made["pack"].folder), csv, str(path), tmp_path / "out.csv", 7)
    (failed,) = counts.failed.values()
    assert (failed.column, failed.rows, failed.first) == ("q", 40, 3)


def test_a_bundle_makes_its_derived_columns_by_itself(tmp_path):
    frame = mixed(120)
    frame["first"] = [f"c{i:04d}" for i in range(120)]
    features = {"derive": {"ratio": "size / (age - 30)", "from_id": "number(substring(first, 2))"}}
    made = Steps(recipe("linear", features=features, data={"id": "first"}), frame, tmp_path)
    made.run("pack")
    bundle = open_bundle(made["pack"].folder)
    assert {"ratio", "from_id"} <= set(bundle.contract.names)
    texts = frame.astype("str").where(frame.notna())
    one, other = bundle.predict(frame)[0], bundle.predict(texts)[0]
    assert np.allclose(one.filter(like="probability"), other.filter(like="probability"))
    with pytest.raises(InputError, match="'first' is missing"):
        bundle.predict(frame.drop(columns="first"))
