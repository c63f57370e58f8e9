import json

import pytest

from tests.cli.conftest import RECIPE, Engine

FAULTY = RECIPE + "serach: {trials: 5}\nevaluation:\n  fodls: 5\n"


def test_a_sound_recipe_gets_one_friendly_line(engine: Engine):
    ended = engine("check", "shop")
    assert ended.code == 0
    assert ended.out == "shop is sound: 2 model families (dummy, linear) and 1 range\n"
    assert ended.err == ""


def test_overrides_are_checked_with_it(engine: Engine):
    ended = engine("check", "shop", "model=dummy")
    assert ended.out == "shop is sound: 1 model family (dummy) and no range\n"


def test_ranges_are_counted_as_the_plan_counts_them(engine: Engine):
    words = ("shop", "model=[linear,xgboost,random_forest]", "features.blocks.n.columns=number",
             "features.blocks.n.steps.scale=choice(standard,quantile)")  # fmt: skip
    planned = json.loads(engine("plan", *words, "--json").out)["search"]["ranges"]
    assert f" {planned} ranges" in engine("check", *words).out


def test_all_faults_are_told_at_once_with_their_lines(engine: Engine, folder):
    (folder / "recipes" / "shop.yaml").write_text(FAULTY, "utf-8")
    ended = engine("check", "shop")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("error: ") == 2
    assert "recipes/shop.yaml:5: " in ended.err
    assert "recipes/shop.yaml:7: " in ended.err


def test_check_as_json(engine: Engine, folder):
    assert json.loads(engine("check", "shop", "--json").out) == {
        "recipe": "shop", "faults": [], "families": ["dummy", "linear"], "ranges": 1,
    }  # fmt: skip
    (folder / "recipes" / "shop.yaml").write_text(FAULTY, "utf-8")
    ended = engine("check", "--json", "shop")
    assert (ended.code, ended.err) == (2, "")
    found = json.loads(ended.out)
    faults = found.pop("faults")
    assert found == {"recipe": "shop", "families": [], "ranges": None}
    assert [set(fault) for fault in faults] == [{"message", "where", "hint"}] * 2
    assert faults[0]["where"] == "recipes/shop.yaml:5"
    assert "search" in faults[0]["hint"]


def test_notices_stand_on_standard_error(engine: Engine):
    ended = engine("check", "shop", "model.xgboost.params.max_depth=3", "--json")
    assert json.loads(ended.out)["faults"] == []
    assert "xgboost" in ended.err


def test_why_names_the_value_its_line_and_what_it_overrode(engine: Engine, snapshot):
    ended = engine("why", "shop", "search.trials", "search.trials=7")
    assert ended.code == 0
    snapshot("why", ended.out)


def test_why_as_json(engine: Engine):
    found = json.loads(engine("why", "shop", "data.target", "--json").out)
    assert found["value"] == "bought"
    assert found["where"] == "recipes/shop.yaml:3"
    assert found["overrode"] == []


def test_why_explains_a_range(engine: Engine):
    out = engine("why", "shop", "model.xgboost.params.max_depth", "model=xgboost").out
    assert "range(2, 10)" in out
    assert "conf/model/xgboost.yaml:" in out


@pytest.mark.parametrize(
    ("key", "guess"), [("trials", "search.trials"), ("evaluation.fold", "evaluation.folds")]
)
def test_why_helps_with_a_key_that_is_not_there(engine: Engine, key, guess):
    ended = engine("why", "shop", key)
    assert ended.code == 2
    assert f"did you mean {guess}?" in ended.err
