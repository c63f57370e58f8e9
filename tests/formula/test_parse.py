"""Reading formulas: what is let in, and what is said of all else."""

import pytest

from engine.errors import EngineError
from engine.formula import FormulaError, parse
from engine.formula.functions import ALL, FUNCTIONS, KINDS, listed


def refused(text: str) -> FormulaError:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    return caught.value


def test_names_are_the_columns_that_it_reads():
    formula = parse(" where(`total charges` > 3 and a in (1, 2), lower(`back``tick`), Ünï) ")
    assert formula.names == {"total charges", "a", "back`tick", "Ünï"}
    assert str(formula).startswith("where(")
    assert not str(formula).endswith(" ")


def test_a_column_may_be_called_like_a_function_or_in_backticks_like_a_word():
    assert parse("length + length(year)").names == {"length", "year"}
    assert parse("`and` + `missing` + `1`").names == {"and", "missing", "1"}


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("", 0, "the formula is empty", ""),
        ("a +", 3, "a value was expected, not the end", ""),
        ("a b", 2, "an operator was expected before 'b'", ""),
        ("(a", 0, "a parenthesis is not closed", "stands in quotes"),
        ("a)", 1, "closed that was not opened", ""),
        ("sqroot(a)", 0, "there is no function 'sqroot'", "did you mean 'sqrt'?"),
        ("a + zzz(a)", 4, "there is no function 'zzz'", "engine list functions"),
        ("a.b", 1, "a name has no parts", "backticks: `a.b`"),
        ("a[0]", 1, "'[' has no meaning", "backticks"),
        ("a = 1", 2, "'=' is no operator", "write =="),
        ("a && b", 2, "'&&' is no operator", "write and"),
        ("a <> b", 2, "'<>' is no operator", "write !="),
        ("a ^ b", 2, "'^' is no operator", "write **"),
        ("0 < a < 5", 6, "comparisons do not follow each other", "a < b and b < c"),
        ("if(a, b, c)", 0, "there is no function 'if'", "where(condition, a, b)"),
        ("a + None", 4, "'None' has no meaning", "write missing"),
        ("2x", 1, "'x' follows a number", "write 2 * ..."),
        ("1e999", 0, "too large", ""),
        ("abs()", 0, "abs does not take 0 arguments", "write abs(x)"),
        ("abs(a, b)", 0, "abs does not take 2 arguments", "write abs(x)"),
        ("round(a, b)", 9, "a number that is written out", "round(x, digits)"),
        ("round(a, 1.5)", 9, "a whole number from -15 to 15", ""),
        ("substring(a, 0)", 13, "a whole number from 1 to", ""),
        ("contains(a, b)", 12, "a text that is written out", "contains(text, 'part')"),
        ("part(a, '', 1)", 8, "an empty text", ""),
        ("a in (b)", 6, "written out", ""),
        ("a in ()", 5, "the list is empty", ""),
        ("a in 3", 5, "a list in parentheses", "a in (1, 2)"),
        ("a not 3", 6, "`in` was expected", ""),
        ("a in (1, 'x')", 9, "values of one kind", ""),
        ("'abc", 0, "a text is not closed", "close it with '"),
        ("`abc", 0, "a name in backticks is not closed", ""),
        ("``", 0, "is empty", ""),
        ("'a' + 1", 0, "`+` takes numbers, and this is a text", "concat(a, b)"),
        ("a + true", 4, "`+` takes numbers, and this is true or false", "number(x)"),
        ("-'a'", 1, "`-` takes numbers", ""),
        ("lower(3)", 6, "`lower` takes texts, and this is a number", ""),
        ("where(1, a, b)", 6, "`where` takes true or false", "compare it"),
        ("where(a, 1, 'b')", 12, "values of one kind", ""),
        ("a == missing", 5, "nothing equals what is missing", "is_missing(x)"),
        ("min(a, 'x')", 7, "`min` takes numbers or dates, and this is a text", ""),
        ("'a' < 'b'", 0, "`<` takes numbers or dates", ""),
        ("date('2024-13-01')", 5, "'2024-13-01' is no date", "date('2024-01-31')"),
        ("date('2024-01-01') - 3", 0, "`-` takes numbers", "days_between"),
        ("a, b", 1, "a comma outside of a function", ""),
        ("a\x00", 1, "'\\x00' has no meaning", ""),
    ],
)
def test_a_fault_names_the_place_and_what_to_write(text, at, message, hint):
    error = refused(text)
    assert isinstance(error, EngineError)
    assert message in error.faults[0].message
    assert hint in error.faults[0].hint
    assert error.position == at
    caret = error.faults[0].hint.splitlines()[1]
    assert caret.index("^") - 4 == at


def test_a_long_formula_is_shown_around_the_place():
    text = " + ".join(["column"] * 50) + " + lg(a) + " + " + ".join(["b"] * 40)
    shown, caret, _ = refused(text).faults[0].hint.splitlines()
    assert shown.startswith("... ")
    assert shown.endswith(" ...")
    assert len(shown) < 80
    assert shown[caret.index("^") - 4 :].startswith("lg(a)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(" * 500 + "a" + ")" * 400, "nested deeper than 40"),
        ("-" * 900 + "a", "nested deeper than 40"),
        ("not " * 200 + "a", "nested deeper than 40"),
        ("abs(" * 200 + "a" + ")" * 190, "nested deeper than 40"),
        ("2**" * 300 + "2", "nested deeper than 40"),
        ("a+" * 400 + "a", "longer than 200"),
        ("max(" + "a," * 400 + "a)", "longer than 200"),
        ("a + " * 300, "at most 1,000"),
        ("9" * 100, "too large or too long"),
    ],
)
def test_sizes_have_caps(text, message):
    assert message in str(refused(text))


def test_a_formula_up_to_the_caps_is_read():
    assert parse("+".join(["a"] * 100)).names == {"a"}
    assert parse("(" * 39 + "a" + ")" * 39).names == {"a"}


def test_every_function_says_what_it_does_and_is_read_as_its_usage_says():
    for name, row in FUNCTIONS.items():
        assert row.about.endswith(".")
        assert row.usage.startswith(f"{name}(")
    assert [entry["name"] for entry in listed()] == list(FUNCTIONS)
    for row in ALL.values():
        words = {word.removeprefix("=") for word in (*row.takes, row.gives)}
        assert words <= {*KINDS, "same", "ordered", "any"}


def test_kinds_are_known_from_those_of_the_columns():
    assert parse("a / b").kind({}) == "number"
    assert parse("coalesce(a, b)").kind({"a": "text", "b": "text"}) == "text"
    assert parse("max(a, b)").kind({"b": "date"}) == "date"
    with pytest.raises(FormulaError, match="the column 'a' holds texts") as caught:
        parse("a / b").kind({"a": "text"})
    assert caught.value.position == 0


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("when > '2022-06-01'", "write date('2022-06-01')"),
        ("'2022-06-01' <= when", "write date('2022-06-01')"),
        ("when in ('2022-06-01')", "write date('2022-06-01')"),
        ("days_between('2022-06-01', when)", "write date('2022-06-01')"),
        ("when == 'soon'", "date(x) reads a text as a date"),
        ("when > 'soon'", "concat(a, b) joins texts"),
    ],
)
def test_a_date_in_quotes_beside_a_date_is_shown_as_it_is_written(text, hint):
    with pytest.raises(FormulaError) as caught:
        parse(text).kind({"when": "date"})
    assert caught.value.faults[0].hint.endswith(hint)
