import time
from concurrent.futures import Future

import pytest

from engine.search.aims import Aims
from engine.search.budget import Budget
from engine.search.candidate import Outcome
from engine.search.record import Record
from tests.search.studies import FOLDS, Workers, drive, families, outcome


def test_a_candidate_that_fails_is_recorded_and_the_search_goes_on(tmp_path):
    def work(candidate, fold):
        if candidate.family == "one":
            return Outcome(float("nan"), error="ValueError: no", seconds=1.0)
        return outcome(candidate, fold)

    hands = Workers(1, work=work)
    trials = drive(tmp_path, 12, hands)
    failed = [trial for trial in trials if trial.candidate.family == "one"]
    assert len(trials) == 12
    assert failed
    for trial in failed:
        assert (trial.state, trial.error, trial.scores) == ("failed", "ValueError: no", ())
        assert [unit for unit in hands.begun if unit[0] == trial.index] == [(trial.index, 0)]


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_fails_the_candidate(tmp_path, score):
    hands = Workers(1, work=lambda candidate, fold: Outcome(score))
    (trial,) = drive(tmp_path, 1, hands)
    assert trial.state == "failed"
    assert trial.error == "the metric is not defined for its predictions"
    assert hands.begun == [(0, 0)]


def test_time_that_is_up_begins_no_further_trial_but_ends_the_begun_one(tmp_path):
    trials = drive(tmp_path, 10, stop=lambda: True)
    assert len(trials) == 1
    assert len(trials[0].scores) == FOLDS


def test_a_timeout_counts_active_time_over_all_runs(tmp_path):
    path = tmp_path / "seconds.txt"
    path.write_text("100.0")
    assert Budget(path, 99).is_over()
    assert not Budget(path, 101).is_over()
    assert not Budget(path, None).is_over()
    assert Budget(path, 101).spent() >= 100
    budget = Budget(path, 103)
    assert not budget.is_over()
    assert 2 < budget.left() < 3
    budget.kept_back = 3  # for what comes after the search
    assert budget.is_over()
    assert 0 < budget.left() < 1
    path.write_text("torn")
    assert Budget(path, 99).spent() < 1


def test_the_end_of_a_search_never_moves_back(tmp_path):
    budget = Budget(tmp_path / "seconds.txt", 100)
    budget.keep_back(30)
    left = budget.left()  # a unit that is begun now is stopped then, and is to find the time over
    budget.keep_back(1)
    assert budget.left() <= left
    budget.keep_back(100)
    assert budget.is_over()


def test_an_error_of_the_executor_is_not_taken_for_the_candidate_s(tmp_path):
    class Broken(Workers):
        def submit(self, candidate, trial, fold, allowance):
            future = Future()
            future.set_exception(OSError("no room"))
            return future

    with pytest.raises(OSError, match="no room"):
        drive(tmp_path, 3, Broken(1))
    assert len(drive(tmp_path, 3)) == 3


@pytest.mark.parametrize("attempt", range(12))  # which of the two is looked at first is chance
def test_what_is_done_is_kept_where_another_unit_breaks_the_search(tmp_path, attempt):
    class OneBreaks(Workers):
        def submit(self, candidate, trial, fold, allowance):
            future = Future()
            if fold:
                future.set_exception(OSError("no room"))
            else:
                future.set_result(outcome(candidate, fold))
            return future

    with pytest.raises(OSError, match="no room"):
        drive(tmp_path, 3, OneBreaks(2))
    assert [path.stem for path in (tmp_path / "units").iterdir()] == ["000000_000"]


def test_listeners_hear_of_every_unit_and_trial_in_order(tmp_path):
    heard = []
    drive(tmp_path, 4, Workers(3), listener=lambda event, **facts: heard.append((event, facts)))
    told = [facts["trial"].index for event, facts in heard if event == "trial_finished"]
    units = [(f["index"], f["fold"]) for event, f in heard if event == "unit_finished"]
    assert told == [0, 1, 2, 3]
    assert sorted(units) == [(i, fold) for i in range(4) for fold in range(FOLDS)]


def test_which_failure_is_told_does_not_depend_on_which_came_first(tmp_path):
    def work(candidate, fold):
        return (
            Outcome(float("nan"), error=f"ValueError: in fold {fold}")
            if fold
            else outcome(candidate, fold)
        )

    (expected,) = drive(tmp_path / "whole", 1, Workers(1, work=work))
    folder = tmp_path / "killed"  # with several workers, when only the last fold was finished
    record = Record(folder, families(), Aims.one(True))
    candidate = expected.candidate
    record.keep(0, 2, candidate, work(candidate, 2))
    record.close()
    (found,) = drive(folder, 1, Workers(1, work=work))
    assert found.error == expected.error == "ValueError: in fold 1"


def test_nobody_is_told_of_anything_after_an_interruption(tmp_path):
    """A listener may raise the interruption again, which would then look like a second one."""
    heard = []

    class Interrupted(Workers):
        def submit(self, candidate, trial, fold, allowance):
            if self.submitted == 4:
                time.sleep(0.2)  # what runs is done meanwhile
                heard.clear()
                raise KeyboardInterrupt
            return super().submit(candidate, trial, fold, allowance)

    with pytest.raises(KeyboardInterrupt):
        drive(tmp_path, 5, Interrupted(3), listener=lambda event, **_: heard.append(event))
    assert heard == []
