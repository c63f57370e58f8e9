"""The search over real units of work: workers, failures, carrying on."""

import json
import time
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from engine.catalogue import find
from engine.errors import DataError, RecipeError, SearchError
from engine.recipe.space import default
from engine.search.record import read_trials
from engine.steps import search, unit
from engine.steps.assemble import pipeline, spaces
from engine.steps.material import Material
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe

TREES = {
    "xgboost": family_tree("xgboost", n_estimators=15),
    "decision_tree": family_tree("decision_tree"),
}
FEATURES = {
    "blocks": {
        "amounts": {
            "columns": "number",
            "steps": {
                "impute": "choice(median, mean)",
                "reduce": "choice(none, pca)",
                "pca": {"components": "range(1, 5)"},
            },
        }
    }
}


def asked(workers=1, trials=14, **parts):
    parts = {"features": FEATURES, "evaluation": {"folds": 3}, "search": {"trials": trials}} | parts
    return recipe(TREES, compute={"workers": workers, "threads": 1}, **parts)


def told(made):
    return [(t.index, t.candidate.key, t.scores, t.rounds, t.error) for t in made["search"].trials]


def test_one_two_and_four_workers_find_the_same(tmp_path):
    found = []
    for workers in (1, 2, 4):
        made = Steps(asked(workers), mixed(150), tmp_path / str(workers))
        made.run("search")
        found.append(told(made))
        predicted = made["search"].out_of_fold(made["search"].best, 2)
        found[-1].append(predicted.probability.tobytes())
    assert found[0] == found[1] == found[2]


class TerminatedError(KeyboardInterrupt):
    """As SIGTERM raises."""


@contextmanager
def stopped(monkeypatch, at, error=KeyboardInterrupt):
    """Raise an error in the place of some fit."""
    fits = []
    fit = unit.fit_unit

    def limited(material, candidate, number, seconds=None):
        if len(fits) == at:
            raise error
        fits.append((candidate.key, number))
        return fit(material, candidate, number, seconds)

    with monkeypatch.context() as patched:
        patched.setattr(unit, "fit_unit", limited)
        yield


def test_it_carries_on_where_another_number_of_workers_stopped(tmp_path, monkeypatch):
    whole = Steps(asked(), mixed(150), tmp_path / "whole")
    whole.run("search")
    made = Steps(asked(), mixed(150), tmp_path / "cut")
    made.run("assemble")
    with stopped(monkeypatch, 17, TerminatedError), pytest.raises(TerminatedError):
        made.run("search")
    assert unit._attached is None, "nothing stays in memory"
    assert not search.done(made.recipe, made.folder("search"))
    made.recipe = asked(2)
    made.run("search")
    assert told(made) == told(whole)
    assert search.done(made.recipe, made.folder("search"))
    assert search.load(made.recipe, made.folder("search")).best == made["search"].best


def test_ctrl_c_ends_it_with_what_there_is_and_it_can_be_carried_on(tmp_path, monkeypatch):
    heard = []
    made = Steps(asked(), mixed(150), tmp_path)
    made.run("assemble")
    with stopped(monkeypatch, 17):
        made.run("search", lambda event, **facts: heard.append((event, facts)))
    assert heard[-1] == ("interrupted", {"trials": 5})
    assert len(made["search"].trials) == 5
    assert made.run("evaluate").leaderboard
    assert not search.done(made.recipe, made.folder("search"))
    del made["search"]
    assert len(made.run("search").trials) == 14


def test_a_second_ctrl_c_while_the_workers_are_let_go_ends_it_at_once(tmp_path, monkeypatch):
    made = Steps(asked(), mixed(150), tmp_path)
    made.run("assemble")

    def detach():
        raise KeyboardInterrupt

    with stopped(monkeypatch, 17), monkeypatch.context() as patched:
        patched.setattr(unit, "detach", detach)
        with pytest.raises(KeyboardInterrupt):
            made.run("search")


def test_ctrl_c_before_the_first_trial_leaves_nothing_to_end_with(tmp_path, monkeypatch):
    made = Steps(asked(), mixed(150), tmp_path)
    made.run("assemble")
    with stopped(monkeypatch, 2), pytest.raises(KeyboardInterrupt):
        made.run("search")


