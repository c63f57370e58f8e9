"""Who gives up on a trial: against Optuna's pruners, and in a search."""

import itertools
import warnings
from dataclasses import replace

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import FloatDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.trial import TrialState, create_trial

from engine.search import halving
from engine.search.candidate import Candidate, Trial
from engine.search.draw import LAG
from engine.search.prune import LEAST, STARTUP, Pruner
from tests.search.studies import FOLDS, InterruptedSearchError, Workers, drawn, drive

TRIALS = 30


def trial(index, scores, state="complete"):
    return Trial(index, Candidate("one", {}, {}), {}, state, tuple(scores))


def asked_of_optuna(pruner, own, others):
    """Whether Optuna's pruner gives up on a running trial with these scores."""
    study = optuna.create_study(direction="maximize", pruner=pruner)
    for scores in others:
        study.add_trial(
            create_trial(
                value=float(np.mean(scores)), params={"x": 0.0},
                distributions={"x": FloatDistribution(0, 1)},
                intermediate_values=dict(enumerate(scores)),
            )
        )  # fmt: skip
    running = study.ask()
    for step, score in enumerate(own):
        running.report(value=score, step=step)
    return running.should_prune()


SCORES = st.lists(st.integers(0, 40).map(lambda n: n / 40), min_size=6, max_size=6)


@given(own=SCORES, others=st.lists(SCORES, min_size=STARTUP, max_size=9), folds=st.integers(3, 5))
def test_signed_ranks_are_those_of_optuna(own, others, folds):
    own = [score + i / 1e4 for i, score in enumerate(own[:folds])]  # no ties
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        theirs = optuna.pruners.WilcoxonPruner(p_threshold=0.1, n_startup_steps=LEAST)
    known = [trial(i, scores) for i, scores in enumerate(others)]
    ours = Pruner("wilcoxon", 6, maximize=True).gives_up(9, own, known)
    assert ours == asked_of_optuna(theirs, own, others)


@given(own=SCORES, others=st.lists(SCORES, min_size=STARTUP, max_size=9))
def test_after_one_fold_the_median_is_that_of_optuna(own, others):
    theirs = optuna.pruners.MedianPruner(n_startup_trials=STARTUP)
    known = [trial(i, scores) for i, scores in enumerate(others)]
    ours = Pruner("median", 6, maximize=True).gives_up(9, own[:1], known)
    assert ours == asked_of_optuna(theirs, own[:1], others)


@pytest.mark.parametrize("maximize", [True, False])
def test_the_median_is_of_means_over_the_same_folds(maximize):
    sign = 1 if maximize else -1
    known = [trial(i, [sign * s for s in (0.5 + i / 10, 0.5, 0.0)]) for i in range(5)]
    pruner = Pruner("median", 3, maximize)
    assert pruner.gives_up(9, [sign * 0.69], known)
    assert not pruner.gives_up(9, [sign * 0.71], known)
    assert pruner.gives_up(9, [sign * 0.71, sign * 0.48], known)
    assert not pruner.gives_up(9, [sign * 0.71, sign * 0.5], known)


def test_none_is_given_up_without_enough_to_compare_or_at_the_end():
    known = [trial(i, [0.9, 0.9, 0.9]) for i in range(STARTUP)]
    pruner = Pruner("median", 3, maximize=True)
    assert pruner.gives_up(9, [0.1], known)
    assert not pruner.gives_up(9, [0.1], known[1:])
    assert not pruner.gives_up(9, [0.1], [*known[1:], trial(5, [0.9], "pruned")])
    assert not pruner.gives_up(9, [0.1, 0.1, 0.1], known)
    assert not pruner.gives_up(9, [], known)
    assert not Pruner("none", 3, maximize=True).gives_up(9, [0.1], known)


@pytest.mark.parametrize("rule", ["median", "wilcoxon"])
def test_what_cannot_come_out_gives_nobody_up(rule):
    known = [trial(i, [0.5] * 6) for i in range(STARTUP)]
    better = [replace(trial(9 + i, [0.9] * 6), over={"size": 1.0}) for i in range(STARTUP)]
    pruner, own = Pruner(rule, 6, maximize=True), [0.6, 0.61, 0.62, 0.63, 0.64]
    assert not pruner.gives_up(30, own, [*known, *better])
    assert not pruner.gives_up(30, own, better)


