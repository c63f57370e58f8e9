"""How rows are picked, typed, cleaned and drawn, and what is expected, checked without data."""

import pytest

from tests.recipe.conftest import Load, Refused

DATA = "data:\n  source: x.csv\n  target: y\n"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("columns: {y: drop}", "`data.columns` drops the target 'y'", "leave it out"),
        ('columns: {"*": number}', "can be keep or drop, and types no column", "name the columns"),
        ('columns: {"*": {type: date}}', "can be keep or drop, and types no column", ""),
        ("columns: {a: numbr}", "'numbr'", "did you mean number?"),
        ('columns: {a: {type: number, format: "%d"}}',
         "`data.columns.a.format` says how dates are written, and its type is", "type: date"),
        ("columns: {a: {type: text, unit: s}}", "`data.columns.a.unit` says how dates", ""),
        ('columns: {a: {type: date, unit: s, format: "%d"}}', "has both format and unit", ""),
        (
            "columns: {a: {type: date, format: '%d.%Q'}}",
            "`data.columns.a.format` is '%d.%Q', in which %Q is no code of strptime",
            "31.01.2024",
        ),
        ("columns: {a: {type: date, format: '100%'}}", "in which % is no code of strptime", ""),
        ("columns: {a: {type: date, format: dd.mm.yy}}", "no code of strptime", "31.01.2024"),
        ("columns: {a: {type: date, unit: h}}", "s, ms, us or ns", ""),
        ("columns: {a: {tpye: date}}", "no key 'tpye' in `data.columns.a`", "did you mean 'type'?"),
        ("clean: {nul_values: []}", "no key 'nul_values' in `data.clean`", "'null_values'"),
        ("clean: {where: a >}", "`data.clean.where`: a value was expected", ""),
        ("clean: {where: a + 1}", "gives a number, and true or false is expected", "x > 0"),
        ("clean: {where: lg(a) > 1}", "there is no function 'lg'", "did you mean 'log'?"),
        ("clean: {where: 5}", "`data.clean.where` is 5; a text was expected", ""),
        ("sample: {}", "`data.sample` has neither `rows` nor `share`", "say one of them"),
        ("sample: {rows: 5, share: 0.1}", "`data.sample` has both", ""),
        ("sample: 0", "more than 0", ""),
        ("sample: 1.0", "`data.sample` is 1.0, neither a number of rows nor a share below 1", ""),
        ("sample: 1000.0", "neither a number of rows nor a share below 1", ""),
        ("sample: 10.5", "neither a number of rows nor a share below 1", ""),
        ("sample: {share: 1.5}", "less than 1", ""),
        ("expect: {a: {}}", "`data.expect.a` expects nothing", "say what must hold"),
        ("expect: {a: {severity: warn}}", "`data.expect.a` expects nothing", ""),
        ("expect: {rows: {severity: warn}}", "`data.expect.rows` expects nothing", ""),
        ("expect: {a: {mn: 1}}", "there is no key 'mn' in `data.expect.a`", "did you mean 'min'?"),
        ("expect: {a: 5}", "`data.expect.a` is 5; a mapping was expected", ""),
        ("expect: {a: {min: 5, max: 1}}", "min is 5, which is more than max, 1", "exchange them"),
        ("expect: {rows: {min: 5, max: 1}}", "min is 5, which is more than max", ""),
        ('expect: {a: {min: "2024-02-01", max: "2024-01-01"}}', "is more than max", ""),
        ('expect: {a: {min: 5, max: "2024-01-01"}}', "the other a date", ""),
        ('expect: {a: {min: "5"}}', "neither a number nor a date", "write 5 without quotes"),
        ("expect: {a: {min: 31.01.2024}}", "neither a number nor a date", "year-month-day"),
        ("expect: {a: {min: 2024-13-01}}", "neither a number nor a date", ""),
        ("expect: {a: {min: true}}", "a number was expected", ""),
        ("expect: {a: {type: date, min: 5}}", "is a number, and `type` expects", "type: number"),
        ("expect: {a: {type: integer, max: 2024-01-01}}", "is a date, and `type` expects", ""),
        ("expect: {a: {type: text, max: 5}}", "values of type text have none", "in: [...]"),
        ("expect: {a: {type: float}}", "number, integer, date, boolean or text was expected", ""),
        ('expect: {a: {matches: "(?=x)"}}', "no regular expression of RE2: inv", "look-ahead"),
        ('expect: {a: {matches: "[a"}}', "`data.expect.a.matches` is no regular expression", ""),
        ("expect: {a: {missing: 1.5}}", "`data.expect.a.missing`", "at most 1"),
        ("expect: {a: {in: []}}", "`data.expect.a.in`", ""),
        ("expect: {severity: error}", "warn or fail was expected", ""),
        ("expect: {fresh: {column: t}}", "`data.expect.fresh.within` is missing", "7d"),
        ("expect: {fresh: {column: t, within: week}}", "a duration such as 90s", ""),
        ("expect: {relations: {r: a <}}", "`data.expect.relations.r`: a value was expected", ""),
        ("expect: {relations: {r: {formula: a + b}}}",
         "`data.expect.relations.r.formula`: the formula gives a number", "x > 0"),
        ("expect: {relations: {r: {severity: warn}}}", "formula", ""),
        ("expect: {a: {min: 1}, columns: {a: {max: 2}}}", "says twice what must hold for 'a'", ""),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(refused: Refused, text, message, hint):
    said = refused(f"  {text}\n", data=DATA)
    assert "r.yaml:4: " in said
    assert message in said
    assert hint in said


def test_faults_of_shape_and_of_meaning_are_told_together(refused: Refused):
    said = refused("  clean: {where: a >}\n  sample: {}\n  expect: {a: {}}\n", data=DATA)
    assert all(f"r.yaml:{line}: " in said for line in (4, 5, 6))


@pytest.mark.parametrize(
    "text",
    [
        "clean: {where: a > 1}", "clean: {where: is_new}", "sample: 100", "sample: 0.1",
        "expect: {a: {min: 2024-01-31, max: 2024-12-31}}", "expect: {a: {missing: {max: 0.1}}}",
        "expect: {columns: {severity: {in: [low, high]}}}", "expect: {a: {min: 0, max: 0}}",
        'columns: {a: {type: date, format: "%d.%m.%Y"}, "*": drop}',
    ],
)  # fmt: skip
def test_what_is_sound_is_taken(loaded: Load, text):
    assert loaded(f"  {text}\n", data=DATA).recipe.data.target == "y"


def test_a_column_that_is_called_like_a_key_stands_under_columns(loaded: Load):
    text = "  expect: {columns: {rows: {min: 1}}, a: {max: 2}}\n"
    expect = loaded(text, data=DATA).recipe.data.expect
    assert set(expect.by_column) == {"rows", "a"}
    assert expect.rows is None
