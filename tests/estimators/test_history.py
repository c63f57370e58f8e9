"""Lags and rolling windows: an oracle, never looking ahead, and serving as in training."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.estimators.carried import carried, looks_back
from engine.estimators.history import History

TABLES = st.integers(0, 10_000)


def frame(rows=120, groups=4, seed=0):
    random = np.random.default_rng(seed)
    moments = random.permutation(rows * 10)[:rows]  # none twice
    values = random.normal(size=rows)
    values[random.random(rows) < 0.1] = np.nan
    group = random.integers(0, groups, rows)
    return pd.DataFrame({"time": moments, "group": group, "value": values}).astype(float)


def seen(table, grouped=True, **params):
    return History(grouped=grouped, **params).fit_transform(table.to_numpy())


def test_lags_are_those_of_pandas():
    table = frame()
    ordered = table.sort_values("time").groupby("group")["value"]
    expected = pd.DataFrame({lag: ordered.shift(lag) for lag in (1, 3)}).loc[table.index]
    found = seen(table, lags=[1, 3])
    np.testing.assert_array_equal(found[:, 0], table["value"])
    np.testing.assert_array_equal(found[:, 1:], expected)


@pytest.mark.parametrize("statistic", ["mean", "min", "max", "sum", "std", "count"])
@pytest.mark.parametrize("window", [2, 5])
def test_windows_are_those_of_pandas_before_the_row(statistic, window):
    table = frame()

    def rolled(values):
        windows = values.shift(1).rolling(window, min_periods=1)
        found = getattr(windows, statistic)()
        known = windows.count()
        return found if statistic == "count" else found.where(known >= 1 + (statistic == "std"))

    ordered = table.sort_values("time").groupby("group")["value"].transform(rolled)
    found = seen(table, windows=window, statistics=statistic, keep=False)
    expected = ordered.loc[table.index].to_numpy()
    if statistic == "count":
        expected = np.nan_to_num(expected)
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-9, atol=1e-12)


PLAIN = {
    "mean": np.mean, "min": np.min, "max": np.max, "sum": np.sum, "count": len,
    "std": lambda known: np.std(known, ddof=1),
}  # fmt: skip


def plainly(table, window, statistic):
    """What each row sees, by looking at all others."""
    found = np.full(len(table), 0.0 if statistic == "count" else np.nan)
    for i, (time, group, _) in enumerate(table):
        earlier = table[(table[:, 0] < time) & (table[:, 1] == group)]
        latest = earlier[np.argsort(earlier[:, 0], kind="stable")][-window:, 2]
        known = latest[~np.isnan(latest)]
        if len(known) > (statistic == "std"):
            found[i] = PLAIN[statistic](known)
    return found


@settings(max_examples=100, deadline=None)
@given(
    seed=TABLES, statistic=st.sampled_from(sorted(PLAIN)), window=st.integers(1, 70),
    coarse=st.sampled_from([1, 40, 300]), far=st.sampled_from([0.0, 1e6]),
)  # fmt: skip
def test_windows_are_those_of_a_plain_loop(seed, statistic, window, coarse, far):
    table = frame(90, 3, seed)
    table["value"] += far
    table["time"] //= coarse  # several rows of one moment
    strange = np.random.default_rng(seed).random((90, 2)) < 0.05
    table[["time", "group"]] = table[["time", "group"]].mask(strange)
    found = seen(table, windows=window, statistics=statistic, keep=False)[:, 0]
    expected = plainly(table.to_numpy(), window, statistic)
    left = 1e-9 if far else 1e-12  # of what is said of numbers near a million
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=left)


@pytest.mark.parametrize("statistic", sorted(PLAIN))
def test_a_wide_window_takes_no_more_memory_than_a_narrow_one(statistic):
    table = frame(20_000).to_numpy()

    def peak(**params):
        made = History(grouped=True, keep=False, statistics=statistic, **params)
        tracemalloc.start()
        made.fit_transform(table)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(windows=500) < 1.5 * peak(windows=5)
    assert peak(lags=[500]) < 1.5 * peak(lags=[5])


def test_a_number_stands_for_all_lags_up_to_it():
    table = frame()
    np.testing.assert_array_equal(seen(table, lags=3), seen(table, lags=[1, 2, 3]))


def test_without_groups_all_rows_are_one():
    table = frame()
    alone = table.drop(columns="group")
    same = table.assign(group=0.0)
    np.testing.assert_array_equal(seen(alone, False, lags=2), seen(same, lags=2))


def test_rows_of_one_moment_do_not_see_each_other():
    table = np.array([[1, 10], [2, 20], [2, 30], [3, 40.0]])
    found = History(lags=[1, 2], keep=False).fit_transform(table)
    nan = np.nan
    expected = [[nan, nan], [10, nan], [10, nan], [30, 20]]
    np.testing.assert_array_equal(found, expected)


PARAMS = {"lags": [1, 3], "windows": [2, 5], "statistics": sorted(PLAIN), "keep": False}


@settings(max_examples=60, deadline=None)
@given(seed=TABLES, coarse=st.sampled_from([1, 4]))
def test_the_order_of_the_file_plays_no_part_but_for_who_comes_last_of_a_moment(seed, coarse):
    table = frame(60, 3, seed).sort_values("time", ignore_index=True)
    table["time"] = table.index // coarse
    if coarse > 1:  # whoever comes last, he holds the same
        moments = table.groupby(["group", "time"])["value"]
        table["value"] = moments.transform("first")
    whole = seen(table, **PARAMS)
    shuffled = table.sample(frac=1, random_state=seed)
    np.testing.assert_allclose(seen(shuffled, **PARAMS), whole[shuffled.index], rtol=1e-9)


def test_later_rows_see_those_of_one_moment_in_the_order_of_the_file():
    table = np.array([[2, 40], [1, 10], [1, 30], [1, 20.0]])
    for asked, last in ((table, 20), (table[[3, 1, 0, 2]], 30)):
        found = History(lags=1, keep=False).fit_transform(asked).ravel()
        assert found[asked[:, 0] == 2] == last
    fitted = History(lags=2, keep=False).fit([[0, 5.0]])
    served = fitted.carried(table[1:3]).carried(table[3:]).transform(table[:1])
    np.testing.assert_array_equal(served, [[20, 30]])


def test_a_row_without_time_or_group_has_no_history():
    table = np.array([[1, 0, 10], [np.nan, 0, 20], [3, np.nan, 30], [4, np.nan, 40], [5, 0, 50.0]])
    found = History(lags=1, keep=False, grouped=True).fit_transform(table)
    np.testing.assert_array_equal(found.ravel(), [np.nan, np.nan, np.nan, np.nan, 10])


@settings(max_examples=60, deadline=None)
@given(seed=TABLES, cut=st.integers(1, 39), coarse=st.sampled_from([1, 4]))
def test_changing_later_rows_changes_nothing_before(seed, cut, coarse):
    table = frame(40, 3, seed).sort_values("time", ignore_index=True)
    table["time"] = table.index // coarse  # several rows of one moment
    other = table.copy()
    later = table["time"] >= table["time"][cut]
    other.loc[later, "value"] = 1e6
    params = {"lags": [1, 2], "windows": [3], "statistics": ["mean", "max"], "keep": False}
    at = table["time"] <= table["time"][cut]
    np.testing.assert_array_equal(seen(table, **params)[at], seen(other, **params)[at])


@settings(max_examples=60, deadline=None)
@given(seed=TABLES, cut=st.integers(0, 40), coarse=st.sampled_from([1, 4]))
def test_a_row_is_served_as_it_was_trained_given_the_same_history(seed, cut, coarse):
    table = frame(40, 3, seed).sort_values("time", ignore_index=True)
    table["time"] = table.index // coarse
    cut = min(cut, 39)
    learnt = table["time"] < table["time"][cut]
    params = {"lags": [1, 3], "windows": [2], "statistics": ["mean", "std"], "grouped": True}
    whole = History(**params).fit_transform(table.to_numpy())
    if not learnt.any():
        return
    fitted = History(**params).fit(table[learnt].to_numpy())
    np.testing.assert_array_equal(fitted.transform(table[~learnt].to_numpy()), whole[~learnt])
    np.testing.assert_array_equal(fitted.transform(table.to_numpy()), whole)  # asked for again
    for row in np.flatnonzero(~learnt):  # one by one, in order
        one = table.iloc[[row]].to_numpy()
        np.testing.assert_array_equal(fitted.transform(one)[0], whole[row])
        fitted = fitted.carried(one)


def test_what_is_kept_does_not_grow_with_the_rows():
    fitted = History(lags=3, grouped=True).fit(frame(2_000, 5).to_numpy())
    assert len(fitted.last_) <= 5 * (3 + 3)
    for seed in range(3):
        later = frame(500, 5, seed)
        later["time"] += 1e6 * (seed + 1)
        fitted = fitted.carried(later.to_numpy())
    assert len(fitted.last_) <= 5 * (3 + 3)


def test_rows_that_are_validated_see_training_rows_and_earlier_ones_of_theirs():
    train, valid = frame(60, 2), frame(20, 2, 1)
    valid["time"] += 1_000
    found = History(lags=1, keep=False, grouped=True).fit(train.to_numpy())
    both = pd.concat([train, valid], ignore_index=True).sort_values("time")
    expected = both.groupby("group")["value"].shift(1).sort_index().loc[60:]
    np.testing.assert_array_equal(found.transform(valid.to_numpy())[:, 0], expected)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "neither lags nor windows"),
        ({"lags": [0]}, "whole numbers of rows from 1 on, not 0"),
        ({"lags": 0}, "whole numbers of rows from 1 on, not 0"),
        ({"windows": 2.5}, "not 2.5"),
        ({"windows": 2, "statistics": "median"}, "a window has no 'median'"),
    ],
)
def test_nonsense_is_refused(params, said):
    with pytest.raises(ValueError, match=said):
        History(**params).fit(frame().to_numpy())


def test_only_what_looks_back_is_carried():
    assert not looks_back(object())
    plain = object()
    assert carried(plain, None) is plain
