"""Differences between groups, against fairlearn."""

import numpy as np
import pytest
from fairlearn.metrics import (
    demographic_parity_difference,
    equal_opportunity_difference,
    equalized_odds_difference,
)

from engine.statistics.fairness import GAPS, LEAST, shares

THEIRS = {
    "demographic_parity": demographic_parity_difference,
    "equal_opportunity": equal_opportunity_difference,
    "equalized_odds": equalized_odds_difference,
}


def decisions(seed, groups=3, rows=600):
    draw = np.random.default_rng(seed)
    codes = draw.integers(0, groups, rows)
    truth = draw.random(rows) < 0.3 + 0.1 * codes
    return truth, draw.random(rows) < 0.4 * truth + 0.15 * codes, codes


@pytest.mark.parametrize("kind", GAPS)
@pytest.mark.parametrize("seed", range(4))
def test_gaps_are_those_of_fairlearn(kind, seed):
    truth, said, groups = decisions(seed)
    theirs = THEIRS[kind](truth, said, sensitive_features=groups)
    assert GAPS[kind](truth, said, groups) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("kind", GAPS)
def test_rows_of_no_group_and_groups_of_few_rows_say_nothing(kind):
    truth, said, groups = decisions(0)
    more = np.concatenate([groups, np.full(LEAST - 1, 7), np.full(500, -1)])
    rest = len(more) - len(groups)
    ours = GAPS[kind](
        np.concatenate([truth, np.ones(rest, bool)]),
        np.concatenate([said, np.ones(rest, bool)]),
        more,
    )
    assert ours == pytest.approx(GAPS[kind](truth, said, groups))


@pytest.mark.parametrize("kind", GAPS)
def test_one_group_has_nobody_to_be_compared_with(kind):
    truth, said, groups = decisions(0, groups=1)
    assert np.isnan(GAPS[kind](truth, said, groups))


def test_shares_are_by_group():
    marked = np.array([True, True, False, False, True])
    found = shares(marked, np.array([0, 0, 0, 1, -1]), least=2)
    assert found == pytest.approx([2 / 3, np.nan], nan_ok=True)