def test_halves_are_of_what_may_come_out():
    better = [replace(trial(i, [0.9] * 4), over={"size": 1.0}) for i in range(12)]
    pruner = Pruner("hyperband", 4, maximize=True)
    assert not any(pruner.gives_up(index, [0.5], better) for index in range(12, 24))


def halved_by_optuna(bracket, trials):
    """How far each of these trials comes by Optuna's successive halving, one after the other."""
    pruner = optuna.pruners.SuccessiveHalvingPruner(
        min_resource=1, reduction_factor=halving.ETA, min_early_stopping_rate=bracket
    )
    study = optuna.create_study(direction="maximize", pruner=pruner)
    reached = []
    for scores in trials:
        running, done = study.ask(), 0
        for done in range(1, len(scores) + 1):
            running.report(value=float(np.mean(scores[:done])), step=done)
            if done < len(scores) and running.should_prune():
                break
        study.tell(running, float(np.mean(scores[:done])))
        reached.append(done)
    return reached


@given(trials=st.lists(SCORES, min_size=1, max_size=14), bracket=st.integers(0, 1))
def test_halving_within_a_bracket_is_that_of_optuna(trials, bracket):
    pruner = Pruner("hyperband", 6, maximize=True)
    ours = (index for index in itertools.count() if halving.bracket(index, 6) == bracket)
    known = []
    for index, scores in zip(ours, trials, strict=False):
        ends = (d for d in range(1, 6) if pruner.gives_up(index, scores[:d], known))
        done = next(ends, 6)
        known.append(trial(index, scores[:done], "complete" if done == 6 else "pruned"))
    assert [len(found.scores) for found in known] == halved_by_optuna(bracket, trials)


@pytest.mark.parametrize("folds", [2, 3, 5, 9, 10, 30])
def test_brackets_are_as_large_as_those_of_optuna(folds):
    theirs = optuna.pruners.HyperbandPruner(min_resource=1, max_resource=folds, reduction_factor=3)
    theirs._try_initialization(optuna.create_study())
    assert halving.shares(folds) == theirs._trial_allocation_budgets
    whole = sum(halving.shares(folds))
    found = [halving.bracket(index, folds) for index in range(2 * whole)]
    assert [found.count(b) // 2 for b in range(len(theirs._pruners))] == halving.shares(folds)


@pytest.fixture(scope="module", params=["median", "hyperband"])
def pruner(request):
    return request.param


@pytest.fixture(scope="module")
def whole(tmp_path_factory, pruner):
    return drive(tmp_path_factory.mktemp("whole"), TRIALS, pruner=pruner)


def test_a_pruned_trial_has_the_scores_of_its_first_folds(whole, pruner):
    pruned = [trial for trial in whole if trial.state == "pruned"]
    assert pruned
    assert min(trial.index for trial in pruned) >= (STARTUP * (pruner == "median") + LAG - 1)
    for found in pruned:
        assert 1 <= len(found.scores) < FOLDS


@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_workers_gives_up_on_the_same(tmp_path, whole, pruner, workers):
    assert drawn(drive(tmp_path, TRIALS, Workers(workers), pruner=pruner)) == drawn(whole)


@pytest.mark.parametrize("stops", [(40,), (30, 5, 20), (60, 9)])
def test_an_interruption_changes_nothing(tmp_path, whole, pruner, stops):
    for stop in stops:
        with pytest.raises(InterruptedSearchError):
            drive(tmp_path, TRIALS, Workers(2, stop_at=stop), pruner=pruner)
    assert drawn(drive(tmp_path, TRIALS, Workers(2), pruner=pruner)) == drawn(whole)


def test_optuna_is_told_of_them_as_pruned(tmp_path, whole, pruner):
    drive(tmp_path, TRIALS, pruner=pruner)
    storage = f"sqlite:///{tmp_path}/study.sqlite3"
    told = optuna.load_study(study_name="search", storage=storage).trials
    expected = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED}
    assert [t.state for t in told] == [expected[t.state] for t in whole]
