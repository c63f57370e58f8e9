"""Searches for several objectives, and within limits."""

import math
from dataclasses import replace

import optuna
import pytest

from engine.recipe import space
from engine.search.aims import Aims
from engine.search.candidate import FamilySpace
from engine.search.record import SQLITE, read_trials
from tests.search.studies import InterruptedSearchError, Workers, drawn, drive, outcome

TRIALS = 30


def weight(candidate):
    """What a candidate costs: it grows with its numbers, as its score does."""
    return sum(abs(v) for v in candidate.params.values() if isinstance(v, int | float))


def weighed(candidate, fold):
    return replace(outcome(candidate, fold), size=round(1000 * weight(candidate)))


def measure(trial, outcomes):
    return outcomes()[0].size / 1000


BOTH = Aims((True, False), ("score", "weight"), {}, {"weight": measure})
LIMITED = Aims((True,), ("score",), {"weight": 2.0}, {"weight": measure})
FREE = Aims((True,), ("score",), {}, {"weight": measure})


@pytest.mark.parametrize("aims", [BOTH, LIMITED])
@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_workers_draws_the_same(tmp_path, aims, workers):
    alone = drive(tmp_path / "1", TRIALS, Workers(1, work=weighed), aims=aims)
    found = drive(tmp_path / "n", TRIALS, Workers(workers, work=weighed), aims=aims)
    assert drawn(found) == drawn(alone)
    assert [trial.measured for trial in found] == [trial.measured for trial in alone]


@pytest.mark.parametrize("aims", [BOTH, LIMITED])
@pytest.mark.parametrize("stop_at", [31, 64])
def test_an_interruption_changes_nothing(tmp_path, aims, stop_at):
    whole = drive(tmp_path / "whole", TRIALS, Workers(1, work=weighed), aims=aims)
    workers = Workers(1, stop_at, work=weighed)
    with pytest.raises(InterruptedSearchError):
        drive(tmp_path / "cut", TRIALS, workers, aims=aims)
    found = drive(tmp_path / "cut", TRIALS, Workers(1, work=weighed), aims=aims)
    assert found == whole


def test_the_study_shows_its_objectives_and_optuna_finds_the_same_front(tmp_path):
    trials = drive(tmp_path, TRIALS, Workers(1, work=weighed), aims=BOTH)
    storage = f"sqlite:///{tmp_path}/{SQLITE}"
    study = optuna.load_study(study_name="search", storage=storage)
    assert study.metric_names == ["score", "weight"]
    assert [d.name for d in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    told = [trial.values for trial in study.trials]
    assert told == [[t.mean, t.measured["weight"]] for t in trials]
    assert len(study.best_trials) > 1


def test_a_trial_that_ends_early_is_no_failure_of_the_study(tmp_path):
    def some_undefined(candidate, fold):
        found = weighed(candidate, fold)
        return replace(found, score=math.nan) if int(candidate.key, 16) % 5 == 0 else found

    trials = drive(tmp_path, TRIALS, Workers(2, work=some_undefined), aims=BOTH)
    assert {trial.state for trial in trials} == {"complete", "failed"}
    assert read_trials(tmp_path) == trials


def one_number():
    tree = {"alpha": {"default": 9, "search": "interval(0, 10)"}}
    params = space.build(tree, "model.one.params")
    return [FamilySpace("one", space.build({"rest": "auto"}, "features"), params)]


def test_a_limit_moves_the_search_to_where_it_is_kept(tmp_path):
    def light(aims):
        folder = tmp_path / str(len(aims.limits))
        found = drive(folder, 60, Workers(1, work=weighed), aims=aims, spaces=one_number())
        return sum(trial.measured["weight"] <= 2.0 for trial in found[-30:])

    assert light(LIMITED) > 9
    assert light(FREE) < 5


def test_limits_reach_optuna(tmp_path):
    trials = drive(tmp_path, 12, Workers(1, work=weighed), aims=LIMITED, spaces=one_number())
    storage = f"sqlite:///{tmp_path}/{SQLITE}"
    told = optuna.load_study(study_name="search", storage=storage).trials
    for trial, ours in zip(told, trials, strict=True):
        assert trial.constraints == {"weight": pytest.approx((ours.measured["weight"] - 2) / 2)}