def test_scores_are_means_over_seeds_and_predictions_those_of_the_own_seed(tmp_path):
    tree = {"forest": family_tree("random_forest", n_estimators=8)}
    made = {}
    for repeats in (1, 3):
        asked_ = recipe(tree, search={"trials": 2, "repeats": repeats}, evaluation={"folds": 3})
        made[repeats] = Steps(asked_, mixed(150), tmp_path / str(repeats))
        made[repeats].run("search")
    once, thrice = (made[n]["search"] for n in (1, 3))
    material = Material(
        made[3].recipe, made[3]["split"], made[3]["assemble"], find("metrics", "roc_auc")
    )
    candidate = once.trials[0].candidate
    seeds = material.seeds(candidate)
    assert (len(set(seeds)), seeds[0]) == (3, made[3].recipe.seed)
    scores = [score_with(material, candidate, seed) for seed in seeds]
    assert once.trials[0].scores[1] == scores[0]
    assert thrice.trials[0].scores[1] == pytest.approx(np.mean(scores))
    assert len(set(scores)) > 1
    for searched in (once, thrice):
        np.testing.assert_array_equal(
            searched.out_of_fold(searched.trials[0], 1).probability,
            once.out_of_fold(once.trials[0], 1).probability,
        )


def score_with(material, candidate, seed):
    """The score on the second fold of a model with this seed, by scikit-learn's own metric."""
    fold, columns = material.split.folds[1], material.assembled.contract.columns
    model = pipeline(material.recipe, candidate, columns, material.setting(len(fold.train), seed))
    model.fit(material.columns(fold.train), material.y(fold.train))
    found = model.predict_proba(material.columns(fold.valid))[:, 1]
    return roc_auc_score(material.y(fold.valid), found)


def test_a_family_that_draws_nothing_is_fitted_once(tmp_path):
    tree = {"knn": family_tree("knn")}
    made = Steps(recipe(tree, search={"repeats": 5}), mixed(120), tmp_path)
    made.run("assemble")
    material = Material(made.recipe, made["split"], made["assemble"], None)
    candidate = spaces(made.recipe, classify=True)[0].candidate(default)
    assert material.seeds(candidate) == [made.recipe.seed]


def test_done_means_all_that_is_asked_for(tmp_path):
    made = Steps(asked(trials=3), mixed(120), tmp_path)
    made.run("search")
    folder = made.folder("search")
    assert search.done(asked(trials=3), folder)
    assert search.done(asked(trials=2), folder)
    assert len(search.load(asked(trials=2), folder).trials) == 2
    assert not search.done(asked(trials=4), folder)
    fixed = {"dummy": family_tree("dummy")}
    few = Steps(recipe(fixed, search={"trials": 9}), mixed(120), tmp_path / "few")
    assert len(few.run("search").trials) == 1
    assert search.done(few.recipe, few.folder("search")), "there are no more candidates"


def test_time_that_is_up_ends_the_search_with_what_there_is(tmp_path):
    short = asked(trials=50, search={"trials": 50, "timeout": "0.001s"})
    made = Steps(short, mixed(120), tmp_path)
    assert len(made.run("search").trials) == 1
    assert search.done(short, made.folder("search"))
    longer = asked(search={"trials": 3, "timeout": "1h"})
    assert not search.done(longer, made.folder("search"))


def failing(**params):
    return {"linear": family_tree("linear", **params), "dummy": family_tree("dummy")}


def test_a_family_that_fails_is_told_with_its_cause_and_the_others_win(tmp_path):
    made = Steps(recipe(failing(solver="no such"), search={"trials": 4}), mixed(120), tmp_path)
    made.run("evaluate")
    rows = {row["family"]: row for row in made["evaluate"].leaderboard}
    assert rows["dummy"]["state"] == "complete"
    assert rows["linear"]["state"] == "failed"
    assert "InvalidParameterError" in rows["linear"]["error"]
    assert rows["linear"]["cv"] == {}
    assert made["search"].best.candidate.family == "dummy"


def test_where_all_fail_the_causes_are_told_every_time(tmp_path):
    tree = {"linear": family_tree("linear", solver="no such")}
    made = Steps(recipe(tree, search={"trials": 3}), mixed(120), tmp_path)
    with pytest.raises(SearchError, match=r"(?s)every candidate failed.*linear: Invalid"):
        made.run("search")
    with pytest.raises(SearchError, match="every candidate failed"):
        search.load(made.recipe, made.folder("search"))


def test_a_metric_without_meaning_fails_the_candidate(tmp_path):
    made = Steps(
        recipe("dummy", evaluation={"metric": "rmsle"}, search={"trials": 1}),
        mixed(120, "regression").assign(y=lambda f: f["y"] - 100),
        tmp_path,
    )
    with pytest.raises(SearchError, match="is not defined"):
        made.run("search")


def test_what_holds_for_every_candidate_is_said_once(tmp_path):
    made = Steps(asked(features={"blocks": {"a": {"columns": ["siez"]}}}), mixed(120), tmp_path)
    with pytest.raises(DataError, match=r"(?s)'siez'.*did you mean 'size'"):
        made.run("search")
    assert not read_trials(made.folder("search"))


