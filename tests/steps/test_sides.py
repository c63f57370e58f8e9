"""What says where rows stand: columns, times, and whether they agree."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import RepeatedStratifiedKFold

from engine.errors import DataError
from engine.steps import load, refit, split
from engine.testing.recipes import Steps, recipe


def rows(count=120):
    index = np.arange(count)
    frame = pd.DataFrame(
        {"x": np.sin(index), "z": np.cos(index), "y": np.array(["a", "b"])[index % 2]}
    )
    frame["day"] = pd.date_range("2024-01-01", periods=count).astype(str)
    frame["hour"] = index * 1.0
    frame["g"] = index // 6
    frame["fold"] = np.array(["one", "two", "three"])[index // 2 % 3]
    frame["late"] = index >= 90
    return frame


def run(tmp_path, frame=None, heard=None, data=None, **evaluation):
    made = Steps(
        recipe("linear", data=data or {}, evaluation=evaluation),
        rows() if frame is None else frame,
        tmp_path,
    )
    listener = lambda event, **facts: heard.append(facts["text"])  # noqa: E731
    return made.run("split", listener if heard is not None else lambda *_, **__: None)


def test_folds_of_a_column(tmp_path):
    found = run(tmp_path, fold_column="fold", holdout=0)
    assert found.how == "predefined"
    names = rows().fold.to_numpy()[found.train]
    assert [set(names[fold.valid]) for fold in found.folds] == [{"one"}, {"three"}, {"two"}]


def test_a_column_of_numbers_and_texts_names_folds(tmp_path):
    frame = rows().assign(fold=[1, "a", 2] * 40)
    assert len(run(tmp_path, frame, fold_column="fold").folds) == 3


@pytest.mark.parametrize("columns", [["x"], {"x": "number", "*": "drop"}])
def test_picking_columns_keeps_those_that_say_how_rows_are_split(tmp_path, columns):
    rows().to_csv(tmp_path / "rows.csv", index=False)
    data = {"source": str(tmp_path / "rows.csv"), "columns": columns}
    sides = {"fold_column": "fold", "holdout": {"column": "late"}}
    asked = recipe("linear", data=data, evaluation=sides)
    made = Steps(asked, rows(), tmp_path)
    made["load"] = load.run(asked, {}, tmp_path, lambda *_, **__: None)
    assert list(made["load"].frame) == ["x", "y", "fold", "late"]
    assert list(load.load(asked, tmp_path).frame) == ["x", "y", "fold", "late"]
    assert len(made.run("split").folds) == 3
    assert [column.name for column in made.run("assemble").contract.columns] == ["x"]


@pytest.mark.parametrize("value", [True, 1, 1.0, "True"])
def test_a_column_says_what_is_held_out(tmp_path, value):
    found = run(tmp_path, holdout={"column": "late", "value": value})
    assert found.holdout.tolist() == list(range(90, 120))
    assert found.train.tolist() == list(range(90))


@pytest.mark.parametrize("late", [[0.0] * 90 + [1.0] * 30, ["0"] * 90 + ["1"] * 30])
def test_the_mark_may_be_written_in_several_ways(tmp_path, late):
    found = run(tmp_path, rows().assign(late=late), holdout={"column": "late"})
    assert len(found.holdout) == 30


@pytest.mark.parametrize(
    ("evaluation", "frame", "message"),
    [
        (
            {"holdout": {"column": "late", "value": "yes"}},
            {},
            r"no row holds 'yes'.*it holds: 'Fal",
        ),
        ({"holdout": {"column": "part", "value": "tset"}}, {}, r"no row holds 'tset'.*mean 'test'"),
        ({"holdout": {"column": "part"}}, {"part": True}, "leaves no row to train on"),
        ({"holdout": {"column": "lat"}}, {}, r"holdout\.column: .*no column 'lat'.*mean 'late'"),
        ({"fold_column": "folds"}, {}, r"evaluation\.fold_column: .*did you mean 'fold'"),
        ({"fold_column": "fold"}, {"fold": "one"}, r"the column has 1 distinct value"),
        ({"fold_column": "fold"}, {"fold": [None, *"ab" * 59, "a"]}, r"row 1 holds nothing in the"),
        ({"fold_column": "fold"}, {"fold": range(120)}, r"96 distinct values for 96 rows"),
    ],
)
def test_columns_that_do_not_say_what_they_should(tmp_path, evaluation, frame, message):
    given = rows().assign(part=["test"] * 20 + ["train"] * 100).assign(**frame)
    with pytest.raises(DataError, match=f"(?s){message}"):
        run(tmp_path, given, **evaluation)


@pytest.mark.parametrize(
    ("frame", "data", "message"),
    [
        ({"day": "2024-01-01"}, {"time": "day"}, r"data\.time: the column has 1 distinct value"),
        ({"g": "one"}, {"group": "g"}, r"data\.group: the column has 1 distinct value"),
        ({"g": np.arange(120) // 40}, {"group": "g"}, r"has 2 distinct values in the rows"),
        (
            {"g": np.arange(120) % 7}, {"group": "g", "time": "day"},
            "every earlier group comes back in the holdout",
        ),
    ],
)  # fmt: skip
def test_columns_of_data_that_cannot_be_split_by(tmp_path, frame, data, message):
    with pytest.raises(DataError, match=message):
        run(tmp_path, rows().assign(**frame), data=data)


def test_a_group_on_both_sides_of_named_folds_or_of_a_named_holdout_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"data\.group: .* groups stand on both sides of fold 1"):
        run(tmp_path, data={"group": "g"}, fold_column="fold", holdout=0)
    frame = rows().assign(late=np.arange(120) >= 93)
    with pytest.raises(DataError, match=r"1 groups stand on both sides of the holdout"):
        run(tmp_path, frame, data={"group": "g"}, holdout={"column": "late"})


def test_a_named_holdout_that_is_not_the_latest_needs_time_to_be_overruled(tmp_path):
    frame, data = rows().assign(late=np.arange(120) % 4 == 0), {"time": "day"}
    with pytest.raises(DataError, match=r"rows to train on are not earlier.*\n.*order=random"):
        run(tmp_path / "a", frame, data=data, holdout={"column": "late"})
    found = run(tmp_path / "b", frame, data=data, holdout={"column": "late"}, order="random")
    assert found.random_order
    assert found.how == "stratified"


def test_a_gap_in_days_and_one_in_the_units_of_a_number_are_the_same(tmp_path):
    day = run(tmp_path / "a", data={"time": "day"}, gap="3d", embargo="48h", window="40d")
    hour = run(tmp_path / "b", data={"time": "hour"}, gap=3, embargo=2, window=40)
    assert day.aside.tolist() == hour.aside.tolist()
    assert len(day.aside) == 3 + 2
    for one, other in zip(day.folds, hour.folds, strict=True):
        assert one.train.tolist() == other.train.tolist()
        assert one.valid.tolist() == other.valid.tolist()
    assert day.recent(day.train).tolist() == hour.recent(hour.train).tolist()
    assert len(day.recent(day.train)) == 41


@pytest.mark.parametrize(
    ("time", "gap", "message"),
    [
        ("day", 7, r"evaluation\.gap: it is 7, and data\.time: day holds dates\n.*such as 7d"),
        ("hour", "7d", r"evaluation\.gap: it is 7d, and data\.time: hour holds numbers\n.*as 7"),
        ("day", "900d", r"evaluation\.gap: it leaves the holdout no row to train on"),
    ],
)
def test_a_gap_in_the_wrong_unit_or_too_long(tmp_path, time, gap, message):
    with pytest.raises(DataError, match=message):
        run(tmp_path, data={"time": time}, gap=gap)


def test_repeats_draw_anew_and_each_row_is_validated_so_many_times(tmp_path):
    once = run(tmp_path / "a", folds=4)
    thrice = run(tmp_path / "b", folds=4, repeats=3)
    times = np.bincount(np.concatenate([fold.valid for fold in thrice.folds]))
    theirs = RepeatedStratifiedKFold(n_splits=4, n_repeats=3).get_n_splits()
    assert (len(thrice.folds), set(times)) == (theirs, {3})
    firsts = [fold.valid.tolist() for fold in thrice.folds]
    assert firsts[:4] == [fold.valid.tolist() for fold in once.folds]
    assert len({tuple(valid) for valid in firsts}) == 12
    five = run(tmp_path / "c", folds=4, repeats=5)
    assert firsts == [fold.valid.tolist() for fold in five.folds[:12]], "more repeats add to them"


def test_what_is_on_neither_side_is_said(tmp_path):
    heard = []
    found = run(tmp_path, None, heard, data={"time": "day", "group": "g"}, gap="2d")
    assert len(heard) == 1
    assert heard[0].startswith(f"{len(found.aside)} rows are neither trained on nor held out")
    every = np.concatenate([found.train, found.holdout, found.aside])
    assert sorted(every.tolist()) == list(range(120))


def test_a_fold_that_trains_on_one_class_is_refused_and_an_unknown_class_is_told(tmp_path):
    frame = rows().assign(y=np.where(np.arange(120) < 60, "a", "b"), fold=np.arange(120) // 60)
    with pytest.raises(DataError, match="fold 1 of 2 trains on the class 'b' alone"):
        run(tmp_path / "a", frame, fold_column="fold", holdout=0)
    labels = np.where(np.arange(120) < 20, "rare", np.array(["a", "b"])[np.arange(120) % 2])
    heard = []
    frame = rows().assign(y=labels, fold=np.arange(120) // 20)
    run(tmp_path / "b", frame, heard, fold_column="fold", holdout=0)
    assert heard == ["a fold validates the class 'rare' and has no such row to train on"]


def test_everything_is_saved_and_loaded(tmp_path):
    given = {"time": "day", "group": "g"}
    evaluation = {"gap": "1d", "window": "sliding"}
    made = Steps(recipe("linear", data=given, evaluation=evaluation), rows(), tmp_path)
    found = made.run("split")
    loaded = split.load(made.recipe, made.folder("split"))
    for name in ("time", "groups", "aside"):
        np.testing.assert_array_equal(getattr(found, name), getattr(loaded, name))
    assert loaded.spacing == found.spacing
    assert loaded.recent(loaded.train).tolist() == found.recent(found.train).tolist()
    facts = json.loads((made.folder("split") / "facts.json").read_text())
    assert facts["why"] == "data.time and data.group are given"


@pytest.mark.parametrize(("window", "oldest"), [("expanding", 0), ("30d", 89)])
def test_a_model_of_all_rows_takes_those_set_aside_within_its_window(
    tmp_path, monkeypatch, window, oldest
):
    seen, learner = [], refit.Learner

    def spy(recipe, split, assembled, rows, *more):
        seen.append(rows)
        return learner(recipe, split, assembled, rows, *more)

    monkeypatch.setattr(refit, "Learner", spy)
    evaluation = {"gap": "4d", "window": window, "final_rows": "all", "folds": 2}
    made = Steps(
        recipe("dummy", data={"time": "day"}, evaluation=evaluation, search={"trials": 1}),
        rows(),
        tmp_path,
    )
    made.run("pack")
    assert len(made["split"].aside) == 4
    assert seen[-1].tolist() == list(range(oldest, 120))
    assert seen[0].tolist() == made["split"].recent(made["split"].train).tolist()
