"""Association, against scipy, against published figures, and where there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.statistics.association import (
    correlation_ratio,
    cramers_v,
    spearman,
    spearman_matrix,
)

random = np.random.default_rng(0)


def holes(values: np.ndarray, share: float = 0.1) -> np.ndarray:
    return np.where(random.random(len(values)) < share, np.nan, values)


def test_spearman_is_scipys_on_the_rows_that_have_both():
    x, y = holes(random.normal(size=300)), holes(random.normal(size=300))
    y = y + x
    both = ~(np.isnan(x) | np.isnan(y))
    expected = stats.spearmanr(x[both], y[both]).statistic
    assert spearman(x, y) == pytest.approx(abs(expected))
    assert spearman(x, -y) == pytest.approx(abs(expected))


def test_the_matrix_is_scipys_where_nothing_is_missing():
    columns = random.normal(size=(200, 4)).round(1)
    columns[:, 3] = -(columns[:, 0] ** 3)
    assert spearman_matrix(columns) == pytest.approx(stats.spearmanr(columns).statistic)


def test_the_matrix_does_not_overrate_columns_with_holes():
    x = random.normal(size=500)
    columns = np.column_stack([holes(x, 0.5), holes(x, 0.5)])
    assert 0 < spearman_matrix(columns)[0, 1] < 1


def test_a_column_that_does_not_vary_goes_with_nothing():
    constant, x = np.ones(20), random.normal(size=20)
    assert np.isnan(spearman(constant, x))
    with np.errstate(all="raise"):
        assert np.isnan(spearman_matrix(np.column_stack([constant, x]))[0, 1])
    assert np.isnan(correlation_ratio(np.zeros(20, dtype=int), x))
    assert np.isnan(correlation_ratio(np.arange(20), x))
    assert np.isnan(cramers_v(np.zeros(20, dtype=int), np.arange(20) % 2))


def test_the_correlation_ratio_is_that_of_an_analysis_of_variance():
    codes = random.integers(0, 4, 400)
    values = codes * 0.5 + random.normal(size=400)
    found = stats.f_oneway(*(values[codes == code] for code in range(4)))
    f, between, within = found.statistic, 3, 400 - 4
    eta = f * between / (f * between + within)
    epsilon = 1 - (1 - eta) * 399 / within
    assert correlation_ratio(codes, values) == pytest.approx(np.sqrt(epsilon))


def test_many_groups_explain_nothing_by_chance():
    codes = random.integers(0, 500, 2000)
    assert correlation_ratio(codes, random.normal(size=2000)) < 0.2
    assert cramers_v(codes, random.integers(0, 2, 2000)) < 0.2


def test_cramers_v_without_its_correction_is_scipys():
    x = random.integers(0, 3, 5000)
    y = np.where(random.random(5000) < 0.6, x, random.integers(0, 3, 5000))
    table = np.zeros((3, 3), dtype=int)
    np.add.at(table, (x, y), 1)
    plain = stats.contingency.association(table, method="cramer")
    assert cramers_v(x, y) == pytest.approx(plain, abs=0.002)


def test_what_gives_the_other_is_one():
    codes = np.repeat(np.arange(5), 20)
    assert cramers_v(codes, codes) == pytest.approx(1)
    assert cramers_v(codes, (codes * 3) % 5) == pytest.approx(1)
    assert correlation_ratio(codes, codes.astype(float)) == pytest.approx(1)
    assert spearman(np.exp(codes / 2), codes.astype(float)) == pytest.approx(1)


def test_missing_codes_are_left_out():
    codes = np.repeat(np.arange(2), 50)
    values = codes + random.normal(size=100)
    more = np.concatenate([codes, [-1, -1]]), np.concatenate([values, [1e9, -1e9]])
    assert correlation_ratio(*more) == pytest.approx(correlation_ratio(codes, values))
    assert cramers_v(np.concatenate([codes, [-1]]), np.concatenate([codes, [0]])) == pytest.approx(
        1
    )


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=40))
def test_it_never_leaves_its_range(pairs):
    x = np.array([a for a, _ in pairs], dtype=np.intp)
    y = np.array([b for _, b in pairs], dtype=np.intp)
    numbers = np.where(y < 0, np.nan, y.astype(float))
    for found in (cramers_v(x, y), correlation_ratio(x, numbers), spearman(numbers, numbers)):
        assert np.isnan(found) or -1e-9 <= found <= 1 + 1e-9