def test_a_worker_that_dies_is_said_to_have(tmp_path):
    made = Steps(asked(2), mixed(120), tmp_path)
    made.run("assemble")
    (made.folder("assemble") / "numbers.npy").write_bytes(b"")
    with pytest.raises(SearchError, match=r"(?s)a worker died.*run it again to carry on"):
        made.run("search")


def test_what_is_packed_is_what_was_scored(tmp_path):
    made = Steps(asked(trials=3), mixed(200), tmp_path)
    made.run("pack")
    bundle_folder = made["pack"].folder
    from engine.bundle.load import open_bundle

    frame = made["load"].frame.iloc[made["split"].holdout]
    found, _ = open_bundle(bundle_folder).predict(frame)
    saved = pd.read_parquet(made.folder("evaluate") / "holdout.parquet")
    assert saved["row"].tolist() == sorted(made["split"].holdout)
    by_row = found.assign(row=frame.index.to_numpy()).sort_values("row")
    np.testing.assert_allclose(by_row["probability_yes"], saved["probability_yes"], atol=1e-7)
    assert by_row["prediction"].tolist() == saved["prediction"].tolist()


def test_out_of_fold_predictions_of_large_numbers_keep_their_digits(tmp_path):
    frame = mixed(120, "regression").assign(y=lambda f: f["y"] + 1.7e9)
    tree = {"linear": family_tree("linear", alpha=1.0)}
    made = Steps(recipe(tree, evaluation={"metric": "rmse"}), frame, tmp_path)
    cv = made.run("evaluate").cv
    saved = pd.read_parquet(made.folder("evaluate") / "out_of_fold.parquet")
    squares = (saved["truth"] - saved["prediction"]) ** 2
    again = np.sqrt(squares.groupby(saved["fold"]).mean())
    np.testing.assert_allclose(again, cv["rmse"]["folds"], rtol=1e-9)


@pytest.mark.slow
def test_ten_thousand_columns_are_no_obstacle(tmp_path):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(500, 10_000))).rename(columns=lambda i: f"x{i}")
    frame["y"] = np.where(frame["x0"] > 0, "yes", "no")
    tree = {"xgboost": family_tree("xgboost", n_estimators=3, colsample_bytree=0.01)}
    asked_ = recipe(tree, search={"trials": 1}, evaluation={"folds": 2})
    made = Steps(asked_, frame, tmp_path)
    begin = time.process_time()
    made.run("assemble")
    assert time.process_time() - begin < 15, "it is two or three seconds on a quiet machine"
    made.run("pack")
    assert len(json.loads((made["pack"].folder / "contract.json").read_text())["columns"]) == 10_000


def test_a_family_without_probabilities_is_told_so_where_the_metric_needs_them(tmp_path):
    tree = {
        "margin": {**family_tree("linear"), "classifier": "sklearn.svm.LinearSVC", "params": {}}
    }
    made = Steps(recipe(tree, search={"trials": 1}), mixed(120), tmp_path)
    with pytest.raises(RecipeError, match="gives no probabilities, which the metric roc_auc"):
        made.run("search")
    made = Steps(
        recipe(tree, search={"trials": 1}, evaluation={"metric": "f_beta_2"}),
        mixed(120), tmp_path / "other",
    )  # fmt: skip
    made.run("search")
    assert 0 < made["search"].best.mean <= 1


def test_nothing_is_left_open_where_a_search_cannot_begin_or_end(tmp_path, monkeypatch):
    closed = []

    class Noting(search.Record):
        def close(self):
            closed.append("record")
            super().close()

    def refused(*_):
        raise SearchError("no cluster can be reached")

    class Full(search.Budget):
        def is_over(self):
            raise OSError("no space left on device")

    start = search._start

    def started(*given):
        executor = start(*given)
        end = executor.shutdown
        monkeypatch.setattr(executor, "shutdown", lambda **how: (closed.append("executor"), end()))
        return executor

    monkeypatch.setattr(search, "Record", Noting)
    with monkeypatch.context() as patched:
        patched.setattr(search, "_start", refused)
        with pytest.raises(SearchError, match="no cluster"):
            Steps(asked(), mixed(150), tmp_path / "refused").run("search")
    assert closed == ["record"]
    closed.clear()
    monkeypatch.setattr(search, "Budget", Full)
    monkeypatch.setattr(search, "_start", started)
    with pytest.raises(OSError, match="no space left"):
        Steps(asked(), mixed(150), tmp_path / "full").run("search")
    assert closed == ["executor", "record"]
