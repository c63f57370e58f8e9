"""What is kept back for the end of a run."""

import time

import pytest

from engine.search import final
from engine.search.budget import Budget
from engine.search.candidate import Candidate, Trial
from engine.steps import ending, measures
from engine.steps.ending import After
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe


def trial(index, score, seconds, state="complete", family=None):
    candidate = Candidate(family or f"family {index}", {}, {})
    return Trial(index, candidate, {}, state, (score, score), seconds=seconds)


def budget(tmp_path, timeout=100.0, **given):
    return Budget(tmp_path / "seconds.txt", timeout, **given)


def kept_back(tmp_path, trials, final="refit", fits=1, earlier=(), repeats=1):
    spent = budget(tmp_path)
    asked = recipe("random_forest knn", search={"final": final, "repeats": repeats})
    told = ending.keeping_back(lambda *_, **__: None, spent, asked, After(1.0, fits, True))
    told("search_started", earlier=earlier)
    for found in trials:
        told("trial_finished", trial=found)
    return spent.kept_back


def test_the_fit_of_the_best_is_kept_back_for(tmp_path):
    slow, quick = trial(0, 0.9, 20.0), trial(1, 0.8, 2.0)
    assert kept_back(tmp_path, [quick]) == pytest.approx(1 + final.MORE_ROWS * 1.0)
    assert kept_back(tmp_path, [quick, slow]) == pytest.approx(1 + final.MORE_ROWS * 10.0)
    assert kept_back(tmp_path, [quick], earlier=[slow]) == pytest.approx(1 + final.MORE_ROWS * 10)
    assert kept_back(tmp_path, [slow], fits=2) == pytest.approx(1 + 2 * final.MORE_ROWS * 10.0)
    assert kept_back(tmp_path, [slow], "bag") == pytest.approx(21.0)
    assert kept_back(tmp_path, [trial(0, 0.9, 20.0, "pruned")]) <= 1


def test_an_ensemble_is_kept_back_for_as_a_whole(tmp_path):
    trials = [trial(n, 0.9 - n / 100, 2.0) for n in range(final.EXPECTED + 3)]
    whole = 1 + final.CHOOSING + final.EXPECTED * final.MORE_ROWS * 1.0
    assert kept_back(tmp_path, trials, "ensemble") == pytest.approx(whole)


def test_a_candidate_that_is_fitted_with_several_seeds_is_kept_back_for_once(tmp_path):
    draws, draws_not = (trial(0, 0.9, 20.0, family=name) for name in ("random_forest", "knn"))
    each = final.MORE_ROWS * 20.0 / 2  # of two folds
    assert kept_back(tmp_path, [draws], repeats=5) == pytest.approx(1 + each / 5)
    assert kept_back(tmp_path, [draws_not], repeats=5) == pytest.approx(1 + each)
    assert kept_back(tmp_path, [draws], "bag", repeats=5) == pytest.approx(1 + 20.0 / 5)


def test_a_run_that_began_earlier_ends_earlier(tmp_path):
    now = time.monotonic()
    assert budget(tmp_path, begun=now - 30).left() == pytest.approx(70, abs=1)
    assert budget(tmp_path, begun=now - 30).end(5) == pytest.approx(now + 65, abs=1)
    (tmp_path / "seconds.txt").write_text("20")
    assert budget(tmp_path, begun=now - 30).left() == pytest.approx(50, abs=1)
    assert budget(tmp_path, None).end(5) is None


def test_two_fits_share_what_is_left(tmp_path):
    now = time.monotonic()
    whole = budget(tmp_path, 101.0, begun=now)
    assert After(1.0, 1, True).fitted_by(whole) == pytest.approx(now + 100, abs=1)
    assert After(1.0, 2, True).fitted_by(whole) == pytest.approx(now + 50, abs=1)
    assert After(1.0, 1, True).fitted_by(budget(tmp_path, None)) is None
    assert After(200.0, 1, True).fitted_by(whole) == pytest.approx(time.monotonic(), abs=1)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_scoring_is_measured_on_any_task(tmp_path, task):
    asked = recipe(evaluation={"final_rows": "all"})
    made = Steps(asked, mixed(150, task), tmp_path)
    made.run("split")
    split = made["split"]
    metrics = measures.metrics(asked, split)
    assert ending.seconds_of_scoring(metrics, split, 3) > 0
    assert After.of(asked, split, metrics).fits == 2


def test_the_search_says_when_its_end_is(tmp_path):
    made = Steps(recipe(search={"trials": 1, "timeout": "1h"}), mixed(120), tmp_path)
    found = made.run("search")
    assert found.fitted_by == pytest.approx(time.monotonic() + 3600, abs=60)
    free = Steps(recipe(search={"trials": 1}), mixed(120), tmp_path / "free").run("search")
    assert free.fitted_by is None
