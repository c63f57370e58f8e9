"""Rows on disk: the same columns, the same numbers, and fits that come to the same as in memory."""

import numpy as np
import pandas as pd
import pytest

from engine.estimators import paged
from engine.steps import load, parts
from engine.testing.recipes import Steps, family_tree, recipe

SURE = {"n_estimators": 120, "learning_rate": 0.2, "max_depth": 3, "subsample": 1.0,
        "colsample_bytree": 1.0, "reg_lambda": 1.0, "min_child_weight": 1.0}  # fmt: skip
CLEAN = {"null_values": ["?"], "trim": True, "replace": {"city": {"Bonn": "Berlin"}}}


def rows(count=900, seed=0):
    """Numbers with holes, texts of few and of many levels, dates, weights, ids."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "name": np.arange(count) + 7_000,
        "a": draw.normal(size=count),
        "b": draw.normal(size=count).round(1).astype(str),
        "city": draw.choice(["Aachen", "Bonn ", "Cologne"], count),
        "many": draw.choice([f"m{i}" for i in range(300)], count),
        "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 9**7, count), "s"),
        "w": draw.integers(0, 4, count),
    })  # fmt: skip
    frame.loc[draw.random(count) < 0.1, "a"] = np.nan
    frame.loc[draw.random(count) < 0.1, "b"] = "?"
    frame.loc[draw.random(count) < 0.1, "city"] = None
    signal = frame["a"].fillna(0) + (frame["city"] == "Aachen") + draw.normal(size=count) / 2
    frame["binary"] = np.where(signal > 0.4, "yes", "no")
    frame["multiclass"] = pd.cut(signal, [-9, -0.2, 0.8, 9], labels=["l", "m", "h"]).astype(str)
    frame["regression"] = signal * 10
    return frame


TARGETS = ("binary", "multiclass", "regression")


def made(tmp_path, where, target="binary", frame=None, params=SURE, **more):
    """Return the steps of a recipe over a Parquet file, its rows held somewhere."""
    path = tmp_path / "rows.parquet"
    if frame is not None or not path.exists():
        (rows() if frame is None else frame).to_parquet(path)
    others = [name for name in TARGETS if name != target]
    data = {"source": str(path), "target": target, "id": "name", "drop": others, "clean": CLEAN}
    tree = {**family_tree("xgboost", **params), "early_stopping": {"rounds": 10}}
    asked = recipe(
        {"xgboost": {**tree, **more.pop("family", {})}}, data={**data, **more.pop("data", {})},
        evaluation={"folds": 3, **more.pop("evaluation", {})}, search={"trials": 1},
        compute={"rows": where}, **more,
    )  # fmt: skip
    steps = Steps(asked, pd.DataFrame(), tmp_path / where)
    steps["load"] = load.of(asked)
    return steps


@pytest.fixture(autouse=True)
def many_blocks(monkeypatch):
    """Let small tables take several parts and blocks."""
    monkeypatch.setattr(parts, "ROWS", 250)
    monkeypatch.setattr(paged, "BLOCK", 4_000)


def both(tmp_path, until, **more):
    found = []
    for where in ("memory", "disk"):
        steps = made(tmp_path, where, **more)
        steps.run(until)
        found.append(steps)
    return found


def test_the_encoded_rows_are_those_of_a_run_in_memory(tmp_path):
    memory, disk = both(tmp_path, "assemble", features={"derive": {"twice": "a * 2"}})
    assert isinstance(disk["assemble"].numbers, np.memmap)
    assert disk["assemble"].contract == memory["assemble"].contract
    assert disk["assemble"].roles == memory["assemble"].roles
    np.testing.assert_array_equal(disk["assemble"].numbers, memory["assemble"].numbers)
    assert disk["load"].facts == memory["load"].facts
    np.testing.assert_array_equal(disk["split"].train, memory["split"].train)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("weight", [None, "w"])
def test_scores_are_those_of_a_run_in_memory(tmp_path, target, weight):
    memory, disk = both(tmp_path, "pack", target=target, data={"weight": weight})
    assert disk["search"].best.rounds == memory["search"].best.rounds
    assert disk["search"].best.scores == pytest.approx(memory["search"].best.scores, rel=1e-3)
    scores = zip(memory["evaluate"].holdout.items(), disk["evaluate"].holdout.values(), strict=True)
    for (metric, score), found in scores:
        assert found == (score if score is None else pytest.approx(score, rel=0.01)), metric
