"""Trials that cannot end in time."""

from concurrent.futures import Future
from dataclasses import replace

import pytest

from engine.search.candidate import Candidate, Trial
from engine.search.driver import LATE as MOST
from engine.search.pace import GRACE, LATE, ROUGH, SHARE, Allowance, Pace
from tests.search.studies import FOLDS, Workers, drive, families, finite, outcome


def test_units_side_by_side_are_counted_once():
    pace = Pace(2, lambda: 10.0)
    pace.took("slow", 8.0, 2)
    assert pace.allows("slow", 4)
    assert not pace.allows("slow", 5)
    assert pace.allows("slow", 5, own=3.0)


def test_what_is_not_known_is_allowed():
    pace = Pace(1, lambda: 0.1)
    assert pace.allows("new", 5)
    pace.took("new", 1.0)
    assert not pace.allows("new", 5)
    assert pace.allows("new", 0)
    assert Pace(1).allows("new", 5, own=1e9), "there is no limit"


COSTS = {"one": 1.0, "two": 2.0, "dear": 100.0}


def of_two(left, workers=1):
    """A pace that knows of two families: a second for a unit of each cost, and half of one."""
    pace = Pace(workers, lambda: left, COSTS)
    pace.took("one", 1.0)
    pace.took("two", 2.0, 2)
    return pace


def test_what_a_family_costs_tells_before_it_is_tried():
    guess = 100 * 0.5  # by the quickest for its cost
    assert of_two(guess / ROUGH + 1).allows("dear", 1)
    assert not of_two(guess / ROUGH - 1).allows("dear", 1)
    assert not of_two(guess / ROUGH + 1).allows("dear", 2)
    assert of_two(guess / ROUGH + 1, workers=2).allows("dear", 2)
    assert of_two(0.1).allows("of no known cost", 1)


def test_what_was_measured_tells_more_than_a_guess():
    assert of_two(5.0).allows("dear", 1, own=4.0)
    pace = of_two(5.0)
    pace.took("dear", 4.0)
    assert pace.allows("dear", 1)
    assert not pace.allows("dear", 2)


def test_one_family_alone_tells_nothing_of_others():
    pace = Pace(1, lambda: 0.1, COSTS)
    pace.took("one", 1.0)
    assert pace.allows("dear", 5)


def with_a_dear_one():
    dear = finite()[0]
    costs = zip([*families(), replace(dear, name="dear")], COSTS.values(), strict=True)
    return [replace(family, cost=cost) for family, cost in costs]


def test_a_family_that_costs_too_much_is_left_to_a_search_with_more_time(tmp_path):
    def search(left):
        hands = Workers(1)
        pace = Pace(1, lambda: left, COSTS)
        trials = drive(tmp_path, 3 + (left > 1), hands, spaces=with_a_dear_one(), pace=pace)
        return trials, hands

    trials, hands = search(0.1)  # of 0.01 s for a unit of the others
    assert [(t.candidate.family, t.state) for t in trials[2:]] == [("dear", "pruned")]
    assert (trials[2].scores, trials[2].error) == ((), LATE)
    assert 2 not in {trial for trial, _ in hands.begun}
    trials, _ = search(1e9)
    assert (trials[3].candidate.family, trials[3].state) == ("dear", "complete")


def test_trials_of_an_earlier_run_are_learnt_from():
    candidate = Candidate("one", {}, {})
    done = Trial(0, candidate, {}, "complete", (0.5, 0.5), seconds=4.0)
    shared = Trial(1, candidate, {}, "complete", (0.5, 0.5), seconds=0.0, same_as=0)
    pace = Pace(1, lambda: 2.0)
    pace.learn([done, shared])
    assert pace.allows("one", 1)
    assert not pace.allows("one", 2)


def test_a_trial_that_cannot_end_in_time_is_given_up_and_others_are_tried(tmp_path):
    def work(candidate, fold):  # of two families, one takes ten times as long
        slow = candidate.family == "two"
        found = outcome(candidate, fold)
        return type(found)(found.score, found.value, found.probability, seconds=0.1 + slow * 0.9)

    trials = drive(tmp_path, 30, Workers(1, work=work), pace=Pace(1, lambda: 1.5))
    second = trials[1]
    assert (second.candidate.family, second.state) == ("two", "pruned")
    assert len(second.scores) == 1, "it was found out after the first fold"
    late = [trial for trial in trials[2:] if trial.candidate.family == "two"]
    assert late
    assert {(t.state, t.scores, t.error) for t in late} == {("pruned", (), LATE)}
    others = [trial for trial in trials if trial.candidate.family == "one"]
    assert {trial.state for trial in others} == {"complete"}


