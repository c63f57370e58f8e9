"""Training comes before validation in time, always."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Rows
from engine.errors import DataError
from engine.splitters import forward

TIMES = st.lists(st.integers(0, 60), min_size=10, max_size=200).filter(lambda t: len(set(t)) >= 6)


def rows_at(times):
    times = np.asarray(times)
    return Rows(len(times), time=times)


@given(times=TIMES, count=st.integers(2, 5))
def test_the_past_trains_and_what_follows_validates(times, count):
    rows = rows_at(times)
    folds = forward.folds(rows, count, 0)
    for fold in folds:
        assert rows.time[fold.train].max() < rows.time[fold.valid].min()
    for before, after in pairwise(folds):
        assert after.train.tolist() == sorted([*before.train, *before.valid])
    assert len(folds[-1].train) + len(folds[-1].valid) == rows.count


@given(times=TIMES, share=st.floats(0.05, 0.95))
def test_the_holdout_is_the_latest(times, share):
    rows = rows_at(times)
    fold = forward.holdout(rows, share, 0)
    assert rows.time[fold.train].max() < rows.time[fold.valid].min()
    ties = np.bincount(rows.time).max()
    assert abs(len(fold.valid) - share * rows.count) <= ties + 1


def test_parts_are_of_one_size_where_times_are_distinct():
    folds = forward.folds(rows_at(np.random.default_rng(0).permutation(120)), 5, 0)
    assert [len(fold.valid) for fold in folds] == [20] * 5
    assert [len(fold.train) for fold in folds] == [20, 40, 60, 80, 100]


def test_one_crowded_day_leaves_rows_for_every_fold():
    times = [0] * 100 + list(range(1, 6))
    assert all(len(fold.valid) for fold in forward.folds(rows_at(times), 5, 0))
    assert all(len(fold.valid) for fold in forward.folds(rows_at([-t for t in times]), 5, 0))


@pytest.mark.parametrize(
    "times",
    [
        pd.date_range("2024-01-01", periods=30).to_numpy(),
        pd.date_range("2024-01-01", periods=30, tz="UTC").astype(object).to_numpy(),
        np.linspace(-1, 1, 30),
        np.array([f"2024-01-{day:02}" for day in range(1, 31)], dtype=object),
    ],
)
def test_times_of_any_type(times):
    order = np.random.default_rng(0).permutation(30)
    fold = forward.holdout(rows_at(times[order]), 0.2, 0)
    assert sorted(order[fold.valid]) == list(range(24, 30))


def test_the_seed_has_no_say():
    rows = rows_at(np.arange(50) // 2)
    first, second = forward.folds(rows, 3, 0)[1], forward.folds(rows, 3, 7)[1]
    assert first.valid.tolist() == second.valid.tolist()


def test_too_few_times():
    with pytest.raises(DataError) as caught:
        forward.folds(rows_at([1, 2, 3, 4] * 5), 5, 0)
    assert str(caught.value) == (
        "data.time: the column has 4 distinct values in the rows to train on; "
        "5 folds going forward need 6\n"
        "    set evaluation.folds to 2 .. 3, or name another data.time"
    )


def test_one_time_leaves_no_holdout():
    with pytest.raises(DataError, match=r"data\.time: the column has 1 distinct value;"):
        forward.holdout(rows_at([1] * 20), 0.2, 0)


def test_time_that_was_not_given():
    with pytest.raises(DataError) as caught:
        forward.holdout(Rows(10), 0.2, 0)
    assert str(caught.value) == (
        "evaluation.split: the split 'forward' needs data.time\n"
        "    name a column under data.time, or choose another evaluation.split"
    )


@pytest.mark.parametrize("gap", [np.datetime64("NaT"), None, float("nan")])
def test_missing_times(gap):
    times = pd.array([*pd.date_range("2024", periods=9), gap], dtype=object).to_numpy()
    with pytest.raises(DataError, match=r"data\.time: the column has 1 missing value"):
        forward.folds(rows_at(times), 2, 0)


def test_times_of_several_types():
    with pytest.raises(DataError, match=r"data\.time: the column cannot be put in order"):
        forward.folds(rows_at(np.array([1, pd.Timestamp("2024")] * 5, dtype=object)), 2, 0)
