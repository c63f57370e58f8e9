"""From a name to a recipe: found, composed over the groups, complete."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from engine.errors import NotFoundError, RecipeError
from engine.recipe.load import load
from engine.recipe.ranges import quoted
from tests.recipe.conftest import DATA, Load, Refused

Write = Callable[[str, str], Path]


def test_a_source_and_a_target_are_enough(loaded: Load) -> None:
    recipe = loaded("").recipe
    assert recipe.name == "r"
    assert list(recipe.model) == ["linear", "random_forest", "xgboost"]
    assert (recipe.evaluation.folds, recipe.search.sampler) == (5, "tpe")


def test_a_name_of_its_own_wins_over_the_file(loaded: Load) -> None:
    assert loaded("name: churn\n").recipe.name == "churn"


def test_a_recipe_is_found_by_path(tmp_path: Path, write: Write) -> None:
    write(DATA, "some where/my recipe.yaml")
    found = load("some where/my recipe.yaml", root=tmp_path)
    assert found.recipe.name == "my_recipe"
    assert found.path == tmp_path / "some where/my recipe.yaml"


def test_the_users_recipe_comes_before_the_packaged_one(tmp_path: Path, write: Write) -> None:
    write(DATA, "recipes/penguins.yaml")
    assert load("penguins", root=tmp_path).recipe.data.source == "x.csv"


def test_a_recipes_name_may_have_its_ending(tmp_path: Path, write: Write) -> None:
    write(DATA, "recipes/churn.yaml")
    assert load("churn.yaml", root=tmp_path).recipe.name == "churn"


def test_recipes_may_lie_in_folders(tmp_path: Path, write: Write) -> None:
    write(DATA, "recipes/sales/churn.yaml")
    assert load("sales/churn", root=tmp_path).recipe.name == "churn"


def test_a_packaged_recipe_is_found_from_anywhere(tmp_path: Path) -> None:
    assert load("penguins", root=tmp_path).recipe.data.target == "species"


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("penguin", "there is no recipe 'penguin'\n    did you mean 'penguins'?"),
        ("./recipes/chrun.yaml", "did you mean 'recipes/churn.yaml'?"),
        ("loose", "a recipe outside ./recipes is given by its path: ./loose.yaml"),
        ("data.csv", "a recipe's file ends in .yaml; `engine init FILE --target COLUMN`"),
    ],
)
def test_a_misspelt_recipe_name_suggests_the_nearest(
    tmp_path: Path, write: Write, recipe: str, message: str
) -> None:
    write(DATA, "recipes/churn.yaml")
    write(DATA, "loose.yaml")
    write("a,b", "data.csv")
    with pytest.raises(NotFoundError) as caught:
        load(recipe, root=tmp_path)
    assert message in str(caught.value)


def test_the_users_options_come_before_the_packaged_ones(loaded: Load, write: Write) -> None:
    write("trials: 3\n", "conf/search/mine.yaml")
    write("trials: 9\n", "conf/search/fast.yaml")
    assert loaded("search: mine\n").recipe.search.trials == 3
    assert loaded("search: fast\n").recipe.search.trials == 9
    assert loaded("search: thorough\n").recipe.search.trials == 500


def test_an_option_may_be_empty(loaded: Load, write: Write) -> None:
    write("# the schema's own defaults\n", "conf/search/plain.yaml")
    assert loaded("search: plain\n").recipe.search.trials == 20


def test_a_family_of_the_users_own_needs_no_header(loaded: Load, write: Write) -> None:
    write("classifier: sklearn.svm.SVC\nparams: {C: 2}\n", "conf/model/svm.yaml")
    model = loaded("model: [svm, linear]\n").recipe.model
    assert list(model) == ["svm", "linear"]
    assert model["svm"].params == {"C": 2}


def test_a_part_that_is_no_group_of_the_engine_may_be_one_of_the_users(
    loaded: Load, write: Write
) -> None:
    write("source: a.csv\ntarget: t\n", "conf/data/customers.yaml")
    write("source: b.csv\ntarget: t\n", "conf/data/others.yaml")
    assert loaded("", data="data: customers\n").recipe.data.source == "a.csv"
    assert loaded("", data="data: {use: customers, target: z}\n").recipe.data.target == "z"
    assert loaded("", "data=others", data="data: customers\n").recipe.data.source == "b.csv"
    assert loaded("", "data=others").recipe.data.source == "b.csv"


def test_a_stray_base_or_recipe_in_the_users_conf_is_passed_over(
    loaded: Load, write: Write
) -> None:
    write("foo: bar\n", "conf/config.yaml")
    write("foo: bar\n", "conf/recipe/r.yaml")
    write("foo: bar\n", "conf/hydra/launcher/basic.yaml")
    assert loaded("").recipe.name == "r"


def test_faults_of_an_option_name_its_file(refused: Refused, write: Write) -> None:
    write("trials: 5\ntrails: 4\n", "conf/search/mine.yaml")
    assert refused("search: mine\n") == (
        "conf/search/mine.yaml:2: there is no key 'trails' in `search`\n    did you mean 'trials'?"
    )
    write("trials: yes\n", "conf/search/mine.yaml")
    assert refused("search: mine\n").startswith("conf/search/mine.yaml:1: the unquoted word yes")


def test_what_was_said_of_families_not_selected_is_set_aside(loaded: Load) -> None:
    model = "model:\n  xgboost:\n    params: {max_depth: 4}\n  linear:\n"
    result = loaded(model, "model=linear")
    assert list(result.recipe.model) == ["linear"]
    assert "xgboost" not in result.tree["model"]
    assert result.notices == ("recipes/r.yaml:3: set aside, since xgboost is not selected",)
    assert loaded(model).notices == ()


def test_a_list_takes_the_place_of_a_range(loaded: Load) -> None:
    written = "model: {mlp: {params: {hidden_layer_sizes: [8, 4]}}}\n"
    assert loaded(written).recipe.model["mlp"].params["hidden_layer_sizes"] == [8, 4]
    again = loaded(
        written, "model.mlp.params.hidden_layer_sizes={default: [3], search: [[3], [5]]}"
    )
    assert again.recipe.model["mlp"].params["hidden_layer_sizes"] == {
        "default": [3],
        "search": [[3], [5]],
    }
    pinned = loaded("model: mlp\n", "model.mlp.params.hidden_layer_sizes=[7]")
    assert pinned.recipe.model["mlp"].params["hidden_layer_sizes"] == [7]


def test_a_default_alone_is_laid_over_the_familys_range(loaded: Load) -> None:
    params = loaded("model: {xgboost: {params: {max_depth: {default: 4}}}}\n").recipe.model
    assert params["xgboost"].params["max_depth"] == {"default": 4, "search": "range(2, 10)"}


def test_the_tree_can_be_loaded_again(
    loaded: Load, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWNER", "growth")
    first = loaded("problem: {owner: '${oc.env:OWNER}'}\nsearch: fast\nmodel: [linear]\n")
    assert first.recipe.problem.owner == "growth"
    assert first.tree["problem"]["owner"] == "${oc.env:OWNER}"
    write(yaml.safe_dump(first.tree, sort_keys=False), "again.yaml")
    second = load("again.yaml", root=tmp_path)
    assert second.recipe == first.recipe
    assert second.tree == first.tree


def test_loading_twice_in_one_process_gives_the_same(loaded: Load) -> None:
    assert loaded("model: linear\n").tree == loaded("model: linear\n").tree


def test_a_recipe_in_hydras_form(loaded: Load) -> None:
    written = "# @package _global_\ndefaults:\n  - override /model: [xgboost]\n" + DATA
    assert list(loaded("seed: 3\n", data=written).recipe.model) == ["xgboost"]
    assert loaded("seed: 3\n", data=written).recipe.seed == 3
    bare = "defaults:\n  - _self_\n  - override /search: fast\n" + DATA
    assert loaded("", data=bare).recipe.search.trials == 40


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("override /model: [xgbost]", "recipes/r.yaml:2: there is no model family 'xgbost'"),
        ("override /serch: fast", "recipes/r.yaml:2: there is no config group 'serch'"),
        ("optional /search: fast", "`optional` is not allowed in a defaults list"),
        ("override search: fast", "the group 'search' is written /search"),
        ("/serch/fast", "there is no config group 'serch'"),
        ("churn", "'churn' cannot stand in a defaults list"),
        ("{a: b, c: d}", "cannot stand in a defaults list"),
        ("override /search@x: fast", "cannot stand in a defaults list"),
        ("/hydra/callbacks: x", "there is no config group 'hydra/callbacks'"),
        ("override /hydra/launcher: nope", "there is no option of hydra/launcher 'nope'"),
    ],
)
def test_a_wrong_defaults_list_is_told_by_its_line(
    refused: Refused, entry: str, message: str
) -> None:
    assert message in refused("", data=f"defaults:\n  - {entry}\n{DATA}")


def test_a_defaults_list_must_be_a_list(refused: Refused) -> None:
    assert "`defaults` is Hydra's list of options" in refused("defaults: 5\n")


def test_a_family_configured_and_not_selected_in_hydras_form(loaded: Load) -> None:
    written = "defaults:\n  - override /model: [linear]\n" + DATA
    result = loaded("model: {xgboost: {params: {max_depth: 3}}}\n", data=written)
    assert result.notices == ("recipes/r.yaml:4: set aside, since xgboost is not selected",)


def test_a_misspelt_family_in_hydras_form_is_not_set_aside(refused: Refused) -> None:
    written = "defaults:\n  - override /model: [linear]\n" + DATA
    message = refused("model: {xgbost: {params: {max_depth: 3}}}\n", data=written)
    assert message == (
        "recipes/r.yaml:4: there is no model family 'xgbost'\n    did you mean 'xgboost'?"
    )


def test_faults_are_capped(refused: Refused) -> None:
    message = refused("".join(f"key{number}: 1\n" for number in range(80)))
    assert message.endswith("and 30 more")


def test_many_faults_are_told_at_once(refused: Refused) -> None:
    written = (
        "problem: {positive: yes}\nmodel: xgbost\nsearch: {use: thorogh, trials: 0}\n"
        "evalution: {folds: 3}\n"
    )
    message = refused(written, "seed=x", "serch.trials=4")
    for part in (
        "word yes means",
        "'xgbost'",
        "'thorogh'",
        "at least 1",
        "'evalution'",
        "seed=x",
        "'serch'",
    ):
        assert part in message


def test_loading_imports_no_data_or_estimator_library() -> None:
    code = (
        "import sys; from engine.recipe.load import load; load('penguins');"
        "heavy = {'pandas', 'sklearn', 'numpy', 'xgboost', 'optuna', 'scipy'};"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr


def test_a_recipe_error_is_an_error_of_the_engine() -> None:
    assert RecipeError("x").exit_code == 2


@pytest.mark.parametrize(
    "name",
    ["2024", "1e5", "0x1F", "1_000", "inf", "-inf", "nan", "null", "true", "on", "a b", "a=b",
     "a,b", "a'b", "[a]", "{a}", "$x", "~a", "a.b", "x.yaml", "ä", "???", "choice(a,b)"],
)  # fmt: skip
def test_a_name_that_yaml_or_hydra_would_read_as_something_else(
    tmp_path: Path, write: Write, name: str
) -> None:
    write("data: {source: x.csv, target: y}\n", f"recipes/{name}.yaml")
    for asked in (f"recipes/{name}.yaml", *([name] if not name.endswith(".yaml") else [])):
        found = load(asked, ["seed=3"], root=tmp_path)
        assert (found.recipe.seed, type(found.recipe.name)) == (3, str)
    again = load(asked, [f"name={quoted(found.recipe.name)}"], root=tmp_path)
    assert again.recipe.name == found.recipe.name
