import json

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.steps import assemble, split
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe


def run(frame, tmp_path, **parts):
    return Steps(recipe("linear", **parts), frame, tmp_path).run("split")


def few(*counts):
    labels = [f"class {i}" for i, count in enumerate(counts) for _ in range(count)]
    return pd.DataFrame({"x": np.arange(len(labels)), "y": labels})


@pytest.mark.parametrize(
    ("frame", "parts", "message"),
    [
        (few(2, 1), {}, r"class 1.* 1 row"),
        (few(60, 4), {"evaluation": {"holdout": 0}}, r"'class 1' has 4 rows.*folds to 2"),
        (few(2, 2), {"evaluation": {"holdout": 0}}, r"evaluation.folds"),
        (
            pd.DataFrame({"x": range(4), "y": [0.1, 0.2, 0.3, 0.4]}),
            {"evaluation": {"holdout": 0, "folds": 9}},
            r"evaluation.folds.*4 rows.*fewer than 9 folds",
        ),
    ],
)  # fmt: skip
def test_too_few_rows_say_what_to_change(tmp_path, frame, parts, message):
    with pytest.raises(DataError, match=f"(?s){message}"):
        run(frame, tmp_path, **parts)


@pytest.mark.parametrize(
    ("steps", "hint"),
    [
        ({"lags": 2}, "leave out data.group, and write by: shop under the step `lags` of "
         "features.blocks.past"),
        ({"rolling": {"windows": 3}}, "leave out data.group, and write by: shop under the step "
         "`rolling` of features.blocks.past"),
        ({"lags": {"lags": 2, "by": "shop"}}, "leave out data.group: the step `lags` of "
         "features.blocks.past goes by shop without it"),
        ({"lags": "none", "scale": "standard"}, "leave out data.group or data.time"),
    ],
)  # fmt: skip
def test_a_panel_whose_features_look_back_is_told_to_go_by_its_group_there(tmp_path, steps, hint):
    frame = mixed(120).assign(day=np.arange(120) // 4, shop=[f"s{i % 4}" for i in range(120)])
    blocks = {"blocks": {"past": {"columns": "number", "steps": steps}}}
    given = {"data": {"time": "day", "group": "shop"}}
    with pytest.raises(DataError, match=r"every earlier group comes back") as caught:
        run(frame, tmp_path / "a", features=blocks, **given)
    assert caught.value.faults[0].hint == hint
    own = {"linear": {**family_tree("linear"), "features": blocks}}
    with pytest.raises(DataError) as caught:
        Steps(recipe(own, **given), frame, tmp_path / "b").run("split")
    assert caught.value.faults[0].hint == hint.replace(" features.", " model.linear.features.")


def test_rows_without_a_target_are_left_out_and_noticed(tmp_path):
    frame = mixed(120)
    frame.loc[[3, 50, 77], "y"] = None
    frame["when"] = pd.date_range("2024", periods=120).astype(str)
    frame.loc[3, "when"] = None  # it is left out anyway
    heard = []
    made = Steps(recipe("linear", data={"time": "when"}), frame, tmp_path)
    found = made.run("split", lambda event, **facts: heard.append(facts.get("text")))
    assert not {3, 50, 77} & {*found.train, *found.holdout}
    assert heard == ["3 rows have no target and are left out"]


def test_a_hole_in_time_or_group_names_the_row_of_the_source(tmp_path):
    frame = mixed(60).assign(when=pd.date_range("2024", periods=60).astype(str))
    frame.loc[0, "y"] = None
    frame.loc[[7, 9], "when"] = ["soon", None]
    with pytest.raises(DataError, match=r"(?s)data.time: row 8 holds 'soon'.*these 2 rows"):
        run(frame, tmp_path / "a", data={"time": "when"})
    frame["house"] = [*range(59), None]
    with pytest.raises(DataError, match=r"data.group: row 60 holds nothing in the column 'house'"):
        run(frame, tmp_path / "b", data={"group": "house"})


@pytest.mark.parametrize(
    ("data", "how"),
    [({}, "stratified"), ({"time": "signup"}, "forward"), ({"group": "shop"}, "grouped")],
)
def test_a_split_is_saved_and_loaded(tmp_path, data, how):
    frame = mixed(150).dropna()
    made = Steps(recipe("linear", data=data), frame, tmp_path)
    found = made.run("split")
    loaded = split.load(made.recipe, made.folder("split"))
    assert found.how == loaded.how == how
    assert found.target.classes == loaded.target.classes
    np.testing.assert_array_equal(found.train, loaded.train)
    np.testing.assert_array_equal(found.holdout, loaded.holdout)
    for one, other in zip(found.folds, loaded.folds, strict=True):
        np.testing.assert_array_equal(one.train, other.train)
        np.testing.assert_array_equal(one.valid, other.valid)
    facts = json.loads((made.folder("split") / "facts.json").read_text())
    assert facts["why"]


def test_no_column_left_says_why(tmp_path):
    frame = pd.DataFrame({"same": [1] * 90, "name": [f"n{i}" for i in range(90)]})
    frame["y"] = ["a", "b"] * 45
    with pytest.raises(DataError, match=r"(?s)no column is left.*'same': always the same.*'name'"):
        Steps(recipe("linear"), frame, tmp_path).run("assemble")


def test_what_was_assembled_is_saved_and_loaded(tmp_path):
    frame = mixed(120).assign(key=range(120), same=1)
    made = Steps(recipe("linear", data={"id": "key", "group": "shop"}), frame.dropna(), tmp_path)
    found = made.run("assemble")
    loaded = assemble.load(made.recipe, made.folder("assemble"))
    assert loaded.roles == found.roles
    assert loaded.contract == found.contract
    np.testing.assert_array_equal(loaded.numbers, found.numbers)
    reasons = {role.name: role.reason for role in found.roles if role.column is None}
    assert reasons == {
        "key": "named as data.id", "shop": "named as data.group", "same": "always the same value",
    }  # fmt: skip


@pytest.mark.parametrize(
    "evaluation", [{}, {"split": "plain"}], ids=["inferred", "as the recipe says"]
)
def test_why_reads_on_after_as(tmp_path, evaluation):
    made = Steps(recipe("linear", evaluation=evaluation), mixed(90), tmp_path)
    made.run("split")
    facts = json.loads((made.folder("split") / "facts.json").read_text())
    assert not facts["why"].startswith("as ")
    assert not facts["reason"].startswith("as ")
