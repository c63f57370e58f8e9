"""Derived columns, as far as they can be checked without data."""

import pytest

from tests.recipe.conftest import Load, Refused

DATA = "data: {source: x.csv, target: y, id: key, drop: [old]}\nfeatures:\n  derive:\n"


def test_formulas_stand_in_any_order(loaded: Load):
    text = "    a: b + 1\n    b: where(c > 0, 1, `d e`)\n"
    assert loaded(text, data=DATA).recipe.features.derive == {
        "a": "b + 1",
        "b": "where(c > 0, 1, `d e`)",
    }


def test_a_formula_can_be_given_on_the_command_line(loaded: Load):
    found = loaded("    a: b + 1\n", "features.derive.a='log(b)'", data=DATA)
    assert found.recipe.features.derive == {"a": "log(b)"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("a: lg(b)", "r.yaml:4: `features.derive.a`: there is no function 'lg'", "mean 'log'?"),
        ("a: b +", "a value was expected, not the end", "b +\n       ^"),
        ("a: y / 2", "reads the target 'y'", "give the answer away"),
        ("a: old * 2", "reads 'old', which `data.drop` leaves out", "take old out of data.drop"),
        ("y: b", "makes a column 'y', which is `data.target`", "another name"),
        ("key: b", "makes a column 'key', which is `data.id`", "another name"),
        ("'': b", "a derived column has no name", ""),
        ("a: a + 1", "`features.derive.a` reads itself", "a name that the data does not have"),
        ("a: 5", "`features.derive.a` is 5; a text was expected", ""),
        ("a:", "`features.derive.a` is empty; a text was expected", ""),
        ("a: range(1, 3)", "`features.derive.a` cannot be a range", ""),
        ("a: '???'", "is left open", ""),
    ],
)
def test_a_fault_is_told_with_its_place(refused: Refused, text, message, hint):
    said = refused(f"    {text}\n", data=DATA)
    assert message in said
    assert hint in said


def test_all_faults_are_told_at_once(refused: Refused):
    text = "    a: b\n    b: c\n    c: a\n    d: e\n    e: d\n    f: lg(x)\n    g: y\n"
    said = refused(text, data=DATA)
    assert said.count("in a circle") == 2
    assert "d -> e -> d" in said
    assert "`features.derive.f`" in said
    assert "reads the target" in said


def test_a_comma_that_yaml_took_for_its_own_is_explained(refused: Refused):
    said = refused("", data="data: {source: x, target: y}\nfeatures: {derive: {a: max(b, c)}}\n")
    assert "a parenthesis is not closed" in said
    assert "stands in quotes where YAML's { } hold it" in said


def test_a_family_derives_nothing_for_itself(refused: Refused):
    text = "model:\n  linear:\n    features:\n      derive: {a: b + 1}\n"
    said = refused(text, data="data: {source: x, target: y}\n")
    assert "columns are derived for all families alike" in said
    assert "write it under features.derive" in said
