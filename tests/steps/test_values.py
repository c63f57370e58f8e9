"""Which columns are kept, and what the recipe's rules for values are."""

import pytest

from engine.bundle.declared import Declared
from engine.bundle.rules import Rules
from engine.errors import DataError
from engine.recipe.schema import Data
from engine.steps.values import picked, require, rules

GIVEN = ["i", "a", "b", "t", "y"]


def data(**said):
    return Data.model_validate({"source": "a.csv", "target": "y", **said})


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, GIVEN),
        ({"drop": ["a"]}, ["i", "b", "t", "y"]),
        ({"columns": ["b"]}, ["b", "y"]),
        ({"columns": ["b"], "id": "i", "time": "t"}, ["i", "b", "t", "y"]),
        ({"columns": []}, GIVEN),
        ({"columns": {"a": "drop"}}, ["i", "b", "t", "y"]),
        ({"columns": {"a": "number", "*": "drop"}, "id": "i"}, ["i", "a", "y"]),
        ({"columns": {"a": "keep", "*": "drop"}}, ["a", "y"]),
        ({"columns": {"a": {"type": "date"}, "*": "keep"}}, GIVEN),
        ({"columns": ["a", "b"], "drop": ["a"]}, ["b", "y"]),
    ],
)
def test_columns_are_picked_in_the_order_of_the_data(said, kept):
    assert picked(data(**said), GIVEN) == kept


def test_rules_hold_what_the_recipe_says():
    said = data(
        columns={"a": "number", "b": {"type": "date", "format": "%d.%m.%Y", "invalid": "missing"},
                 "t": "keep", "*": "drop"},
        clean={"trim": ["a"], "null_values": {"a": ["?", -999]}, "replace": {"b": {True: None}}},
    )  # fmt: skip
    assert rules(said) == Rules(
        trim=("a",), nulls_in={"a": ("?", -999)}, replace={"b": (("true", None),)},
        declared={"a": Declared("number"), "b": Declared("date", "%d.%m.%Y", None, "missing")},
    )  # fmt: skip
    assert rules(data(clean={"null_values": ["?"], "trim": True})) == Rules(True, ("?",))


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"drop": ["aa"]}, "data.drop"),
        ({"columns": ["aa"]}, "data.columns"),
        ({"columns": {"aa": "number", "*": "drop"}}, "data.columns"),
        ({"clean": {"trim": ["aa"]}}, "data.clean.trim"),
        ({"clean": {"null_values": {"aa": ["?"]}}}, "data.clean.null_values"),
        ({"clean": {"replace": {"aa": {"x": "y"}}}}, "data.clean.replace"),
        ({"clean": {"drop_duplicates": ["aa"]}}, "data.clean.drop_duplicates"),
        ({"id": "aa"}, "data.id"),
    ],
)
def test_a_column_that_is_not_there_is_named_with_its_key_and_the_nearest(said, where):
    with pytest.raises(DataError) as caught:
        require(data(**said), GIVEN)
    (fault,) = caught.value.faults
    assert (fault.where, fault.hint) == (where, "did you mean 'a'?")
