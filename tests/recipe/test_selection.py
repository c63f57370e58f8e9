"""Which columns a block takes."""

import pytest

from engine.recipe.selection import faults, select

KINDS = {
    "age": "number", "amount_in": "number", "amount_out": "number", "colour": "category",
    "signup": "date", "member": "boolean", "note": "text", "q[1]": "number", "not so": "number",
}  # fmt: skip
NUMBERS = ["age", "amount_in", "amount_out", "q[1]", "not so"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("number", NUMBERS),
        ("text", ["note"]),
        ("all", list(KINDS)),
        ("age", ["age"]),
        (["colour", "age", "colour"], ["colour", "age"]),
        ("amount_*", ["amount_in", "amount_out"]),
        ("amount_?n", ["amount_in"]),
        ("/^a.*t$/", ["amount_out"]),
        ("/o/", ["amount_in", "amount_out", "colour", "note", "not so"]),
        ("q[1]", ["q[1]"]),
        ("not so", ["not so"]),
        ("not number", ["colour", "signup", "member", "note"]),
        (["not number", "not text"], ["colour", "signup", "member"]),
        (["number", "not amount_*", "not q[1]"], ["age", "not so"]),
        (["number", "not /^a/", "age"], ["q[1]", "not so", "age"]),
        (["not not so", "not all", "age"], ["age"]),
        ([], []),
    ],
)
def test_columns_are_chosen_by_kind_name_pattern_list_and_complement(wanted, expected):
    assert select(wanted, KINDS) == (expected, [])


def test_a_kind_that_no_column_has_is_no_fault():
    assert select("date", {"a": "number"}) == ([], [])


@pytest.mark.parametrize(
    ("wanted", "said", "hint"),
    [
        ("colr", "there is no column or kind 'colr'", "'colour'"),
        (["number", "not agee"], "there is no column or kind 'agee'", "'age'"),
        ("sum_*", "no column matches the pattern 'sum_*'", "there are: age, amount_in"),
        ("/^x/", "no column matches the pattern '/^x/'", "there are"),
    ],
)
def test_what_stands_for_no_column_is_told(wanted, said, hint):
    (fault,) = select(wanted, KINDS)[1]
    assert fault.message == said
    assert hint in fault.hint


def test_a_pattern_that_cannot_be_read_is_told_without_any_data():
    (fault,) = faults(["number", "not /(/"])
    assert fault.message.startswith("the pattern /(/ cannot be read")
    assert not list(faults({"a": 1}))
    assert not list(faults(5))
