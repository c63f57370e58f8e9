"""What trials are measured, limited and compared by."""

import math

import pytest

from engine.search.aims import Aims
from engine.search.candidate import Candidate, Outcome, Trial
from engine.search.driver import best
from engine.search.final import ranked
from engine.search.front import front, preferred

CANDIDATE = Candidate("one", {}, {})


def trial(index, score=0.5, state="complete", **more):
    scores = score if isinstance(score, tuple) else (score, score)
    return Trial(index, CANDIDATE, {}, state, scores, **more)


def aims(limits=None, maximize=(True, False)):
    names = ("score", "size")[: len(maximize)]
    measures = {"size": lambda _, outcomes: sum(one.size for one in outcomes())}
    return Aims(maximize, names, limits or {}, measures)


def of(size):
    return lambda: [Outcome(0.5, size=size), Outcome(0.5, size=size)]


def test_what_is_measured_is_kept_with_the_trial():
    judged = aims().judged(trial(0), of(50))
    assert judged.measured == {"size": 100}
    assert aims().values(judged) == (0.5, 100)
    assert aims().losses(judged) == (-0.5, 100)


def test_what_is_known_is_not_measured_again():
    judged = aims().judged(trial(0, measured={"size": 7.0}), pytest.fail)
    assert judged.measured == {"size": 7}


def test_what_came_of_the_folds_is_read_once_for_all_measures():
    read = []
    both = Aims((True,), ("score",), {}, {n: lambda _, o: float(len(o())) for n in ("a", "b")})
    judged = both.judged(trial(0), lambda: read.append(0) or [Outcome(0.1)])
    assert judged.measured == {"a": 1, "b": 1}
    assert read == [0]


def test_a_limit_is_exceeded_by_a_share_of_it():
    judged = aims({"size": 80}, (True,)).judged(trial(0), of(50))
    assert judged.over == {"size": pytest.approx(0.25)}
    assert aims({"size": 100}, (True,)).judged(judged, pytest.fail).over == {}


def test_limits_of_an_earlier_run_are_forgotten():
    judged = aims({"size": 80}).judged(trial(0), of(50))
    assert Aims.one(maximize=True).judged(judged, pytest.fail).over == {}


def test_what_cannot_be_measured_is_within_its_limit():
    unknown = Aims((True,), ("score",), {"size": 1.0}, {"size": lambda *_: math.nan})
    judged = unknown.judged(trial(0), of(50))
    assert judged.state == "complete"
    assert judged.over == {}


def test_an_objective_that_is_not_defined_is_a_failure():
    unknown = Aims((True, True), ("score", "f1"), {}, {"f1": lambda *_: math.nan})
    judged = unknown.judged(trial(0), of(50))
    assert judged.state == "failed"
    assert judged.error == "f1 is not defined for its predictions"


@pytest.mark.parametrize("state", ["failed", "pruned"])
def test_only_complete_trials_are_measured(state):
    assert aims().judged(trial(0, state=state), pytest.fail).measured == {}


def test_what_exceeds_a_limit_is_the_best_only_where_all_do():
    over = {"size": 0.1}
    trials = [trial(0, 0.9, over=over), trial(1, 0.6), trial(2, 0.7)]
    assert best(trials, True).index == 2
    assert [one.index for one in ranked(trials, True)] == [2, 1, 0]
    assert best(trials[:1], True).index == 0


def sized(index, score, size, **more):
    return trial(index, score, measured={"size": size}, **more)


def test_the_front_is_of_trials_that_no_other_beats():
    trials = [
        sized(0, 0.9, 50.0), sized(1, 0.8, 20.0), sized(2, 0.8, 30.0), sized(3, 0.95, 60.0),
        sized(4, 0.99, 70.0, over={"size": 0.5}), trial(5, state="failed"),
    ]  # fmt: skip
    assert [one.index for one in front(trials, aims())] == [3, 0, 1]
    assert [one.index for one in front(trials, Aims.one(maximize=True))] == [3]


def test_of_equals_the_front_holds_the_earliest():
    trials = [sized(2, 0.8, 20.0), sized(1, 0.8, 20.0), sized(0, 0.9, 50.0), sized(3, 0.8, 21.0)]
    assert [one.index for one in front(trials, aims())] == [0, 1]


def test_of_scores_that_hardly_differ_the_cheapest_is_preferred():
    spread = (0.80, 0.90, 1.00)  # its standard error is 0.0577
    trials = [sized(0, spread, 90.0), sized(1, 0.86, 50.0), sized(2, 0.83, 10.0)]
    assert preferred(trials, aims()).index == 1
    assert preferred(trials, Aims.one(maximize=True)).index == 0
    assert preferred([], aims()) is None


def test_where_less_is_better_it_is_so_too():
    spread = (0.20, 0.10, 0.00)
    trials = [sized(0, spread, 90.0), sized(1, 0.14, 50.0), sized(2, 0.17, 10.0)]
    assert preferred(trials, aims(maximize=(False, False))).index == 1
