"""Which trials an ensemble is chosen from, and how long what comes out takes to fit."""

from dataclasses import replace

import pytest

from engine.search.candidate import Candidate, Trial
from engine.search.final import (
    CHOOSING,
    CHOOSING_EACH,
    EXPECTED,
    MORE_ROWS,
    MOST_ROWS,
    OF_ONE_FAMILY,
    final_seconds,
    fit_seconds,
    pool,
    ranked,
)

CHOICE = CHOOSING + CHOOSING_EACH * MOST_ROWS


def trial(index, mean, family="one", seconds=4.0, **facts):
    given = {"state": "complete", "scores": (mean, mean), "seconds": seconds, **facts}
    return Trial(index, Candidate(family, {}, {"n": index}), {}, **given)


def test_best_first_the_earlier_of_equals_and_none_twice():
    trials = [trial(0, 0.5), trial(1, 0.9), trial(2, 0.9), trial(3, 0.7)]
    trials += [replace(trials[1], index=4, same_as=1), trial(5, 0.99, state="pruned")]
    trials += [trial(6, 1.0, state="failed")]
    assert [one.index for one in ranked(trials, True)] == [1, 2, 3, 0]
    assert [one.index for one in ranked(trials, False)] == [0, 3, 1, 2]


def test_the_best_of_each_family_come_before_further_ones_of_the_same():
    trials = [trial(i, 1 - i / 100) for i in range(30)]
    trials += [trial(30 + i, 0.1 - i / 100, "other") for i in range(9)]
    found = pool(trials, True, 10)
    names = [one.candidate.family for one in found]
    assert names == ["one"] * OF_ONE_FAMILY + ["other"] * (10 - OF_ONE_FAMILY)
    assert [one.index for one in found] == [*range(6), *range(30, 34)]
    assert [one.index for one in pool(trials, True, 14)] == [0, 1, 2, 3, 4, 5, 6, 7, *range(30, 36)]
    assert len(pool(trials, True)) == 25


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [("refit", MORE_ROWS * 2), ("bag", 4.0), ("ensemble", CHOICE + MORE_ROWS * (2 + 3 + 1)),
     ("auto", CHOICE + MORE_ROWS * (2 + 3 + 1))],
)  # fmt: skip
def test_what_comes_out_takes_as_long_as_its_fits(kind, seconds):
    trials = [trial(0, 0.9), trial(1, 0.8, seconds=6.0), trial(2, 0.7, seconds=2.0)]
    trials.append(trial(3, 0.99, seconds=99.0, state="pruned"))
    assert final_seconds(trials, kind, maximize=True) == pytest.approx(seconds)


def test_a_candidate_that_was_fitted_with_several_seeds_is_fitted_once_in_the_end():
    often, once = trial(0, 0.9, "often", seconds=20.0), trial(1, 0.8, "once", seconds=2.0)
    assert fit_seconds(often, 5) == pytest.approx(MORE_ROWS * 2)
    seconds = {
        kind: final_seconds([often, once], kind, True, seeds={"often": 5, "once": 1})
        for kind in ("refit", "bag", "ensemble")
    }
    assert seconds["refit"] == pytest.approx(MORE_ROWS * 2)
    assert seconds["bag"] == pytest.approx(4.0)
    assert seconds["ensemble"] == pytest.approx(CHOICE + MORE_ROWS * (2 + 1))


def test_of_many_trials_the_best_few_are_counted():
    trials = [trial(i, i / 1000, seconds=float(i)) for i in range(500)]
    few = trials[-EXPECTED:]
    assert final_seconds(trials, "ensemble", True) == final_seconds(few, "ensemble", True)


@pytest.mark.parametrize("kind", ["refit", "bag", "ensemble", "auto"])
def test_before_a_trial_is_complete_nothing_is_known(kind):
    assert final_seconds([], kind, True) == 0
    assert final_seconds([trial(0, 0.5, state="failed")], kind, True) == 0
