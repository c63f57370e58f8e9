"""What a recipe derives, once the data is known."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.steps import assemble
from engine.steps.derived import derive
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe

FRAME = pd.DataFrame(
    {
        "total": [10.0, 20.0, 30.0], "times": ["1", "2", "3"], "code": ["007", "008", "100"],
        "when": ["2024-01-01", "2024-02-01", None], "flag": ["true", "false", "true"],
        "all": [None] * 3,
    }
)  # fmt: skip


def assembled(tmp_path, frame, features, **data):
    notices = []
    made = Steps(recipe("linear", features=features, data=data), frame, tmp_path)
    found = made.run("assemble", lambda event, **facts: notices.append(facts["text"]))
    return made, found, notices


def test_formulas_are_put_in_order_and_kinds_are_what_columns_are_taken_for():
    found = derive(
        {"c": "b + 1", "b": "total / times", "d": "concat(code, '!')",
         "e": "year(when) + where(flag, 1, 0)", "f": "coalesce(all, 1)"}, FRAME,
    )  # fmt: skip
    assert list(found.formulas).index("b") < list(found.formulas).index("c")
    assert found.reads == {
        "total": "number", "times": "number", "code": "text", "when": "date", "flag": "boolean",
        "all": "number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("formulas", "where", "message", "hint"),
    [
        ({"a": "totl * 2"}, "features.derive.a", "there is no column 'totl'", "mean 'total'?"),
        ({"a": "bb", "b": "1"}, "features.derive.a", "there is no column 'bb'", "mean 'b'?"),
        ({"total": "times"}, "features.derive.total", "has a column of that name", "another"),
        ({"a": "code * 2"}, "features.derive.a", "the column 'code' holds texts", "number(x)"),
        ({"a": "lower(code)", "b": "a + 1"}, "features.derive.b", "'a' holds texts", "number(x)"),
        ({"a": "when + 1"}, "features.derive.a", "'when' holds dates", "days_between"),
    ],
)
def test_a_formula_that_does_not_fit_the_data_is_told(formulas, where, message, hint):
    with pytest.raises(DataError) as caught:
        derive(formulas, FRAME)
    (fault,) = caught.value.faults
    assert fault.where == where
    assert message in fault.message
    assert hint in fault.hint


def test_all_that_does_not_fit_is_told_at_once():
    with pytest.raises(DataError) as caught:
        derive({"a": "totl", "b": "cod", "total": "1"}, FRAME)
    assert len(caught.value.faults) == 3


def test_a_kind_that_the_recipe_declares_counts():
    assert derive({"a": "code + 1"}, FRAME, {"code": "number"}).reads == {"code": "number"}


def test_derived_columns_get_roles_and_become_numbers(tmp_path):
    frame = mixed(120)
    features = {"derive": {"ratio": "size / age", "old": "age > 40", "one": "age * 0 + 1"}}
    _, found, notices = assembled(tmp_path, frame, features)
    roles = {role.name: role for role in found.roles}
    assert roles["ratio"].column.kind == "number"
    assert roles["old"].column.kind == "boolean"
    assert roles["ratio"].reason == "numbers; size / age"
    at = found.contract.names.index("ratio")
    np.testing.assert_allclose(found.numbers[:, at], frame["size"] / frame["age"])
    assert notices == []


def test_a_division_by_zero_is_noticed_with_column_row_and_count(tmp_path):
    frame = mixed(120)
    frame["zero"] = [0, 1, 0, *range(2, 119)]
    _, found, notices = assembled(tmp_path, frame, {"derive": {"q": "size / zero"}})
    assert notices == [
        "features.derive.q: a division by zero in 2 rows, the first is row 1; taken as missing"
    ]
    at = found.contract.names.index("q")
    assert np.isnan(found.numbers[[0, 2], at]).all()


def test_columns_that_are_no_features_can_be_read(tmp_path):
    frame = mixed(120).assign(key=[f"k{i}" for i in range(120)], house=[i // 3 for i in range(120)])
    features = {"derive": {"number": "number(substring(key, 2))", "street": "house // 10"}}
    _, found, _ = assembled(tmp_path, frame, features, id="key", group="house")
    names = found.contract.names
    assert {"number", "street"} <= set(names)
    assert not {"key", "house"} & set(names)
    assert set(found.contract.derive.reads) == {"key", "house"}


def test_a_formula_without_any_value_is_told(tmp_path):
    with pytest.raises(DataError) as caught:
        assembled(tmp_path, mixed(120), {"derive": {"q": "size / 0", "r": "log(-1 - size ** 2)"}})
    assert [fault.where for fault in caught.value.faults] == [
        "features.derive.q",
        "features.derive.r",
    ]
    assert "gives no value in any training row" in caught.value.faults[0].message


def test_what_was_assembled_is_read_back(tmp_path):
    made, found, _ = assembled(tmp_path, mixed(120), {"derive": {"ratio": "size / age"}})
    again = assemble.load(made.recipe, made.folder("assemble"))
    assert again.contract == found.contract
    assert again.roles == found.roles
