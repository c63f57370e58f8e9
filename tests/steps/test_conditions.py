"""Formulas that are true or false of a row."""

import pandas as pd
import pytest

from engine.errors import DataError
from engine.steps.conditions import columns_of, holds

FRAME = pd.DataFrame(
    {
        "age": [17.0, None, 30.0], "zip": ["01069", "10115", None],
        "day": ["2024-01-01", "2024-05-01", "2024-09-01"], "flag": [True, False, True],
    },
    index=[4, 7, 9],
)  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "true", "unknown"),
    [
        ("age >= 18", [False, False, True], [False, True, False]),
        ("not (age >= 18)", [True, False, False], [False, True, False]),
        ("is_missing(age) or age >= 18", [False, True, True], [False] * 3),
        ("starts_with(zip, '0')", [True, False, False], [False, False, True]),
        ("day >= date('2024-05-01')", [False, True, True], [False] * 3),
        ("flag", [True, False, True], [False] * 3),
        ("true", [True] * 3, [False] * 3),
    ],
)
def test_where_a_condition_holds_and_where_it_is_not_known(formula, true, unknown):
    found = holds("data.clean.where", formula, FRAME)
    assert found.true.tolist() == true
    assert found.unknown.tolist() == unknown
    assert found.failed == ()


def test_what_divides_by_zero_is_told_with_the_row_of_the_source():
    (failed,) = holds("data.clean.where", "1 / (age - 17) > 0", FRAME).failed
    assert str(failed) == "data.clean.where: a division by zero in row 5; taken as missing"


def test_what_the_recipe_declares_counts():
    assert holds("k", "zip > 2000", FRAME, {"zip": "number"}).true.tolist() == [False, True, False]
    with pytest.raises(DataError, match="takes numbers or dates"):
        holds("k", "zip > 2000", FRAME)


@pytest.mark.parametrize(
    ("formula", "frame", "message", "hint"),
    [
        ("agee > 1", FRAME, "there is no column 'agee'", "did you mean 'age'?"),
        ("age", FRAME, "gives a number, and true or false is expected", "x > 0"),
        ("age > 1", pd.DataFrame({"age": ["1"] * 19 + ["many"]}), "row 20 holds 'many'", "replace"),
        (
            "age > 1",
            pd.DataFrame({"age": ["many"] + ["1"] * 9 + ["2024-01-01"]}),
            "texts",
            "number",
        ),
    ],
)
def test_a_condition_that_cannot_be_evaluated_is_told(formula, frame, message, hint):
    with pytest.raises(DataError) as caught:
        holds("data.clean.where", formula, frame)
    (fault,) = caught.value.faults
    assert fault.where == "data.clean.where"
    assert message in fault.message
    assert hint in fault.hint


def test_columns_are_named_in_the_order_of_the_formula():
    assert columns_of("b > a and b < `c d`") == ["b", "a", "c d"]
