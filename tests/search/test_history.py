"""A sampler sees a fair share of very many trials, and always the same."""

import pytest

from engine.search import history
from engine.search.aims import Aims
from engine.search.candidate import Candidate, Trial
from engine.search.history import BEST, KEPT, STEP, begins, share
from tests.search.studies import InterruptedSearchError, Workers, drawn, drive

LOWEST = Aims.one(maximize=False)


def trials(count, state="complete"):
    candidate = Candidate("one", {}, {})
    return [Trial(i, candidate, {}, state, ((i * 7919 % count) / count,)) for i in range(count)]


def test_all_are_seen_until_there_are_very_many():
    assert {begins(count) for count in range(KEPT + STEP)} == {0}
    assert share(trials(KEPT), LOWEST) == trials(KEPT)


def test_a_sampler_never_sees_more_than_so_many():
    for count in range(KEPT + STEP, 3000, 17):
        chosen = begins(count)
        assert chosen % STEP == 0
        assert len(share(trials(count)[:chosen], LOWEST)) + count - chosen < KEPT + STEP


@pytest.mark.parametrize("sign", [1, -1])
def test_the_best_are_kept_and_the_others_are_a_regular_sample(sign):
    many = trials(2000)
    kept = share(many, Aims.one(sign < 0))
    assert len(kept) == KEPT
    assert [trial.index for trial in kept] == sorted({trial.index for trial in kept})
    best = sorted(many, key=lambda trial: sign * trial.mean)[:BEST]
    assert {trial.index for trial in best} <= {trial.index for trial in kept}
    others = [trial for trial in kept if trial not in best]
    assert abs(sum(trial.mean for trial in others) / len(others) - 0.5) < 0.05
    assert sum(trial.index < 1000 for trial in others) == pytest.approx(len(others) / 2, abs=5)


def test_failed_trials_take_no_place():
    many = [*trials(1000, "failed"), *trials(KEPT)]
    assert share(many, LOWEST) == trials(KEPT)


def test_few_complete_ones_leave_room_for_those_that_were_given_up():
    many = [*trials(1000, "pruned")[5:], *trials(5)]
    kept = share(many, LOWEST)
    assert len(kept) == KEPT
    assert sum(trial.state == "complete" for trial in kept) >= 5


@pytest.mark.parametrize("pruner", ["none", "median"])
def test_an_interruption_changes_nothing_where_trials_are_left_out(tmp_path, monkeypatch, pruner):
    for name, value in (("KEPT", 12), ("STEP", 6), ("BEST", 3)):
        monkeypatch.setattr(history, name, value)
    whole = drawn(drive(tmp_path / "whole", 45, pruner=pruner))
    for stop in (50, 20, 31):
        with pytest.raises(InterruptedSearchError):
            drive(tmp_path / "cut", 45, Workers(2, stop_at=stop), pruner=pruner)
    assert drawn(drive(tmp_path / "cut", 45, Workers(2), pruner=pruner)) == whole
    monkeypatch.setattr(history, "KEPT", 1000)
    assert drawn(drive(tmp_path / "all", 45, pruner=pruner)) != whole, "some are left out"
