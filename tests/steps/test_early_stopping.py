"""A family that stops early watches rows that it is neither fitted nor scored on."""

import functools
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from engine import catalogue
from engine.estimators import boosted, calibrated
from engine.models import network
from engine.recipe.space import default
from engine.steps import assemble, unit
from engine.steps import inner as inner_split
from engine.steps.material import Material
from engine.steps.split import Split
from engine.steps.target import Target
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family, family_tree, recipe

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


def test_so_does_a_refit_of_the_histogram_boosting_of_scikit_learn(tmp_path):
    tree = {"hist_gradient_boosting": family_tree("hist_gradient_boosting")}
    made = Steps(recipe(tree, search={"trials": 1}), mixed(300), tmp_path)
    fitted = made.run("refit").pipeline["model"]
    trial = made["search"].best
    assert len(trial.rounds) == 5
    assert 1 < trial.refit_rounds() < fitted.get_params()["max_iter"] + 1 < 2000
    assert fitted.n_iter_ == trial.refit_rounds()
    assert not fitted.do_early_stopping_


def test_a_fit_whose_time_was_up_does_not_say_how_many_rounds_it_needs(tmp_path):
    trees = {"n_estimators": 100_000, "learning_rate": 1e-4}
    tree = {"xgboost": family_tree("xgboost", **trees)}
    made = Steps(recipe(tree, search={"trials": 1}), mixed(300), tmp_path)
    made.run("assemble")
    candidate = assemble.spaces(made.recipe, classify=True)[0].candidate(default)
    auc = catalogue.find("metrics", "roc_auc")
    material = Material(made.recipe, made["split"], made["assemble"], auc)
    cut = unit.fit_unit(material, candidate, 0, seconds=0.5)
    assert (cut.error, cut.rounds) == ("", None)
    assert cut.warnings == (
        "ConvergenceWarning: its time was up before it had stopped getting better",
    )


def spied(monkeypatch, kind):
    """Collect what a class's ``fit`` is told to fit and to watch."""
    seen, fit = [], kind.fit

    def spy(self, X, y, sample_weight=None, watch=None):
        seen.append((X, y, watch))
        return fit(self, X, y, sample_weight, watch)

    monkeypatch.setattr(kind, "fit", spy)
    return seen


def numbered(frame):
    """Add a column that counts the rows, by which they are known again."""
    return frame.assign(number=np.random.default_rng(0).permutation(len(frame)) + 1e3)


def parts(seen, frame):
    """Return the rows that were fitted and those that were watched, of the first fit."""
    X, _, watch = seen[0]
    place = {number: row for row, number in enumerate(frame["number"])}
    (column,) = [i for i in range(X.shape[1]) if set(X[:, i]) <= set(place)]
    return tuple([place[n] for n in part[:, column]] for part in (X, watch[0]))


@pytest.mark.parametrize(
    ("task", "kind"),
    [("binary", boosted.BoostedClassifier), ("regression", boosted.BoostedRegressor)],
)
def test_going_forward_the_watched_rows_are_the_latest(tmp_path, task, kind, monkeypatch):
    seen = spied(monkeypatch, kind)
    frame = mixed(300, task).sample(frac=1, random_state=1)
    frame["signup"] = pd.date_range("2020", periods=300).to_numpy()
    frame = numbered(frame.sample(frac=1, random_state=2))
    data, evaluation = {"time": "signup"}, {"gap": "5d", "folds": 3}
    made = Steps(recipe(booster(), data=data, evaluation=evaluation), frame, tmp_path)
    made.run("search")
    times = pd.to_datetime(made["load"].frame["signup"])
    fold = made["split"].folds[0]
    inner, watched = (times[rows] for rows in parts(seen, made["load"].frame))
    assert inner.max() + pd.Timedelta("5D") < watched.min(), "the gap holds here too"
    assert len(watched) == pytest.approx(0.1 * len(fold.train), abs=1)
    assert watched.max() == times[made["split"].train[fold.train]].max()
    assert watched.max() + pd.Timedelta("5D") < times[made["split"].train[fold.valid]].min()