def test_the_first_trial_is_never_given_up(tmp_path):
    trials = drive(tmp_path, 30, pace=Pace(1, lambda: 0.001))
    assert trials[0].state == "complete"
    assert len(trials[0].scores) == FOLDS
    assert [trial.state for trial in trials[1:]] == ["pruned"] * MOST


@pytest.mark.parametrize("workers", [1, 3])
def test_where_there_is_no_time_for_the_first_it_is_told_once(tmp_path, workers):
    def notices(name, left, trials=1):
        heard = []
        drive(
            tmp_path / name, trials, Workers(workers), pace=Pace(workers, lambda: left),
            listener=lambda event, **facts: heard.append(facts.get("text")),
        )  # fmt: skip
        return [text for text in heard if text]

    said = "search.timeout: there is too little time for one candidate: 3 folds of about 0.01 s "
    said += "each; the first is completed all the same"
    assert notices("short", 0.001) == [said]
    assert notices("short", 0.001, trials=2) == [], "the first is done"
    assert notices("enough", 1.0) == []


@pytest.mark.parametrize("workers", [1, 3])
def test_time_without_end_changes_nothing(tmp_path, workers):
    first = drive(tmp_path / "a", 12, Workers(workers))
    second = drive(tmp_path / "b", 12, Workers(workers), pace=Pace(workers, lambda: 1e9))
    assert [t.candidate for t in first] == [t.candidate for t in second]


def test_a_trial_may_take_a_share_of_what_is_left_with_the_fit_of_what_comes_out():
    pace = Pace(2, lambda: 44.0, afterwards=1.3)
    share = SHARE * 44.0 / (3 + 1.3)  # five units by two workers
    assert pace.allowance(5) == Allowance(share, GRACE * share, fails=False)
    assert pace.allowance(5, is_first=True) == Allowance(share, None), "something has to come out"
    assert Pace(2).allowance(5) == Allowance(), "there is no limit"


def test_the_limit_of_a_fit_stays_what_the_recipe_says():
    assert Pace(1, longest=5.0).allowance(3) == Allowance(None, 5.0)
    short = Pace(1, lambda: 300.0, longest=5.0).allowance(3)
    assert (short.longest, short.fails) == (5.0, True)
    late = Pace(1, lambda: 3.0, longest=5.0).allowance(3)
    assert late.fails is False
    assert late.longest < 5.0
    assert Pace(1, lambda: 3.0, longest=5.0).allowance(3, is_first=True).longest == 5.0


def test_a_family_that_was_stopped_is_tried_again_where_there_is_more_time():
    left = 30.0
    pace = Pace(1, lambda: left)
    longest = pace.allowance(3).longest
    assert pace.allows("slow", 3)
    pace.was_stopped("slow", longest)
    assert not pace.allows("slow", 3)
    assert pace.allows("slow", 2, own=1.0), "one of its units was quick"
    assert pace.allows("other", 3)
    left = 40.0
    assert pace.allows("slow", 3)


class Stopping(Workers):
    """Stops each unit of one family after its allowance, as an executor does."""

    def submit(self, candidate, trial, fold, allowance):
        if candidate.family != "two" or allowance.longest is None:
            return super().submit(candidate, trial, fold, allowance)
        future = Future()
        future.set_exception(TimeoutError(f"it was stopped after {allowance.longest:g} s"))
        return future


@pytest.mark.parametrize("workers", [1, 3])
def test_a_unit_that_takes_more_than_its_share_gives_its_trial_up(tmp_path, workers):
    pace = Pace(workers, lambda: 100.0)
    trials = drive(tmp_path, 12, Stopping(workers), pace=pace)
    slow = [trial for trial in trials if trial.candidate.family == "two"]
    assert {(t.state, t.scores, t.error) for t in slow} == {("pruned", (), LATE)}
    others = [trial for trial in trials if trial.candidate.family == "one"]
    assert {trial.state for trial in others} == {"complete"}
    assert len(others) > 3
    again = drive(tmp_path, 40, Workers(workers), pace=Pace(workers, lambda: 1e9))
    complete = [trial for trial in again[12:] if trial.state == "complete"]
    assert "two" in {trial.candidate.family for trial in complete}, "there is more time now"


def test_a_unit_that_takes_longer_than_the_recipe_allows_has_failed(tmp_path):
    pace = Pace(1, lambda: 1e9, longest=5.0)
    trials = drive(tmp_path, 6, Stopping(1), pace=pace)
    slow = next(trial for trial in trials if trial.candidate.family == "two")
    assert (slow.state, slow.error) == ("failed", "it was stopped after 5 s")
