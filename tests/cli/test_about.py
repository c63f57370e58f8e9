import json

import pytest
from jsonschema import Draft202012Validator

from engine import catalogue
from engine.formula.functions import FUNCTIONS
from tests.cli.conftest import Engine

LISTS = ["recipes", "models", "metrics", "sources", "splitters", "transforms", "executors"]


def test_everything_that_can_be_named_is_listed(engine: Engine):
    found = json.loads(engine("list", "--json").out)
    assert list(found)[: len(LISTS)] == LISTS
    assert {"search", "evaluation", "compute"} <= set(found)
    for role in LISTS[2:]:
        assert [entry["name"] for entry in found[role]] == catalogue.names(role)
    assert [entry["name"] for entry in found["functions"]] == list(FUNCTIONS)
    out = engine("list").out
    assert all(entry["name"] in out for entries in found.values() for entry in entries)


@pytest.mark.parametrize("name", [*LISTS, "functions"])
def test_every_entry_says_what_it_is_for(engine: Engine, folder, name):
    (folder / "recipes" / "shop.yaml").unlink()
    ended = engine("list", name, "--json")
    assert all(entry["about"] for entry in json.loads(ended.out))
    assert engine("list", name).code == 0


def test_a_recipe_is_told_by_its_first_comment_else_by_its_question(engine: Engine, folder):
    shop = folder / "recipes" / "shop.yaml"
    body = shop.read_text("utf-8")
    shop.write_text("# yaml-language-server: $schema=x\n#\n# Who buys.\n# More.\n" + body, "utf-8")
    (folder / "recipes" / "asked.yaml").write_text("problem: {question: Why?}\n" + body, "utf-8")
    (folder / "recipes" / "broken.yaml").write_text("a: [\n", "utf-8")
    found = {e["name"]: e["about"] for e in json.loads(engine("list", "recipes", "--json").out)}
    assert found["shop"] == "Who buys."
    assert found["asked"] == "Why?"
    assert found["broken"].startswith("broken")
    assert "penguins" in found


def test_the_user_s_own_options_are_listed(engine: Engine, folder):
    own = folder / "conf" / "model" / "own_forest.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        "# @package model.own_forest\nabout: Ours.\n"
        "classifier: sklearn.ensemble.ExtraTreesClassifier\n", "utf-8"
    )  # fmt: skip
    entry = next(
        e for e in json.loads(engine("list", "model", "--json").out) if e["name"] == "own_forest"
    )
    assert entry["about"] == "Ours."
    assert entry["file"] == "conf/model/own_forest.yaml"


def test_wide_tells_all_that_is_known(engine: Engine):
    assert "RandomForestClassifier" not in engine("list", "models").out
    assert "RandomForestClassifier" in engine("list", "models", "--wide").out
    said = engine("list", "transforms", "--wide").out
    assert "statistics  [mean]   What is told of each window: mean, min, max, sum," in said
    assert "neighbors            5              a whole number from 1" in said
    assert "sklearn" not in said


@pytest.mark.parametrize("entry", ["rolling", "onehot", "clip", "select", "Binarizer"])
def test_one_step_has_a_page(engine: Engine, entry, snapshot):
    snapshot(f"page_{entry}", engine("list", "transforms", entry).out)


@pytest.mark.parametrize(
    ("role", "name", "said"),
    [
        ("metrics", "f_beta", "evaluation: {metric: f_beta_2}"),
        ("model", "linear", "searched: tag(log, interval(0.0001, 100.0))"),
        ("sources", "csv", "data: {source: data/FILE.csv}"),
        ("splitter", "forward", "evaluation: {split: forward}"),
        ("executors", "local", "compute: {executor: local}"),
        ("recipes", "penguins", "file"),
        ("functions", "where", "usage"),
    ],
)
def test_one_entry_of_any_catalogue_has_a_page(engine: Engine, role, name, said):
    ended = engine("list", role, name)
    assert ended.code == 0
    assert ended.out.splitlines()[0] == name
    assert said in ended.out


def test_an_entry_that_is_not_there_is_told_from_one_that_is_like_it(engine: Engine):
    ended = engine("list", "transforms", "roling")
    assert ended.code == 2
    assert "there is no transform 'roling'" in ended.err
    assert "did you mean 'rolling'?" in ended.err
    assert json.loads(engine("list", "transforms", "rolling", "--json").out)["name"] == "rolling"


def test_the_singular_does_as_well(engine: Engine):
    assert engine("list", "metric") == engine("list", "metrics")


def test_schema_is_a_json_schema(engine: Engine):
    ended = engine("schema")
    schema = json.loads(ended.out)
    Draft202012Validator.check_schema(schema)
    assert ended.err == ""
    assert "data" in schema["required"]


def test_functions_are_listed_as_they_are_written(engine: Engine):
    assert "substring(text, first, letters)" in engine("list", "functions").out
    assert "days_between(a, b)" in engine("list", "function", "--wide").out