def test_a_group_is_fitted_or_watched_and_never_both(tmp_path, monkeypatch):
    seen = spied(monkeypatch, boosted.BoostedClassifier)
    frame = numbered(mixed(400).dropna(subset=["shop"]))
    made = Steps(recipe(booster(), data={"group": "shop"}), frame, tmp_path)
    made.run("search")
    shops = made["load"].frame["shop"]
    inner, watched = (set(shops[rows]) for rows in parts(seen, made["load"].frame))
    assert inner
    assert watched
    assert not inner & watched


SMALL = {
    "lightgbm": {"n_estimators": 40, "learning_rate": 0.3},
    "catboost": {"iterations": 40, "depth": 3},
    "ebm": {"max_rounds": 40, "outer_bags": 2, "interactions": 0},
    "svm": {"C": 1.0},
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("column", ["shop", "signup"])
def test_every_family_that_watches_rows_is_told_which(tmp_path, monkeypatch, name, column):
    kind = calibrated.CalibratedClassifier if name == "svm" else boosted.BoostedClassifier
    seen = spied(monkeypatch, kind)
    frame = numbered(mixed(400).dropna(subset=["shop", "signup"]))
    tree = {name: {**family_tree(name, **SMALL[name]), "scale": False}}
    data = {"group": "shop"} if column == "shop" else {"time": "signup"}
    made = Steps(recipe(tree, data=data, search={"trials": 1}), frame, tmp_path)
    made.run("refit")
    values = made["load"].frame[column]
    inner, watched = (values.iloc[rows] for rows in parts(seen, made["load"].frame))
    if column == "shop":
        assert set(inner).isdisjoint(watched)
    else:
        assert inner.max() <= watched.min()
    assert len(inner) > 3 * len(watched) > 0
    trial = made["search"].best
    if name in ("lightgbm", "catboost"):
        assert trial.refit_rounds() == round(float(np.median(trial.rounds)))
        assert made["refit"].pipeline["model"].rounds_ == trial.refit_rounds()
        assert seen[-1][2] is None, "a refit takes all rows"
    else:
        assert trial.refit_rounds() is None
        assert seen[-1][2] is not None, "a refit watches the rows of its own split"


def test_a_model_that_parts_rows_by_class_does_not_where_a_class_has_one(tmp_path):
    model = HistGradientBoostingClassifier(early_stopping=True, max_iter=3)
    y = np.array([0] * 30 + [1] * 30 + [2])
    split = Split(Target("multiclass", ("a", "b", "c"), y, ""), np.arange(61), y[:0], (), "plain")
    weighed = inner_split.Weighed(family("hist_gradient_boosting"), split, np.arange(61))
    X = np.random.default_rng(0).normal(size=(61, 2))
    with pytest.warns(UserWarning, match="a class has too few rows to be watched"):
        inner_split.fit(model, X, y, weighed)
    assert model.n_iter_ == 3
    assert model.classes_.tolist() == [0, 1, 2]


@pytest.mark.parametrize("data", [{}, {"group": "shop"}, {"time": "signup"}])
def test_trees_of_scikit_learn_watch_rows_of_the_split(tmp_path, data, monkeypatch):
    seen, fit = [], HistGradientBoostingClassifier.fit

    @functools.wraps(fit)
    def spy(self, X, y, **given):
        seen.append(sorted(given))
        return fit(self, X, y, **given)

    monkeypatch.setattr(HistGradientBoostingClassifier, "fit", spy)
    tree = {"hist_gradient_boosting": family_tree("hist_gradient_boosting", max_iter=5)}
    frame = mixed(300).dropna(subset=["shop", "signup"])
    made = Steps(recipe(tree, data=data, search={"trials": 1}), frame, tmp_path)
    made.run("refit")
    assert seen == [["X_val", "y_val"] if data else []] * 5 + [[]], "the refit takes all rows"


@pytest.mark.parametrize("data", [{}, {"group": "shop"}])
def test_a_network_that_watches_rows_at_random_does_not_stop_early_where_that_is_wrong(
    tmp_path, data, monkeypatch
):
    tree = {"mlp": family_tree("mlp", max_iter=3, hidden_layer_sizes=[4])}
    monkeypatch.setattr(network, "ENOUGH", 50)
    frame = mixed(200).dropna(subset=["shop"])
    made = Steps(recipe(tree, data=data, search={"trials": 1}), frame, tmp_path)
    assert made.run("refit").pipeline["model"].early_stopping == (not data)
    told = [text for text in made["refit"].warnings if "early stopping is off" in text]
    assert bool(told) == bool(data)
