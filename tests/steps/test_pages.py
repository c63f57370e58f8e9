"""Rows on disk: the same columns, the same numbers, and fits that come to the same as in memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError, RecipeError, SearchError
from engine.estimators import paged, scratch
from engine.steps import fitting, held, load, parts
from engine.testing.recipes import Steps, family_tree, recipe

ROOT = Path(__file__).parents[2]
SURE = {"n_estimators": 120, "learning_rate": 0.2, "max_depth": 3, "subsample": 1.0,
        "colsample_bytree": 1.0, "reg_lambda": 1.0, "min_child_weight": 1.0}  # fmt: skip
OBJECTIVES = {"quantile": {"params": {"objective": "reg:quantileerror",
                                      "quantile_alpha": "{quantile}"}}}  # fmt: skip
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
    tmp_path.mkdir(exist_ok=True)
    if frame is not None or not path.exists():
        (rows() if frame is None else frame).to_parquet(path)
    others = [name for name in TARGETS if name != target]
    data = {"source": str(path), "target": target, "id": "name", "drop": others, "clean": CLEAN}
    tree = {**family_tree("xgboost", **params), "early_stopping": {"rounds": 10}}
    asked = recipe(
        {"xgboost": {**tree, **more.pop("family", {})}}, data={**data, **more.pop("data", {})},
        evaluation={"folds": 3, **more.pop("evaluation", {})},
        search={"trials": 1, **more.pop("search", {})},
        compute={**more.pop("compute", {}), "rows": where}, **more,
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


@pytest.mark.parametrize(
    "more",
    [
        {"family": {"class_weight": "balanced"}},
        {"family": {"monotone": {"a": "increasing"}}},
        {"evaluation": {"repeats": 2}, "search": {"trials": 1, "final": "bag"}},
        {"evaluation": {"early_stop_on": "fold", "final_rows": "all"}},
        {"data": {"time": "day"}},
        {"data": {"group": "many"}},
    ],
    ids=["class weights", "monotone", "bag", "watched fold", "in time", "grouped"],
)
def test_what_else_a_recipe_asks_for_comes_to_the_same(tmp_path, more):
    if "time" in more.get("data", {}):  # of equals in time, either may be the last
        frame = rows()
        frame["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(len(frame)), "h")
        more = {**more, "frame": frame.sample(frac=1, random_state=0)}
    memory, disk = both(tmp_path, "pack", **more)
    assert disk["search"].best.scores == pytest.approx(memory["search"].best.scores, rel=1e-3)
    found = [steps["evaluate"].holdout["roc_auc"] for steps in (memory, disk)]
    assert found[0] == pytest.approx(found[1], rel=0.01)


def test_monotone_constraints_hold_on_disk(tmp_path):
    """The target rises with the column: where it may not, predictions do not follow it."""
    most = []
    for asked in ({}, {"monotone": {"a": "decreasing"}}):
        steps = made(tmp_path, "disk", family=asked)
        fitted = steps.run("refit").pipeline
        table = np.repeat(steps["assemble"].take(np.arange(1)), 50, axis=0)
        table[:, steps["assemble"].contract.names.index("a")] = np.linspace(-3, 3, 50)
        most.append(float(np.diff(fitted.predict_proba(table)[:, 1]).max()))
    assert most[0] > 0.01
    assert most[1] <= 1e-7


def test_the_objectives_of_a_regression_hold_on_disk(tmp_path):
    asked = {"objective": "quantile", "quantile": 0.9, "objectives": OBJECTIVES}
    memory, disk = both(tmp_path, "refit", target="regression", family=asked)
    table = memory["assemble"].take(memory["split"].holdout)
    above = [
        float((steps["split"].target.values[steps["split"].holdout] <=
               steps["refit"].pipeline.predict(table)).mean())
        for steps in (memory, disk)
    ]  # fmt: skip
    assert above[1] == pytest.approx(above[0], abs=0.05)
    assert above[1] > 0.75


def test_columns_are_decided_by_a_sample_and_levels_by_all_training_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(held, "MOST_ROWS", 300)
    frame = rows(3_000)
    frame["city"] = frame["city"].fillna("Aachen")
    frame.loc[[7, 11, 13], "city"] = ["Ulm", "Kiel", "Trier"]
    told = []
    steps = made(tmp_path, "disk", frame=frame, evaluation={"holdout": 0})
    steps.run("search", lambda event, **facts: told.append(facts.get("text")))
    (city,) = (c for c in steps["assemble"].contract.columns if c.name == "city")
    assert city.levels == ("Aachen", "Berlin", "Cologne", "Kiel", "Trier", "Ulm")
    many = next(c for c in steps["assemble"].contract.columns if c.name == "many")
    assert len(many.levels) == 300, "nearly all different in the sample, but not in all rows"
    assert "what columns are is decided by 300 of 3,000 training rows" in told
    assert steps["search"].best.mean > 0.7
    assert not np.isnan(steps["assemble"].numbers[[7, 11, 13], 2]).any()


def test_encodings_by_the_target_do_not_see_a_row_s_own(tmp_path):
    """A level for each pair of rows says nothing, unless it is learnt from the row itself."""
    draw = np.random.default_rng(0)
    frame = rows()
    frame["many"] = [f"p{i // 2}" for i in range(len(frame))]
    frame["binary"] = draw.permutation(np.arange(len(frame)) % 2)
    frame = frame[["name", "many", "a", "b", "city", "day", "w", *TARGETS]]
    memory, disk = both(tmp_path, "search", frame=frame)
    assert disk["search"].best.mean < 0.6
    assert disk["search"].best.mean == pytest.approx(memory["search"].best.mean, abs=0.02)


def test_rules_for_rows_and_a_sample_leave_the_same_rows(tmp_path):
    asked = {"clean": {**CLEAN, "where": "a > -1", "drop_duplicates": ["many"]}, "sample": 0.5}
    memory, disk = both(tmp_path, "assemble", data=asked)
    assert disk["load"].facts == memory["load"].facts
    assert list(disk["load"].frame.index) == list(memory["load"].frame.index)
    np.testing.assert_array_equal(disk["assemble"].numbers, memory["assemble"].numbers)
    index = np.array([9, 3, 40])
    pd.testing.assert_frame_equal(disk["load"].raw(index), memory["load"].raw(index))
    names = ["a", "city"]
    pd.testing.assert_frame_equal(disk["load"].whole(names), memory["load"].whole(names))


def test_a_column_has_one_type_in_all_parts(tmp_path):
    frame = rows()
    frame["b"] = [*["?"] * 300, *np.arange(600).astype(str)]  # a part of nothing but holes
    frame["a"] = np.repeat([0, 1, 2], [180, 360, 360])  # texts in the first part alone
    asked = {"clean": {"null_values": ["?"], "replace": {"a": {0: "none"}}}}
    memory, disk = both(tmp_path, "assemble", frame=frame, data=asked)
    assert disk["assemble"].contract == memory["assemble"].contract
    np.testing.assert_array_equal(disk["assemble"].numbers, memory["assemble"].numbers)


def test_free_text_is_refused_with_what_to_do(tmp_path):
    frame = rows()
    frame["many"] = [f"some words about row {i} and no other" for i in range(len(frame))]
    with pytest.raises(DataError, match=r"free text is held in memory alone.*'many'") as caught:
        made(tmp_path, "disk", frame=frame).run("assemble")
    assert "data.drop" in caught.value.faults[0].hint


def test_a_family_that_cannot_learn_from_disk_is_left_out_or_refused(tmp_path):
    both_ = {"xgboost": family_tree("xgboost"), "linear": family_tree("linear")}
    steps = made(tmp_path, "disk")
    steps.run("split")
    optional = {**both_, "linear": {**both_["linear"], "optional": True}}
    found = steps.recipe.model_validate({**steps.recipe.model_dump(), "model": optional})
    kept, (told,) = fitting.suited(found, steps["split"])
    assert list(kept.model) == ["xgboost"]
    assert "linear is left out: linear learns from rows in memory" in told
    with pytest.raises(RecipeError, match="linear learns from rows in memory"):
        fitting.suited(found.model_validate({**found.model_dump(), "model": both_}), steps["split"])


def test_nothing_is_left_on_disk_however_a_fit_ends(tmp_path):
    steps = made(tmp_path, "disk", params={**SURE, "max_depth": -3})
    with pytest.raises(SearchError):
        steps.run("search")
    made(tmp_path / "other", "disk").run("refit")
    assert not list(tmp_path.rglob(f"{scratch.PREFIX}*"))


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    code = "import os, pathlib, sys; from engine.estimators.scratch import scratch\n"
    code += "with scratch(pathlib.Path(sys.argv[1])) as folder:\n"
    code += "    (folder / 'page').write_text('x'); os.kill(os.getpid(), 9)\n"
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert ended.returncode == -9
    (left,) = tmp_path.iterdir()
    with scratch.scratch(tmp_path) as first:
        assert not left.exists()
        (first / "page").write_text("x")
        with scratch.scratch(tmp_path) as second:
            assert first.exists(), "its process lives"
        assert not second.exists()
    assert not list(tmp_path.iterdir())


def test_rows_on_disk_answer_as_an_array_does(tmp_path):
    table = np.arange(60, dtype=np.float32).reshape(20, 3)
    some = paged.Paged(table, np.array([5, 1, 19, 7]), tmp_path)
    assert (some.shape, len(some), some.nbytes) == ((4, 3), 4, 240)
    found = np.empty((4, 3))
    for at, block in some.blocks(most=3):
        assert len(block) <= 3
        found[at] = block
    np.testing.assert_array_equal(found, table[[5, 1, 19, 7]])
    order = [index for at, _ in some.blocks(most=1) for index in some.index[at]]
    assert order == [1, 5, 7, 19], "as they lie on disk"
    np.testing.assert_array_equal(some[np.array([True, False, True, False])].index, [5, 19])
