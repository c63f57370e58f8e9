"""A text in which some values change: those are as they should be, and nothing else is touched."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.recipe.file.places import places
from engine.recipe.pinned.changes import GONE, Change, between, part_of
from engine.recipe.pinned.written import Wanted, written

KEYS = st.text("abc", min_size=1, max_size=2)
VALUES = st.one_of(
    st.integers(-9, 9), st.floats(-1, 1), st.booleans(), st.none(),
    st.sampled_from(["x", "yes", "a b", "1e5", "é🌻", "a: b", "# no", "-", "range(1, 2)", ""]),
)  # fmt: skip
TREES = st.recursive(
    st.dictionaries(KEYS, VALUES, min_size=1, max_size=3),
    lambda inner: st.dictionaries(
        KEYS, st.one_of(inner, VALUES, st.lists(st.one_of(VALUES, inner), min_size=1, max_size=3)),
        min_size=1, max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip


def edited(text: str, before, after) -> str:
    change = between(before, after) or Change(after, after)
    return written(text, Wanted(change, "x", ("x",)))


def some_key_stays(change: Change, before) -> bool:
    """Whether no mapping loses all that it has: what is empty then is null, and not a mapping."""
    if isinstance(before, dict) and change.parts:
        gone = [name for name, part in change.parts.items() if part.after is GONE]
        parts = all(some_key_stays(part, before.get(n)) for n, part in change.parts.items())
        return parts and set(gone) != set(before)
    if isinstance(before, list):
        return all(some_key_stays(part, before[int(n)]) for n, part in change.parts.items())
    return True


@given(TREES, TREES, st.sampled_from([None, True, False]), st.booleans())
def test_any_tree_is_made_of_any_other(before, after, flow, crlf):
    text = yaml.safe_dump(before, default_flow_style=flow, allow_unicode=True, width=1000)
    text = text.replace("\n", "\r\n") if crlf else text
    change = between(before, after)
    if change is None:
        assert edited(text, before, after) == text
    elif some_key_stays(change, before):
        assert yaml.safe_load(edited(text, before, after)) == after


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("a: 1", "a: 2", {"a": 1}, {"a": 2}),
        ("a:   1   # one", "a:   2   # one", {"a": 1}, {"a": 2}),
        ("a: # none\nb: 1", "a: 2 # none\nb: 1", {"a": None, "b": 1}, {"a": 2, "b": 1}),
        ("{a: 1, b: [1, 2]}", "{a: 1, b: [1, 3]}", {"b": [1, 2]}, {"b": [1, 3]}),
        ("{a}", "{a: 2}", {"a": None}, {"a": 2}),
        ("a: {}", "a: {b: 1}", {"a": {}}, {"a": {"b": 1}}),
        ("a: {b: 1, c: 2, d: 3}", "a: {c: 2}", {"a": {"b": 1, "c": 2, "d": 3}},
         {"a": {"c": 2}}),
        ("a:\n- 1  # x\n- 2", "a:\n- 3  # x\n- 2", {"a": [1, 2]}, {"a": [3, 2]}),
        ("a:\n- b: 1\n  c: 2\n- 2", "a:\n- b: 1\n  c: 3\n- 2",
         {"a": [{"b": 1, "c": 2}, 2]}, {"a": [{"b": 1, "c": 3}, 2]}),
        ("a:\n- b: 1\n  c: 2\n- 2", "a:\n- 7\n  # b: 1\n  # c: 2\n- 2",
         {"a": [{"b": 1, "c": 2}, 2]}, {"a": [7, 2]}),
        ("a:\n    b: 1\n\n# end\n", "a:\n    b: 1\n    c:\n        d: x\n\n# end\n",
         {"a": {"b": 1}}, {"a": {"b": 1, "c": {"d": "x"}}}),
        ("a: |\n  x\n  # y\n\nb: 1", "a: 2\n\nb: 1", {"a": "x\n# y\n", "b": 1}, {"a": 2, "b": 1}),
        ("a: 'it''s'\nb: \"x\"", "a: 1\nb: \"x\"", {"a": "it's", "b": "x"}, {"a": 1, "b": "x"}),
        ('"a" : 1', '"a" : 2', {"a": 1}, {"a": 2}),
        ("a: &x 1\nb: *x", "a: &x 2\nb: 3", {"a": 1, "b": 1}, {"a": 2, "b": 3}),
        ("a:\n  b: 1\n  # c\n\n  d: 2\n", "a:\n  # b: 1\n  # c\n\n  d: 2\n",
         {"a": {"b": 1, "d": 2}}, {"a": {"d": 2}}),
    ],
)  # fmt: skip
def test_the_rest_of_a_text_stays(before, after, old, new):
    assert edited(before, old, new) == after


def test_places_are_where_the_values_are():
    text = "a: 'x y'   # one\nb:\n  - {c: 1}\n  - &d é\n"
    found = [text[place.start : place.end] for place in places(text).below()]
    assert found[1:] == ["'x y'", "- {c: 1}\n  - &d é", "{c: 1}", "1", "é"]


def test_changes_are_as_small_as_they_can_be():
    change = between({"a": {"b": 1, "c": [1, 2]}, "d": 1}, {"a": {"b": 1, "c": [1, 3]}, "e": 1})
    assert [(key, leaf.after) for key, leaf in change.leaves()] == [
        ("a.c.1", 3), ("d", GONE), ("e", 1),
    ]  # fmt: skip
    assert between({"a": 1}, {"a": 1}) is None
    assert between({"a": 1}, {"a": 1.0}) is not None
    assert between({"a": 1}, {"a": True}) is not None
    whole = between({"a": {"default": 1, "search": "range(0, 2)"}}, {"a": {"default": 2}})
    assert [key for key, _ in whole.leaves()] == ["a"], "a range is one value"


def test_a_part_of_a_tree_is_what_stands_under_some_keys():
    tree = {"a": {"b": 1, "c": {"d": 2, "e": 3}}, "f": 4}
    assert part_of(tree, ("a.c.d", "f", "g.h")) == {"a": {"c": {"d": 2}}, "f": 4}
    assert part_of(tree, ("a", "a.b")) == {"a": tree["a"]}
