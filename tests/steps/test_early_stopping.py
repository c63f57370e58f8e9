"""A family that stops early watches rows that it is neither fitted nor scored on."""

import json

import numpy as np
import pandas as pd
import pytest

from engine.estimators import boosted
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe

QUICK = {"n_estimators": 60, "learning_rate": 0.3, "max_depth": 3, "subsample": 1.0,
         "colsample_bytree": 1.0, "reg_lambda": 1.0, "min_child_weight": 1.0}  # fmt: skip


def booster(**params):
    return {
        "xgboost": {**family_tree("xgboost", **QUICK, **params), "early_stopping": {"rounds": 30}}
    }


def noise(rows=200, columns=40, seed=0):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(rows, columns))).rename(columns=lambda i: f"x{i}")
    return frame.assign(y=random.permutation(np.arange(rows) % 2))


def auc_on_noise(tmp_path, watched):
    """Mean over some data sets of an AUC on random labels."""
    found = []
    for seed in range(8):
        made = Steps(
            recipe(booster(), evaluation={"early_stop_on": watched, "holdout": 0}),
            noise(seed=seed),
            tmp_path / f"{watched}{seed}",
        )
        found.append(made.run("search").best.mean)
    return float(np.mean(found))


@pytest.mark.slow
def test_random_labels_have_no_structure_unless_the_fold_is_watched(tmp_path):
    honest = auc_on_noise(tmp_path, "inner")
    optimistic = auc_on_noise(tmp_path, "fold")
    assert abs(honest - 0.5) < 0.04
    assert optimistic > max(honest, 0.5) + 0.02


@pytest.mark.parametrize(("watched", "flag"), [("inner", False), ("fold", True)])
def test_an_optimistic_score_is_marked_wherever_it_is_shown(tmp_path, watched, flag):
    tree = {**booster(), "linear": family_tree("linear", C=1.0)}
    made = Steps(
        recipe(tree, evaluation={"early_stop_on": watched, "folds": 2}), mixed(200), tmp_path
    )
    made.run("pack")
    evaluated = made["evaluate"]
    marks = {row["family"]: row["optimistic"] for row in evaluated.leaderboard}
    assert marks == {"xgboost": flag, "linear": False}
    best = evaluated.leaderboard[0]
    assert evaluated.optimistic == best["optimistic"]
    scores = json.loads((made.folder("pack") / "bundle" / "scores.json").read_text())
    assert scores["optimistic"] == best["optimistic"]


def test_a_refit_takes_the_median_of_the_rounds_and_all_rows(tmp_path):
    made = Steps(recipe(booster()), mixed(300), tmp_path)
    fitted = made.run("refit").pipeline["model"]
    trial = made["search"].best
    assert trial.refit_rounds() == round(float(np.median(trial.rounds)))
    assert fitted.rounds is None
    assert fitted.rounds_ == trial.refit_rounds()
    assert fitted.estimator_.get_booster().num_boosted_rounds() == trial.refit_rounds()


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_going_forward_the_watched_rows_are_the_latest(tmp_path, task, monkeypatch):
    watched = []
    split = boosted._Boosted._split

    def spy(self, rows, strata):
        inner, last = split(self, rows, strata)
        watched.append((self.shuffle, inner, last, rows))
        return inner, last

    monkeypatch.setattr(boosted._Boosted, "_split", spy)
    frame = mixed(300, task).sample(frac=1, random_state=1)
    frame["signup"] = pd.date_range("2020", periods=300).to_numpy()
    frame = frame.sample(frac=1, random_state=2)
    made = Steps(recipe(booster(), data={"time": "signup"}), frame, tmp_path)
    made.run("search")
    assert watched
    for shuffle, inner, last, rows in watched:
        assert not shuffle
        assert last.min() > inner.max()
        assert len(last) == pytest.approx(0.1 * rows, abs=1)
    times = pd.to_datetime(made["load"].frame["signup"]).to_numpy()
    for fold in made["split"].folds:
        stamps = times[made["split"].train[fold.train]]
        assert (np.diff(stamps) >= np.timedelta64(0)).all(), "the last rows are the latest"
        assert stamps.max() <= times[made["split"].train[fold.valid]].min()
