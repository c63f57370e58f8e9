"""Trials that hang, lose their process, or always fail."""

import math
from concurrent.futures import Future

import pytest

from engine.contracts import WorkerDiedError
from engine.errors import SearchError
from engine.search.candidate import Outcome
from engine.search.driver import TRIES
from tests.search.studies import FOLDS, Workers, drawn, drive, outcome

FAILED = Outcome(math.nan, error="ValueError: no")


class Lost(Workers):
    """Units whose process comes to an end: ``lost[(trial, fold)]`` says how, time after time."""

    def __init__(self, count, lost):
        super().__init__(count)
        self.lost = {unit: list(errors) for unit, errors in lost.items()}

    def submit(self, candidate, trial, fold, allowance):
        if not self.lost.get((trial, fold)):
            return super().submit(candidate, trial, fold, allowance)
        future = Future()
        future.set_exception(self.lost[trial, fold].pop(0))
        return future


def died():
    return WorkerDiedError("its process was killed (SIGKILL)")


@pytest.mark.parametrize("count", [1, 2])
def test_a_unit_whose_process_was_killed_is_begun_again(tmp_path, count):
    whole = drawn(drive(tmp_path / "whole", 12))
    lost = {(0, 0): [died()], (5, 2): [died(), died()]}
    assert drawn(drive(tmp_path / "lost", 12, Lost(count, lost))) == whole


def test_a_trial_that_loses_its_process_time_after_time_has_failed(tmp_path):
    hands = Lost(1, {(3, 1): [died() for _ in range(TRIES)]})
    found = drive(tmp_path, 6, hands)[3]
    assert (found.state, found.error) == ("failed", "its process was killed (SIGKILL), 3 times")
    assert (3, 2) not in hands.begun


def test_a_unit_that_hangs_fails_its_trial_and_the_search_goes_on(tmp_path):
    hands = Lost(1, {(2, 0): [TimeoutError("it was stopped after 5 s")]})
    found = drive(tmp_path, 6, hands)
    assert [trial.state for trial in found].count("failed") == 1
    assert found[2].error == "it was stopped after 5 s"


@pytest.mark.parametrize("count", [1, 3])
def test_a_unit_that_was_cut_off_by_the_end_is_left_to_a_search_that_carries_on(tmp_path, count):
    whole = drive(tmp_path / "whole", 10)
    over = []
    hands = Lost(count, {(4, 1): [TimeoutError("it was stopped")]})
    begin = hands.submit

    def submit(candidate, trial, fold, allowance):
        if (trial, fold) == (4, 1):
            over.append(True)
        return begin(candidate, trial, fold, allowance)

    hands.submit = submit
    cut = drive(tmp_path / "cut", 10, hands, stop=lambda: bool(over))
    assert drawn(cut) == drawn(whole[: len(cut)])
    assert len(cut) <= 4
    again = Workers(count)
    assert drawn(drive(tmp_path / "cut", 10, again)) == drawn(whole)
    assert not set(again.begun) & {unit for unit in hands.begun if unit != (4, 1)}


def test_the_first_trial_is_no_failure_of_time_alone(tmp_path):
    hands = Lost(1, {(0, 0): [TimeoutError("it was stopped after 5 s")]})
    (first,) = drive(tmp_path, 10, hands, stop=lambda: True)
    assert (first.state, first.error) == ("failed", "it was stopped after 5 s")


def one_fails(candidate, fold):
    return FAILED if candidate.family == "one" else outcome(candidate, fold)


@pytest.mark.parametrize("count", [1, 4])
def test_a_family_that_always_fails_is_left_out(tmp_path, count):
    heard = []
    found = drive(
        tmp_path, 60, Workers(count, work=one_fails),
        listener=lambda event, **facts: event == "notice" and heard.append(facts["text"]),
    )  # fmt: skip
    assert heard == ["one is left out, as its first 3 trials have failed: ValueError: no"]
    failed = [trial.index for trial in found if trial.state == "failed"]
    third = failed[2]
    assert len(failed) >= 3
    assert max(failed) <= third + 8  # trials that were drawn before it was known
    assert [t.candidate.key for t in found] == [
        t.candidate.key for t in drive(tmp_path / "again", 60, Workers(1, work=one_fails))
    ]


def test_a_search_in_which_too_much_fails_is_stopped_with_the_causes(tmp_path):
    with pytest.raises(SearchError) as refused:
        drive(tmp_path, 60, Workers(1, work=lambda candidate, fold: FAILED), most_failures=0.5)
    assert str(refused.value) == (
        "search: 10 of 10 candidates have failed, and search.max_failure_rate is 0.5\n"
        "one: ValueError: no\n"
        "two: ValueError: no\n"
        "    change these values under `model` or `features`, or leave the family out"
    )


def test_as_much_may_fail_as_is_said(tmp_path):
    assert len(drive(tmp_path, 14, Workers(1, work=one_fails), most_failures=1.0)) == 14
    assert len(drive(tmp_path / "none", 14, most_failures=0.0)) == 14


def test_all_folds_of_others_count(tmp_path):
    found = drive(tmp_path, 4, Lost(2, {(1, 0): [died()]}))
    assert [len(trial.scores) for trial in found] == [FOLDS] * 4
