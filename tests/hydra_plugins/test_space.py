"""Hydra's sweep grammar as a search space of Optuna's."""

from __future__ import annotations

from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.core.plugins import Plugins
from hydra.errors import CompactHydraException
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution as C
from optuna.distributions import FloatDistribution as F
from optuna.distributions import IntDistribution as I

from hydra_plugins.optuna_sweeper import _space
from hydra_plugins.optuna_sweeper._space import Space

LOADER = ConfigLoaderImpl(ConfigSearchPathImpl())


def read(*arguments: str, params: dict[str, Any] | None = None, search_space: Any = None) -> Space:
    return _space.read(params, search_space, arguments, LOADER)


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("choice(1,2)", C((1, 2))),
        ("1,2", C((1, 2))),
        ("a,null,true,0.5", C(("a", None, True, 0.5))),
        ("choice('a b',[1,2])", C(("a b", "[1,2]"))),
        ("choice(1,true)", C(("1", "True"))),
        ("range(1,10)", I(1, 10)),
        ("range(1,10,4)", I(1, 9, step=4)),
        ("range(3)", I(0, 3)),
        ("tag(log,range(1,100))", I(1, 100, log=True)),
        ("range(0.0,1,0.25)", F(0, 1, step=0.25)),
        ("range(0,1,step=0.3)", F(0, 0.9, step=0.3)),
        ("shuffle(range(1,4))", C((1, 2, 3))),
        ("shuffle(c,a,b)", C(("c", "a", "b"))),
        ("sort(3,1,2)", C((1, 2, 3))),
        ("interval(0.1,1)", F(0.1, 1)),
        ("interval(1,4)", F(1, 4)),
        ("int(interval(1,4))", I(1, 4)),
        ("tag(int,interval(1,4))", I(1, 4)),
        ("tag(log,interval(1e-3,1e-1))", F(1e-3, 1e-1, log=True)),
        ("tag(log,int(interval(1,64)))", I(1, 64, log=True)),
    ],
)
def test_ranges_mean_what_they_meant(text: str, distribution: Any) -> None:
    assert read(f"x={text}").distributions == {"x": distribution}
    assert read(params={"x": text}).distributions == {"x": distribution}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("interval(2,1)", "x=interval(2,1)"),
        ("range(5,1)", "x=range(5,1)"),
        ("range(5,1,-1)", "the step must be above 0"),
        ("tag(log,interval(0,1))", "x=tag(log,interval(0,1))"),
        ("choice(a,b,a)", "the choice a stands twice"),
    ],
)
def test_what_cannot_be_searched_is_told_with_its_text(text: str, found: str) -> None:
    with pytest.raises(CompactHydraException) as error:
        read(f"x={text}")
    assert found in str(error.value)


def test_the_form_before_hydra_1_2_is_still_read() -> None:
    old = {
        "a": {"type": "int", "low": 1, "high": 9, "step": 2},
        "b": {"type": "float", "low": 0.1, "high": 1, "log": True},
        "c": {"type": "categorical", "choices": ["x", 1]},
    }
    expected = {"a": I(1, 9, step=2), "b": F(0.1, 1, log=True), "c": C(("x", 1))}
    assert read(search_space=old).distributions == expected
    assert read(search_space=old, params={"d": "range(1,2)"}).distributions == {"d": I(1, 2)}
    with pytest.raises(CompactHydraException, match=r"search_space\.a: 'low' is missing"):
        read(search_space={"a": {"type": "int", "high": 3}})
    with pytest.raises(CompactHydraException, match="not str"):
        read(search_space={"a": {"type": "str"}})


def test_the_command_line_wins_over_the_configuration() -> None:
    params = {"x": "range(1,9)", "y": "3", "z": [1, None]}
    space = read("x=4", "+y=range(1,2)", "~db", params=params)
    assert space.distributions == {"+y": I(1, 2)}
    assert space.overrides({"+y": 2}) == ("+y=2", "z=[1,null]", "x=4", "~db")


def test_how_hydra_sets_a_value_is_no_part_of_its_name() -> None:
    space = read("++a.b=range(1,2)", "+c=range(1,2)")
    assert list(space.parameters) == ["a.b", "+c"]
    assert space.overrides({"a.b": 1, "+c": 2}) == ("++a.b=1", "+c=2")


def test_a_group_given_by_a_pattern_is_a_choice_among_its_options(tmp_path: Any) -> None:
    (tmp_path / "db").mkdir()
    for name in ("mysql", "mssql", "sqlite"):
        (tmp_path / "db" / f"{name}.yaml").write_text("{}", "utf-8")
    Plugins.instance()  # which brings the kinds of folders
    path = ConfigSearchPathImpl()
    path.append("test", f"file://{tmp_path}")
    space = _space.read(None, None, ["db=glob(m*)"], ConfigLoaderImpl(path))
    assert space.distributions == {"db": C(("mssql", "mysql"))}


plain = st.one_of(
    st.none(), st.booleans(), st.integers(-99, 99), st.floats(-9, 9), st.text(max_size=9)
)


@given(st.lists(plain, min_size=2, max_size=4, unique_by=repr))
def test_each_job_is_given_the_very_option_that_was_chosen(options: list[Any]) -> None:
    space = read("x=" + ",".join(_written(option) for option in options))
    choices = space.parameters["x"].distribution.choices  # type: ignore[attr-defined]
    for option, choice in zip(options, choices, strict=True):
        (text,) = space.overrides({"x": choice})
        assert repr(OverridesParser.create().parse_override(text).value()) == repr(option)


def _written(option: Any) -> str:
    if isinstance(option, str):
        return QuotedString(option, Quote.single).with_quotes()
    return "null" if option is None else str(option)


def test_a_grid_holds_both_ends() -> None:
    space = read("a=range(1,9,4)", "b=choice(x,y)", "c=range(0,0.3,0.1)")
    assert space.grid() == {"a": [1, 5, 9], "b": ["x", "y"], "c": [0.0, 0.1, 0.2, 0.3]}
    with pytest.raises(CompactHydraException, match="a grid cannot cover an interval"):
        read("a=interval(1,2)").grid()
