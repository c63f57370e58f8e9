"""Ranges: read in Hydra's grammar, written back, drawn from as said."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RangeError
from engine.recipe import ranges, space
from engine.recipe.ranges import Choice, Interval, Whole

numbers = st.floats(-1e9, 1e9, allow_nan=False)
positive = st.floats(1e-9, 1e9)
option = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.one_of(st.integers(), st.text(max_size=4)), max_size=3),
)


@given(st.integers(), st.integers(1, 10**6), st.integers(1, 50))
def test_whole_numbers_round_trip(low: int, width: int, step: int) -> None:
    whole = Whole(low, low + width, step)
    assert ranges.parse(str(whole)) == whole


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_logarithmic_whole_numbers_round_trip(low: int, width: int) -> None:
    whole = Whole(low, low + width, log=True)
    assert ranges.parse(str(whole)) == whole
    assert whole.holds(whole.middle())


@given(numbers, positive)
def test_intervals_round_trip(low: float, width: float) -> None:
    high = low + width
    if low < high:
        assert ranges.parse(str(Interval(low, high))) == Interval(low, high)


@given(positive, st.floats(1.1, 1e6))
def test_logarithmic_intervals_round_trip(low: float, factor: float) -> None:
    interval = Interval(low, low * factor, log=True)
    assert ranges.parse(str(interval)) == interval


@given(numbers, st.floats(0.001, 10), st.integers(1, 100))
def test_intervals_on_a_grid_round_trip(low: float, step: float, count: int) -> None:
    interval = Interval(low, low + step * count, step)
    if interval.low < interval.high:
        assert ranges.parse(str(interval)) == interval


@given(st.lists(option, min_size=1, max_size=4, unique_by=ranges.label))
def test_choices_round_trip(options: list[Any]) -> None:
    choice = Choice(tuple(options))
    again = ranges.parse(str(choice))
    assert isinstance(again, Choice)
    assert again == choice
    assert [type(o) for o in again.options] == [type(o) for o in options]


def test_both_ends_are_included() -> None:
    whole = ranges.parse("range(3, 10)")
    assert whole.holds(3)
    assert whole.holds(10)
    assert whole.size() == 8


def test_intervals_of_whole_ends() -> None:
    assert ranges.parse("int(interval(1, 4))") == Whole(1, 4)
    assert ranges.parse("interval(1, 4)") == Interval(1.0, 4.0)


def test_a_default_is_tried_first() -> None:
    drawn = ranges.read({"default": 6, "search": "range(3, 10)"})
    assert (drawn.default, drawn.range) == (6, Whole(3, 10))
    assert ranges.read("range(3, 10)").default == 6
    assert ranges.read("choice(b, a)").default == "b"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("range(10, 3)", "the lower end 10 must be below the upper end 3"),
        ("range(3, 3)", "the lower end 3 must be below the upper end 3"),
        ("tag(log, interval(0, 1))", "a logarithmic range must start above 0, not at 0.0"),
        ("tag(lgo, interval(1, 2))", "the tag 'lgo' is not known; only 'log' is"),
        ("tag(log, choice(a, b))", "a choice has no logarithm: leave out tag(log, ...)"),
        ("choice(a, a)", "the option a stands twice"),
        ("range(1", "'range(1' is not a range that Hydra can read"),
        ("int(" * 3000 + "1" + ")" * 3000, "the range is nested too deep for Hydra to read"),
        ("choice()", "is not a range that Hydra can read"),
        ({"search": []}, "'search' must be a range such as range(3, 10), or a list of options"),
        ({"search": 5}, "'search' must be a range such as range(3, 10), or a list of options"),
        ({"default": 11, "search": "range(3, 10)"}, "the default 11 lies outside range(3, 10)"),
        ({"default": "c", "search": "choice(a, b)"}, "the default c lies outside choice(a, b)"),
    ],
)
def test_what_is_no_range_says_why(value: Any, message: str) -> None:
    with pytest.raises(RangeError) as caught:
        ranges.read(value)
    assert message in str(caught.value)


def test_texts_that_only_look_alike_are_no_ranges() -> None:
    assert not ranges.is_range("ranges of mountains")
    assert not ranges.is_range({"default": 6, "find": 3})
    assert ranges.is_range("range(")


def test_options_bring_parameters_of_their_own() -> None:
    tree = {"search": ["linear", {"rbf": {"gamma": "interval(0.1, 1)"}}]}
    node = space.build({"kernel": tree}, "model.svm.params")
    named = [(p.path, type(p).__name__) for p in space.parameters(node)]
    assert named == [
        ("model.svm.params.kernel", "Pick"),
        ("model.svm.params.kernel.rbf.gamma", "Draw"),
    ]
    assert space.resolve(node, space.default) == {"kernel": "linear"}


def test_a_step_of_an_option_acts_where_it_is_chosen() -> None:
    steps = {"reduce": "choice(none, pca)", "pca": {"components": "range(2, 20)"}}
    node = space.build(steps, "features.blocks.a.steps")
    assert space.resolve(node, space.default) == {"reduce": "none"}
    chosen = space.resolve(node, lambda p: "pca" if isinstance(p, space.Pick) else p.default)
    assert chosen == {"reduce": "pca", "pca": {"components": 11}}
    assert space.size(node) == 1 + 19


def test_the_space_of_real_numbers_is_endless() -> None:
    assert math.isinf(space.size(space.build({"a": "interval(0, 1)"}, "model.x.params")))
