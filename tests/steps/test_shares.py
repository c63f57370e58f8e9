"""Probabilities that say less than the shares of the classes do."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import log_loss

from engine import catalogue
from engine.steps.shares import of_shares
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe
from tests.steps.test_evaluate import heard

OVERSURE = {"decision_tree": family_tree("decision_tree", max_depth=None, min_samples_leaf=1)}


def noise():
    random = np.random.default_rng(0)
    return pd.DataFrame({"a": random.normal(size=300), "y": random.choice(["k", "l", "m"], 300)})


def steps(tmp_path, model, frame=None, metrics=("log_loss",), **parts):
    evaluation = {"folds": 3, "metric": "accuracy", "metrics": list(metrics)}
    asked = recipe(model, search={"trials": 1}, evaluation=evaluation, **parts)
    return Steps(asked, noise() if frame is None else frame, tmp_path)


def test_a_winner_that_is_too_sure_is_noticed(tmp_path):
    made = steps(tmp_path, OVERSURE)
    (text,) = heard(made, tmp_path)
    scores = made["evaluate"].cv["log_loss"]
    assert text.startswith(
        "decision_tree: its probabilities say less than the shares of the classes "
        f"(log_loss is {scores['mean']:.4g}, and 1.098 by the shares)"
    )
    assert text.endswith(
        "; have them learnt anew, model.decision_tree.builder=calibrated, or choose another family"
    )


def test_the_advice_goes_by_what_the_family_is_told(tmp_path):
    tree = OVERSURE["decision_tree"] | {"class_weight": "balanced"}
    (text,) = heard(steps(tmp_path, {"decision_tree": tree}), tmp_path)
    assert text.endswith("; class_weight moves them: leave it out where they matter")


@pytest.mark.parametrize(
    ("model", "metrics"),
    [("dummy", ["log_loss", "brier"]), ("decision_tree", ["balanced_accuracy", "f1"])],
)
def test_nothing_is_said_of_shares_and_of_what_is_not_recorded(tmp_path, model, metrics):
    model = model if model == "dummy" else OVERSURE
    assert heard(steps(tmp_path, model, metrics=metrics), tmp_path) == []


def test_nothing_is_said_of_probabilities_that_say_more(tmp_path):
    made = steps(tmp_path, "linear", mixed(200), metrics=["log_loss", "brier"])
    assert heard(made, tmp_path) == []


def test_the_score_of_the_shares_is_that_of_scikit_learns_dummy(tmp_path):
    made = steps(tmp_path, "dummy")
    split = made.run("split")
    y = split.target.values[split.train].astype(int)
    theirs = []
    for fold in split.folds:
        fitted = DummyClassifier().fit(np.zeros((len(fold.train), 1)), y[fold.train])
        table = fitted.predict_proba(np.zeros((len(fold.valid), 1)))
        theirs.append(log_loss(y[fold.valid], table, labels=[0, 1, 2]))
    metric = catalogue.find("metrics", "log_loss").bound(split.target.classes)
    assert of_shares(metric, split) == pytest.approx(np.mean(theirs))
