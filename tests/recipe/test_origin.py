"""Where values came from: ``engine why``."""

from __future__ import annotations

import pytest

from engine.errors import RecipeError
from engine.recipe.origin import SCHEMA, Origin
from tests.recipe.conftest import Load


def test_from_the_command_line_down_to_the_packaged_file(loaded: Load) -> None:
    text = "model:\n  xgboost:\n    params:\n      max_depth: range(3, 8)\n"
    key = "model.xgboost.params.max_depth"
    assert loaded(text, f"{key}=4", f"{key}=range(2,5)").why(key) == [
        Origin("range(2,5)", f"command line: {key}=range(2,5)"),
        Origin(4, f"command line: {key}=4"),
        Origin("range(3, 8)", "recipes/r.yaml:5"),
        Origin({"default": 5, "search": "range(2, 10)"}, "engine:conf/model/xgboost.yaml:19"),
    ]


def test_down_to_the_schema(loaded: Load) -> None:
    assert loaded("search: {use: fast, trials: 9}\n").why("search.trials") == [
        Origin(9, "recipes/r.yaml:2"),
        Origin(40, "engine:conf/search/fast.yaml:3"),
        Origin(20, SCHEMA),
    ]
    assert loaded("").why("data.drop") == [Origin([], SCHEMA)]


def test_an_option_of_the_users_own(loaded: Load, write: object) -> None:
    assert callable(write)
    write("trials: 3\n", "conf/search/mine.yaml")
    first = loaded("search: mine\n").why("search.trials")[0]
    assert first == Origin(3, "conf/search/mine.yaml:1")


def test_a_mapping_on_the_command_line(loaded: Load) -> None:
    first = loaded("", "search={trials: 7}").why("search.trials")[0]
    assert first == Origin(7, "command line: search={trials: 7}")


def test_what_was_removed(loaded: Load) -> None:
    found = loaded("problem: {owner: ann}\n", "~problem.owner").why("problem.owner")
    assert found[:2] == [
        Origin(None, "command line: ~problem.owner"),
        Origin("ann", "recipes/r.yaml:2"),
    ]


def test_a_reference_is_shown_as_written(loaded: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER", "hunter2")
    found = loaded("problem: {owner: '${oc.env:OWNER}'}\n").why("problem.owner")
    assert found[0] == Origin("${oc.env:OWNER}", "recipes/r.yaml:2")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("serch.trials", "did you mean search.trials?"),
        ("search.trails", "did you mean search.trials?"),
        ("model.xgboost.params.max_dept", "did you mean model.xgboost.params.max_depth?"),
        ("zzz", "engine schema lists every key"),
    ],
)
def test_an_unknown_key(loaded: Load, key: str, hint: str) -> None:
    with pytest.raises(RecipeError) as caught:
        loaded("").why(key)
    assert str(caught.value) == f"the recipe has no key {key!r}\n    {hint}"
