"""The same verbs in Python."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import engine
from engine.errors import EngineError


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> object:
    outputs = tmp_path_factory.mktemp("outputs")
    overrides = ("model=[linear,dummy]", "search.trials=2", "evaluation.folds=2")
    return engine.load("breast_cancer", *overrides, outputs=outputs)


def test_a_recipe_is_planned_run_and_predicted_from(project) -> None:
    plan = project.plan()
    assert list(plan.steps["state"][-2:]) == ["to do", "to do"]
    run = project.run()
    assert run.leaderboard["family"][0] == "linear"
    assert list(run.leaderboard["chosen"]) == [True, False]
    assert run.scorecard["holdout"]["roc_auc"] > 0.95
    assert set(project.plan().steps["state"]) == {"done"}
    assert [r.folder for r in project.runs()] == [run.folder]


def test_the_leaderboard_of_several_objectives_has_a_column_for_each(tmp_path) -> None:
    overrides = ("model=[linear,dummy]", "search.trials=2", "evaluation.folds=2",
                 "evaluation.metric=[roc_auc,size]")  # fmt: skip
    run = engine.load("breast_cancer", *overrides, outputs=tmp_path).run()
    assert list(run.leaderboard["trial"]) == [0, 1]
    assert run.leaderboard["size"][0] > run.leaderboard["size"][1] > 0


def test_predictions_are_those_of_the_run(project) -> None:
    run = project.runs()[-1] if project.runs() else project.run()
    held = pd.read_parquet(run.folder / "holdout.parquet")
    rows = pd.read_parquet(run.folder / "bundle" / "golden.parquet")
    found = run.predict(rows)
    assert list(found) == ["prediction", "probability_benign", "probability_malignant"]
    assert set(found["prediction"]) <= set(held["truth"])


def test_they_draw_themselves_in_a_notebook(project) -> None:
    run = project.run()
    assert "linear" in run._repr_html_()
    assert "<table" in project.plan()._repr_html_()


def test_faults_are_raised_together() -> None:
    with pytest.raises(EngineError) as caught:
        engine.load("breast_cancer", "search.trails=1", "evaluation.folds=0")
    assert len(caught.value.faults) == 2


def test_there_is_nothing_else_in_the_package() -> None:
    with pytest.raises(AttributeError, match="laod"):
        _ = engine.laod  # type: ignore[attr-defined]


def test_the_facade_imports_nothing_heavy() -> None:
    assert Path(engine.__file__).read_text("utf-8").count("import ") < 6
