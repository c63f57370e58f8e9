"""The short form, and Hydra's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.recipe.composition.groups import Groups
from engine.recipe.composition.rewrite import Rewritten, rewrite
from engine.recipe.file import text
from engine.recipe.load import load

GROUPS = Groups(
    (Path("conf"),),
    {
        "model": frozenset({"xgboost", "linear"}),
        "search": frozenset({"default", "fast"}),
        "deploy": frozenset({"kubernetes", "docker"}),
        "data": frozenset({"customers"}),
    },
)
BASE = {"model", "search"}


def short(written: str) -> Rewritten:
    return rewrite(text.parse(written, "r.yaml"), GROUPS, BASE)


def tree(written: str) -> dict[str, Any]:
    assert not short(written).faults
    return short(written).file.tree


def test_a_word_selects() -> None:
    assert tree("search: fast") == {"defaults": ["_self_", {"override /search": "fast"}]}


def test_a_list_of_words_selects() -> None:
    made = tree("model: [xgboost, linear, xgboost]")
    assert made == {"defaults": ["_self_", {"override /model": ["xgboost", "linear"]}]}


def test_keys_select_where_options_stand_side_by_side() -> None:
    made = tree("model:\n  linear:\n  xgboost: {params: {max_depth: 3}}")
    assert made == {
        "defaults": ["_self_", {"override /model": ["linear", "xgboost"]}],
        "model": {"xgboost": {"params": {"max_depth": 3}}},
    }


def test_use_selects_elsewhere() -> None:
    made = tree("search: {use: fast, trials: 3}")
    assert made == {
        "defaults": ["_self_", {"override /search": "fast"}],
        "search": {"trials": 3},
    }


def test_a_mapping_without_use_sets_values() -> None:
    assert tree("search: {trials: 3}") == {"search": {"trials": 3}}


def test_a_group_that_the_base_does_not_know_is_added() -> None:
    assert tree("deploy: kubernetes") == {"defaults": [{"/deploy": "kubernetes"}, "_self_"]}
    assert tree("data: customers") == {"defaults": [{"/data": "customers"}, "_self_"]}


def test_an_empty_group_selects_nothing() -> None:
    assert tree("search:\nmodel: {}") == {}


def test_nothing_else_is_rewritten() -> None:
    assert tree("name: x\nproblem: {owner: fast}\nmonitor: fast") == {
        "name": "x",
        "problem": {"owner": "fast"},
        "monitor": "fast",
    }


def test_a_file_with_a_defaults_list_is_taken_as_written() -> None:
    written = "defaults:\n  - override /model: xgboost\nsearch: fast\n"
    assert tree(written) == yaml.safe_load(written)


def test_faults_name_the_line() -> None:
    faults = short("model: [xgbost]\nsearch: {use: fats}\ndeploy: 5\ndata: []").faults
    assert [str(fault) for fault in faults] == [
        "r.yaml:1: there is no model family 'xgbost'\n    did you mean 'xgboost'?",
        "r.yaml:2: there is no search option 'fats'\n    did you mean 'fast'?",
        "r.yaml:3: `deploy` takes a word or a mapping, not 5\n    known: docker, kubernetes",
        "r.yaml:4: the list under `data` is empty\n    leave the key out for the default",
    ]


def test_a_list_of_mappings_says_what_to_write() -> None:
    (fault,) = short("model: [{xgboost: {}}]").faults
    assert fault.hint == "to configure them, write a mapping: `model:` with a key for each"


words = st.sampled_from(["xgboost", "linear", "fast", "default", "kubernetes", "customers", "x"])
values = st.one_of(
    st.none(),
    words,
    st.lists(words, max_size=3),
    st.dictionaries(st.one_of(words, st.just("use")), st.one_of(words, st.none(), st.integers())),
)
recipes = st.dictionaries(st.sampled_from(["model", "search", "deploy", "data", "name"]), values)


@given(recipes)
def test_rewriting_twice_is_rewriting_once(written: dict[str, Any]) -> None:
    once = rewrite(text.parse(yaml.safe_dump(written | {"seed": 1}), "r.yaml"), GROUPS, BASE)
    twice = rewrite(once.file, GROUPS, BASE)
    assert twice.file.tree == once.file.tree


def test_the_printed_form_is_read_alike(tmp_path: Path, write: Callable[[str, str], Path]) -> None:
    write(
        "data: {source: x.csv, target: y}\nsearch: {use: fast, trials: 7}\n"
        "model:\n  linear:\n  xgboost:\n    params:\n      max_depth: range(3, 5)\n",
        "recipes/short.yaml",
    )
    first = load("short", root=tmp_path)
    write(first.hydra, "recipes/long.yaml")
    second = load("long", root=tmp_path)
    assert first.hydra.startswith("# @package _global_\ndefaults:\n- _self_\n- override /search:")
    assert second.hydra == first.hydra
    assert second.tree | {"name": "short"} == first.tree
