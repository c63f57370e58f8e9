"""Sentences about sound recipes."""

import pytest

from engine.recipe.advice import advice
from engine.recipe.load import load

RECIPE = """
data: {source: "sklearn:diabetes", target: target}
model:
  linear:
  xgboost: {objective: quantile, quantile: %s}
evaluation: {metric: %s}
"""


def told(folder, quantile, metric):
    path = folder / "r.yaml"
    path.write_text(RECIPE % (quantile, metric), "utf-8")
    loaded = load(str(path), root=folder)
    assert list(loaded.notices) == advice(loaded.recipe)
    return advice(loaded.recipe)


@pytest.mark.parametrize(("quantile", "metric"), [(0.9, "auto"), (0.9, "rmse"), (0.5, "rmse")])
def test_a_quantile_under_a_metric_that_rewards_something_else(tmp_path, quantile, metric):
    assert told(tmp_path, quantile, metric) == [
        f"model.xgboost predicts the {quantile} quantile, which evaluation.metric does not reward;"
        f" pinball_{quantile} does"
    ]


@pytest.mark.parametrize(
    ("quantile", "metric"),
    [(0.9, "pinball_0.9"), (0.9, "d2_pinball_0.9"), (0.5, "mae"), (0.5, "pinball_0.5")],
)
def test_a_quantile_under_its_own_metric(tmp_path, quantile, metric):
    assert told(tmp_path, quantile, metric) == []


WATCHED = """
data: {source: "sklearn:diabetes", target: target}
model: %s
evaluation: {early_stop_on: %s}
"""


def of_stopping(folder, families, watched="fold"):
    path = folder / "r.yaml"
    path.write_text(WATCHED % (families, watched), "utf-8")
    return advice(load(str(path), root=folder).recipe)


@pytest.mark.parametrize(
    ("families", "rest"),
    [
        ("[xgboost, linear]", "linear, which never stops early"),
        ("[mlp]", "mlp, which watches rows of its own"),
        (
            "[xgboost, hist_gradient_boosting, mlp, linear, knn]",
            "hist_gradient_boosting and mlp, which watch rows of their own, nor for linear and "
            "knn, which never stop early",
        ),
    ],
)
def test_families_that_watch_no_fold(tmp_path, families, rest):
    assert of_stopping(tmp_path, families) == [
        f"evaluation.early_stop_on is fold, which changes nothing for {rest}"
    ]


@pytest.mark.parametrize(("families", "watched"), [("xgboost", "fold"), ("[linear]", "inner")])
def test_families_that_watch_what_they_are_told(tmp_path, families, watched):
    assert of_stopping(tmp_path, families, watched) == []
