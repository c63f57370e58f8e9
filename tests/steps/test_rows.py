"""Rules for rows: a filter, duplicates, a sample; against plain pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from engine.recipe.schema import Data
from engine.steps.load import Dataset
from engine.steps.rows import chosen


def data(**said):
    return Data.model_validate({"source": "a.csv", "target": "y", **said})


def frame(rows=100):
    n = np.arange(rows)
    return pd.DataFrame(
        {"a": n % 7, "b": [f"t{i % 3}" for i in n], "y": np.where(n % 10, "no", "yes")}
    )


def test_without_rules_the_rows_stay_as_they_are():
    rows = frame()
    found = chosen(rows, data())
    assert found.frame is rows
    assert (found.removed, found.notes) == ({}, [])


def test_where_keeps_the_rows_for_which_a_formula_holds():
    rows = frame()
    found = chosen(rows, data(clean={"where": "a >= 2 and b in ('t0', 't1')"}))
    oracle = rows[(rows.a >= 2) & rows.b.isin(["t0", "t1"])]
    pd.testing.assert_frame_equal(found.frame, oracle)
    assert found.removed == {"clean.where": 100 - len(oracle)}


def test_where_may_read_the_target_which_only_training_has():
    assert set(chosen(frame(), data(clean={"where": "y == 'no'"})).frame.y) == {"no"}


def test_rows_for_which_it_has_no_value_are_left_out_and_told():
    rows = frame(10).assign(a=[None, *range(9)])
    found = chosen(rows, data(clean={"where": "10 / a > 0"}))
    assert found.frame.index.tolist() == [*range(2, 10)]
    assert found.notes == [
        "data.clean.where: a division by zero in row 2; taken as missing",
        "data.clean.where has no value for 2 rows, which are left out",
    ]


def test_duplicates_are_looked_for_among_the_rows_that_where_keeps():
    rows = pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "y"], "y": [0, 1, 0]})
    said = data(clean={"where": "b == 'y'", "drop_duplicates": ["a"]})
    assert chosen(rows, said).frame.index.tolist() == [1, 2]


values = st.none() | st.integers(0, 2) | st.sampled_from(["a", "b"])


@settings(max_examples=50)
@given(st.lists(st.tuples(values, values), min_size=1, max_size=20))
def test_the_first_of_equal_rows_is_kept(pairs):
    rows = pd.DataFrame(pairs, columns=["a", "y"], dtype=object)
    first = {}
    for i, pair in enumerate(pairs):
        first.setdefault(tuple(None if v is None else str(v) for v in pair), i)
    found = chosen(rows, data(clean={"drop_duplicates": True}))
    assert found.frame.index.tolist() == sorted(first.values())
    assert found.removed == {"clean.drop_duplicates": len(pairs) - len(first)}


@pytest.mark.parametrize(
    ("said", "size"),
    [(30, 30), (0.25, 25), ({"rows": 30}, 30), ({"share": 0.25}, 25), (1000, 100), (0.001, 1)],
)
def test_a_sample_has_the_size_that_was_asked_for(said, size):
    found = chosen(frame(), data(sample=said))
    assert len(found.frame) == size
    assert found.frame.index.is_monotonic_increasing
    assert found.removed == {"sample": 100 - size}


def test_a_sample_keeps_the_shares_of_classes():
    rows = frame(1000)
    for seed in range(5):
        drawn = chosen(rows, data(sample={"rows": 100, "seed": seed})).frame
        assert (drawn.y == "yes").sum() == 10
    free = [
        (
            chosen(rows, data(sample={"rows": 100, "seed": s, "stratify": False})).frame.y == "yes"
        ).sum()
        for s in range(10)
    ]
    assert len(set(free)) > 1


def test_the_same_seed_draws_the_same_rows_and_another_others():
    rows = frame(1000)
    drawn = [
        chosen(rows, data(sample={"rows": 50, "seed": s})).frame.index.tolist() for s in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_sample_is_drawn_evenly():
    rows = frame(200).assign(y=np.arange(200) * 1.5)
    times = np.zeros(200)
    for seed in range(300):
        times[chosen(rows, data(sample={"rows": 40, "seed": seed})).frame.index] += 1
    assert abs(times.mean() - 60) < 1e-9
    assert times.min() > 30
    assert times.max() < 90


def test_rows_without_a_target_and_few_numbers_are_drawn_too():
    rows = frame(100).assign(y=[1.0, 2.0, None, None] * 25)
    assert len(chosen(rows, data(sample=20)).frame) == 20


def test_a_rule_that_leaves_no_row_is_named_with_what_else_is_known():
    rows = frame().assign(a=None)
    with pytest.raises(DataError, match=r"data\.clean\.where: leaves no row") as caught:
        chosen(rows, data(clean={"where": "a > 100"}))
    assert "has no value for 100 rows" in caught.value.faults[0].hint


# Columns that are compared, and not learnt from


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """Twenty of a hundred rows stand twice, the second time with another note."""
    monkeypatch.chdir(tmp_path)
    rows = frame().assign(id=range(100), note="first")
    pd.concat([rows, rows.head(20).assign(note="second")]).to_csv("a.csv", index=False)


@pytest.mark.parametrize("picks", [{"drop": ["id"]}, {"columns": ["a", "b", "y"]}])
@pytest.mark.usefixtures("copies")
def test_rows_are_compared_by_a_column_that_is_not_learnt_from(picks):
    found = Dataset(data(**picks, clean={"drop_duplicates": ["id"]}))
    assert found.facts.removed == {"clean.drop_duplicates": 20}
    assert "id" not in found.frame


@pytest.mark.usefixtures("copies")
def test_of_all_columns_those_are_compared_that_are_picked():
    """Whatever a filter, or what is expected, looks at besides."""
    said = {"drop": ["note"], "clean": {"drop_duplicates": True, "where": "note != ''"}}
    found = Dataset(data(**said))
    assert found.facts.removed == {"clean.where": 0, "clean.drop_duplicates": 20}
    assert len(found.whole(["note"])) == 100


@pytest.mark.parametrize("used", [{}, {"columns": ["l", "y"]}, {"clean": {"where": "l == 'x'"}}])
def test_a_column_of_lists_is_refused_where_it_is_used(tmp_path, monkeypatch, used):
    monkeypatch.chdir(tmp_path)
    frame(20).assign(l=[[1]] * 20, c=[b"x"] * 20).to_parquet("a.parquet")
    drop = ["c", "l"] if "clean" in used else ["c"]
    said = {"source": "a.parquet", "target": "y", "drop": drop, **used}
    with pytest.raises(DataError) as caught:
        _ = Dataset(Data.model_validate(said)).frame
    assert str(caught.value) == (
        "the column 'l' holds lists, which no column can hold\n"
        "    take it apart where it is written, or leave it out: data.drop: [l]"
    )
    left = Data.model_validate({"source": "a.parquet", "target": "y", "drop": ["l", "c"]})
    assert list(Dataset(left).frame) == ["a", "b", "y"]
