"""Every YAML that comes with the engine, found recursively, is composed and checked."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from engine.recipe import estimators, find
from engine.recipe import jsonschema as ours
from engine.recipe.composition import groups, options
from engine.recipe.file import text
from engine.recipe.load import load
from engine.recipe.packaged import folder
from engine.testing.recipes import SEVERAL
from tests.recipe.conftest import Load

RECIPES = sorted(folder("recipes").rglob("*.yaml"))
CONF = sorted(path for path in folder("conf").rglob("*.yaml") if path.name != "config.yaml")


def called(path: Path) -> str:
    return str(path.relative_to(path.parents[1]).with_suffix(""))


@pytest.mark.parametrize("path", RECIPES, ids=called)
def test_packaged_recipes_load(path: Path, tmp_path: Path) -> None:
    name = str(path.relative_to(folder("recipes")).with_suffix(""))
    assert load(name, root=tmp_path).recipe.name


@pytest.mark.parametrize("path", RECIPES, ids=called)
def test_packaged_recipes_say_what_they_show(path: Path) -> None:
    assert path.read_text("utf-8").startswith("#")


@pytest.mark.parametrize("path", RECIPES, ids=called)
def test_packaged_recipes_are_valid_by_the_json_schema(path: Path, tmp_path: Path) -> None:
    schema = ours.schema(groups.find(tmp_path))
    jsonschema.Draft202012Validator(schema).validate(text.read(path).tree)


@pytest.mark.parametrize("path", CONF, ids=called)
def test_packaged_options_load(path: Path, loaded: Load) -> None:
    group, option = path.parent.name, path.stem
    assert loaded("", f"{group}={option}").recipe


@pytest.mark.parametrize("path", CONF, ids=called)
def test_packaged_options_are_about_something(path: Path) -> None:
    assert path.read_text("utf-8").lstrip().startswith("#")
    file = options.read(path, path.name)
    assert path.parent.name != "model" or path.stem in SEVERAL or file.tree["about"]


def test_the_base_selects_options_that_exist(tmp_path: Path) -> None:
    known = groups.find(tmp_path)
    entries = text.read(folder("conf") / "config.yaml").tree["defaults"]
    for entry in (entry for entry in entries if isinstance(entry, dict) and "recipe" not in entry):
        for group, option in entry.items():
            assert {option} if isinstance(option, str) else set(option) <= known.options[group]


def test_every_packaged_recipe_can_be_named(tmp_path: Path) -> None:
    assert len(find.known(tmp_path)) == len(RECIPES)


def test_every_family_names_classes_of_the_right_kind() -> None:
    for path in (path for path in CONF if path.parent.name == "model"):
        tree = options.read(path, path.name).tree
        for kind in ("classifier", "regressor"):
            assert tree.get(kind) is None or estimators.fault(tree[kind], kind) is None
