"""Limits of time and memory, on real fits in processes of their own."""

import time

import pytest

from tests.end_to_end.command import card, engine, good, latest

BASE = """
data: {{source: "sklearn:breast_cancer", target: target}}
model:
  linear:
  random_forest: {{params: {{n_estimators: {trees}}}}}
search: {{trials: {trials}}}
evaluation: {{folds: 3}}
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def write(tmp_path):
    def into(trees=100, trials=4):
        (tmp_path / "r.yaml").write_text(BASE.format(trees=trees, trials=trials), "utf-8")
        return tmp_path

    return into


def leaders(folder):
    import json

    rows = json.loads((latest(folder, "r") / "leaderboard.json").read_text("utf-8"))
    return {row["family"]: row for row in rows}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fit_that_takes_too_long_has_failed_and_the_others_win(write, workers):
    folder = write(trees=200_000)
    good("run", "r.yaml", "search.fit_timeout=2s", f"compute.workers={workers}", folder=folder)
    found = leaders(folder)
    assert found["linear"]["state"] == "complete"
    assert found["random_forest"]["error"] == "it was stopped after 2 s"


def test_a_fit_that_needs_too_much_memory_has_failed_and_the_others_win(write):
    folder = write(trees=100_000)
    good("run", "r.yaml", "compute.memory=500MB", "search.trials=2", folder=folder)
    found = leaders(folder)
    assert found["linear"]["state"] == "complete"
    assert "emory" in found["random_forest"]["error"]


def test_a_forest_stops_in_time_with_the_trees_that_it_has(write):
    folder = write(trees=200_000, trials=500)
    begun = time.monotonic()
    words = ("model=random_forest", "model.random_forest.params.n_estimators=200_000")
    ended = good("run", "r.yaml", "search.timeout=6s", *words, folder=folder)
    assert time.monotonic() - begun < 60  # alone, one fit would take minutes
    assert "its time was up before it had all of its 200,000 trees" in ended.err
    assert leaders(folder)["random_forest"]["state"] == "complete"
    assert card(folder, "r")["step_seconds"]["search"] < 30


AT_ONCE = "+model.random_forest.params.oob_score=true"  # a forest that cannot stop by itself


def test_the_search_ends_in_time_whatever_runs_and_can_be_carried_on(write):
    folder = write(trees=200_000, trials=500)
    begun = time.monotonic()
    good("run", "r.yaml", "search.timeout=6s", AT_ONCE, folder=folder)
    assert time.monotonic() - begun < 60  # alone, one fit would take minutes
    found = leaders(folder)
    assert found["linear"]["state"] == "complete"
    assert "random_forest" not in found or found["random_forest"]["state"] == "pruned"
    assert card(folder, "r")["step_seconds"]["search"] < 30
    begun = time.monotonic()
    good("run", "r.yaml", "search.timeout=12s", AT_ONCE, folder=folder)
    assert time.monotonic() - begun < 60
    assert leaders(folder)["linear"]["trials"] >= found["linear"]["trials"]


def test_a_search_in_which_most_fails_ends_with_the_causes(write):
    folder = write()
    words = ("model=linear", "+model.linear.params.penalty=l1", "search.trials=40")
    ended = engine("run", "r.yaml", *words, "search.max_failure_rate=0.5", folder=folder)
    assert ended.code == 2
    assert "10 of 10 candidates have failed, and search.max_failure_rate is 0.5" in ended.err
    assert "Solver lbfgs supports only" in ended.err


def test_candidates_are_given_up_fold_by_fold(write):
    folder = write(trees=20)
    ended = good("run", "r.yaml", "search.trials=24", "search.pruner=median", folder=folder)
    assert "given up after 1 fold\n" in ended.err or "given up after 2 folds" in ended.err
    assert all(row["state"] == "complete" for row in leaders(folder).values())
