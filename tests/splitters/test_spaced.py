"""Gap, embargo and window of folds that go forward in time."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from engine.contracts import Rows, Spacing
from engine.errors import DataError
from engine.splitters import forward, latest

TIMES = st.lists(st.integers(0, 90), min_size=20, max_size=200).filter(lambda t: len(set(t)) >= 12)


def rows_at(times):
    return Rows(len(times), time=np.asarray(times, dtype=float))


def same(ours, theirs):
    return [(f.train.tolist(), f.valid.tolist()) for f in ours] == [
        (train.tolist(), valid.tolist()) for train, valid in theirs
    ]


@pytest.mark.parametrize("gap", [0, 1, 7])
@pytest.mark.parametrize("count", [2, 5])
def test_one_row_for_each_time_is_as_scikit_learn_splits(gap, count):
    rows = rows_at(np.arange(120))
    ours = forward.folds(rows, count, 0, Spacing(gap=gap))
    assert same(ours, TimeSeriesSplit(count, gap=gap).split(rows.time))
    sliding = forward.folds(rows, count, 0, Spacing(gap=gap, window="sliding"))
    size = 120 // (count + 1)
    theirs = TimeSeriesSplit(count, gap=gap, max_train_size=size).split(rows.time)
    assert same(sliding, theirs)


@given(
    times=TIMES,
    count=st.integers(2, 5),
    gap=st.integers(0, 12),
    embargo=st.integers(0, 6),
    window=st.one_of(st.sampled_from(["expanding", "sliding"]), st.integers(5, 60)),
)
def test_the_sides_stand_apart(times, count, gap, embargo, window):
    rows = rows_at(times)
    plain = forward.folds(rows, count, 0)
    try:
        folds = forward.folds(rows, count, 0, Spacing(gap, embargo, window))
    except DataError:
        assume(False)
    for near, far in zip(plain, folds, strict=True):
        cut = rows.time[near.valid].min()
        left = near.train[rows.time[near.train] + gap < cut]
        assert rows.time[far.train].max() + gap < cut
        kept = near.valid[rows.time[near.valid] >= cut + embargo]
        assert far.valid.tolist() == kept.tolist(), "an embargo takes nothing else"
        if window == "expanding":
            assert far.train.tolist() == left.tolist(), "a gap takes nothing else"
        elif window == "sliding":
            size = round(rows.count / (count + 1))
            assert len(far.train) >= min(size, len(left))
            oldest = rows.time[far.train].min()
            assert (rows.time[far.train] > oldest).sum() < size, "no more than it takes"
        else:
            assert rows.time[far.train].min() + window >= cut - gap


@given(times=TIMES, gap=st.integers(0, 20), embargo=st.integers(0, 10))
def test_the_holdout_stands_apart_and_no_window_shortens_what_it_leaves(times, gap, embargo):
    rows = rows_at(times)
    plain = forward.holdout(rows, 0.3, 0)
    cut = rows.time[plain.valid].min()
    try:
        fold = forward.holdout(rows, 0.3, 0, Spacing(gap, embargo, "sliding"))
    except DataError:
        assume(False)
    assert fold.train.tolist() == np.flatnonzero(rows.time + gap < cut).tolist()
    assert fold.valid.tolist() == np.flatnonzero(rows.time >= cut + embargo).tolist()


@pytest.mark.parametrize(
    ("spacing", "message"),
    [
        (Spacing(gap=500), r"evaluation\.gap: it leaves fold 1 of 3 no row to train on"),
        (Spacing(embargo=500), r"evaluation\.embargo: it leaves fold 1 of 3 no row to validate on"),
        (Spacing(gap=5, window=0.5), r"(?s)evaluation\.window: .*lengthen it"),
    ],
)
def test_a_spacing_that_leaves_nothing(spacing, message):
    with pytest.raises(DataError, match=message):
        forward.folds(rows_at(np.arange(40) * 2), 3, 0, spacing)


def test_a_gap_larger_than_the_data_leaves_no_holdout():
    with pytest.raises(DataError, match="it leaves the holdout no row to train on"):
        forward.holdout(rows_at(np.arange(40)), 0.2, 0, Spacing(gap=100))


def test_the_latest_rows():
    times = np.array([5.0, 1.0, 3.0, 3.0, 2.0])
    assert latest(times, "expanding", 2).tolist() == [0, 1, 2, 3, 4]
    assert latest(times, "sliding", 2).tolist() == [0, 2, 3], "equal times are not cut apart"
    assert latest(times, 2.0, 0).tolist() == [0, 2, 3]
    assert latest(times, 2.0, 0, end=4.0).tolist() == [0, 2, 3, 4]
