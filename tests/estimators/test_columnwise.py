"""Our own small transformers of numbers and codes, each against numpy or scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold
from sklearn.preprocessing import TargetEncoder

from engine.estimators.clip import Clip
from engine.estimators.correlated import DropCorrelated
from engine.estimators.dates import CYCLES, PARTS, DateParts
from engine.estimators.frequency import Frequency
from engine.estimators.hashed import Hashed
from engine.estimators.log import Log
from engine.estimators.missing import MissingBeside
from engine.estimators.rare import Rare
from engine.estimators.target import Target

NAN = np.nan
RANDOM = np.random.default_rng(0)
CODES = RANDOM.integers(0, 6, (200, 2)).astype(float)
CODES[::17, 0] = NAN


def test_missing_values_are_marked_beside_the_columns_that_have_them():
    fitted = MissingBeside().fit([[1, NAN], [2, 3]])
    found = fitted.transform([[NAN, 5], [7, NAN]])
    np.testing.assert_array_equal(found, [[NAN, 5, 0], [7, NAN, 1]])


def test_log_is_of_one_more_and_refuses_negative_numbers():
    fitted = Log().fit([[0.0], [9.0], [NAN]])
    np.testing.assert_allclose(fitted.transform([[3], [-2], [NAN]]), [[np.log(4)], [0], [NAN]])
    with pytest.raises(ValueError, match="numbers of 0 and more, and there is -3"):
        Log().fit([[1.0], [-3.0]])


def test_clip_goes_by_shares_of_the_rows_it_was_fitted_on():
    values = RANDOM.normal(size=(500, 1))
    low, high = np.quantile(values, [0.05, 0.9])
    found = Clip([0.05, 0.9]).fit(values).transform([[-100], [0], [100], [NAN]])
    np.testing.assert_allclose(found.ravel(), [low, 0, high, NAN])


def test_clip_takes_fixed_bounds():
    found = Clip(low=0, high=2).fit([[5.0], [6.0]]).transform([[-1], [1], [9]])
    np.testing.assert_array_equal(found.ravel(), [0, 1, 2])


def test_one_fixed_bound_leaves_the_other_side_open():
    values = np.arange(1000.0)[:, None] - 500
    later = [[-1e9], [3.0], [1e9]]
    np.testing.assert_array_equal(Clip(low=0).fit(values).transform(later), [[0], [3], [1e9]])
    np.testing.assert_array_equal(Clip(high=0).fit(values).transform(later), [[-1e9], [0], [0]])
    both = Clip([0.1, 0.9], low=0).fit(values).transform(later)
    np.testing.assert_allclose(both[:, 0], [0, 3, np.quantile(values, 0.9)])


@pytest.mark.parametrize(("given", "said"), [({"shares": 5}, "two shares"), ({"shares": [0.9, 0.1]},
    "two shares"), ({"low": 3, "high": 1}, "lower bound above")])  # fmt: skip
def test_clip_refuses_nonsense(given, said):
    with pytest.raises(ValueError, match=said):
        Clip(**given).fit([[1.0], [2.0]])


def test_frequency_is_the_share_of_rows():
    shares = pd.Series(CODES[:, 0]).value_counts() / len(CODES)
    found = Frequency().fit(CODES).transform([[2, 0], [99, 99], [NAN, NAN]])
    assert found[0, 0] == shares[2.0]
    np.testing.assert_array_equal(found[1:], 0)


@pytest.mark.parametrize(("least", "kept"), [(3, [1, 2]), (0.35, [1]), (1, [1, 2, 3])])
def test_rare_levels_are_one(least, kept):
    given = np.array([1] * 4 + [2] * 3 + [3] + [NAN, NAN], dtype=float)[:, None]
    found = Rare(least).fit(given).transform([[1], [2], [3], [4], [NAN]])
    expected = [[k if k in kept else -1] for k in (1, 2, 3)] + [[-1], [NAN]]
    np.testing.assert_array_equal(found, expected)


def test_rare_levels_do_not_become_a_number_that_is_there():
    given = np.array([[-1.0], [-1], [-1], [5], [5], [5], [-4], [7]])
    found = Rare(3).fit(given).transform(given)[:, 0]
    np.testing.assert_array_equal(found[:6], given[:6, 0])
    assert found[6] == found[7]
    assert found[6] not in given


def test_hash_gives_each_level_one_bucket_always_the_same():
    many = np.arange(10_000.0)[:, None]
    table = Hashed(16).fit(CODES[:, :1]).transform(many)
    np.testing.assert_array_equal(table.sum(axis=1), 1)
    counts = table.sum(axis=0)
    assert counts.min() > 400, "levels spread over the buckets"
    assert counts.max() < 900
    again = Hashed(16).fit(many).transform([[7.0], [NAN]])
    np.testing.assert_array_equal(again[0], table[7])
    assert not again[1].any()
    with pytest.raises(ValueError, match="one bucket at least"):
        Hashed(0).fit(many)


def test_columns_that_repeat_an_earlier_one_are_left_out():
    one, other = RANDOM.normal(size=(2, 300))
    given = np.column_stack([one, -2 * one + 1e-3 * other, other, np.ones(300)])
    given[5, 0] = NAN
    fitted = DropCorrelated(0.9).fit(given)
    np.testing.assert_array_equal(fitted.kept_, [0, 2, 3])
    assert DropCorrelated(1.0).fit(given).transform(given).shape[1] == 4


@pytest.mark.parametrize("numeric", [False, True])
def test_target_is_scikit_learns_encoder_with_seeded_parts(numeric):
    y = RANDOM.normal(size=200) if numeric else RANDOM.integers(0, 2, 200)
    parts = KFold(5, shuffle=True, random_state=3)
    expected = TargetEncoder(target_type="continuous" if numeric else "auto", cv=parts)
    fitted = Target(numeric=numeric, seed=3)
    np.testing.assert_array_equal(fitted.fit_transform(CODES, y), expected.fit_transform(CODES, y))
    np.testing.assert_array_equal(fitted.transform(CODES), expected.transform(CODES))
    again = Target(numeric=numeric, seed=3).fit(CODES, y)
    np.testing.assert_array_equal(again.transform(CODES), expected.transform(CODES))


def test_counts_as_target_are_values_and_no_classes():
    y = RANDOM.integers(0, 9, 200).astype(float)
    assert Target(numeric=True).fit_transform(CODES, y).shape == CODES.shape
    assert Target(numeric=False).fit_transform(CODES, y).shape[1] == 9 * CODES.shape[1]


def test_a_rows_own_target_does_not_enter_its_encoding():
    y = RANDOM.integers(0, 2, 200)
    alone = np.arange(200.0)[:, None]  # each level once: a plain mean would be the target itself
    found = Target(seed=1).fit_transform(alone, y)
    for row in (0, 7, 100):
        other = y.copy()
        other[row] = 1 - y[row]
        assert Target(seed=1).fit_transform(alone, other)[row] == found[row]


def test_a_level_never_seen_has_the_targets_mean():
    y = RANDOM.normal(size=200)
    found = Target(numeric=True).fit(CODES, y).transform([[77, 77]])
    np.testing.assert_allclose(found, y.mean())


DAYS = pd.Series(pd.date_range("1969-12-30 05:45:10", periods=900, freq="31h17min"))
SECONDS = ((DAYS - pd.Timestamp(0)) / pd.Timedelta(1, "s")).to_numpy()[:, None]


def test_parts_of_dates_are_those_of_pandas():
    at = DAYS.dt
    expected = {
        "year": at.year, "quarter": at.quarter, "month": at.month, "day": at.day,
        "weekday": at.day_of_week, "weekend": at.day_of_week >= 5, "day_of_year": at.day_of_year,
        "hour": at.hour, "minute": at.minute, "seconds": SECONDS[:, 0],
    }  # fmt: skip
    assert set(expected) == set(PARTS)
    found = DateParts(list(PARTS)).fit_transform(SECONDS)
    for column, part in zip(found.T, PARTS, strict=True):
        np.testing.assert_array_equal(column, np.asarray(expected[part], dtype=float), part)


def test_cycles_of_dates_close():
    at = DAYS.dt
    day = (at.hour * 3600 + at.minute * 60 + at.second) / 86400
    year = np.where(at.is_leap_year, 366, 365)
    turns = {
        "day": day, "week": (at.day_of_week + day) / 7,
        "month": (at.day - 1 + day) / at.days_in_month, "year": (at.day_of_year - 1 + day) / year,
    }  # fmt: skip
    assert set(turns) == set(CYCLES)
    found = DateParts((), list(CYCLES)).fit_transform(SECONDS)
    for i, name in enumerate(CYCLES):
        angle = 2 * np.pi * np.asarray(turns[name], dtype=float)
        np.testing.assert_allclose(found[:, 2 * i], np.sin(angle), atol=1e-9)
        np.testing.assert_allclose(found[:, 2 * i + 1], np.cos(angle), atol=1e-9)


def test_dates_refuse_parts_that_there_are_not():
    with pytest.raises(ValueError, match=r"dates have no 'moth'; known: year"):
        DateParts(["moth"]).fit(SECONDS)
    with pytest.raises(ValueError, match="neither parts nor cycles"):
        DateParts((), ()).fit(SECONDS)
