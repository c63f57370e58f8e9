"""What formulas give, against plain Python row by row."""

import datetime as dt
import inspect
import math
from functools import wraps

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.formula import FormulaError, evaluate, parse
from engine.formula.compute import COMPUTE
from engine.formula.functions import ALL

numbers = st.one_of(
    st.none(), st.integers(-20, 20), st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
)
truths = st.one_of(st.none(), st.booleans())
words = st.one_of(st.none(), st.sampled_from(["", "a", "A-b", "Ünï", "x-y-z", "  pad ", "7.5"]))
dates = st.one_of(
    st.none(), st.datetimes(*map(dt.datetime.fromisoformat, ("0001-01-02", "9999-12-30"))).map(
        lambda moment: moment.replace(microsecond=0))
)  # fmt: skip


def frame_of(rows):
    columns = dict(zip("nobtd", zip(*rows, strict=True), strict=True))
    return pd.DataFrame(
        {
            "n": pd.Series(columns["n"], dtype="float64"),
            "o": pd.Series(columns["o"], dtype="float64"),
            "b": pd.Series(columns["b"], dtype="boolean"),
            "t": pd.Series(columns["t"], dtype="str"),
            "d": pd.Series(columns["d"], dtype="datetime64[us]"),
        }
    )


def given_all(function):
    """Missing where an argument is, or where Python finds no value."""

    @wraps(function)
    def apply(*arguments):
        if any(argument is None for argument in arguments):
            return None
        try:
            found = function(*arguments)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        finite = not isinstance(found, float) or math.isfinite(found)
        return found if finite and not isinstance(found, complex) else None

    return apply


def kleene_and(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def kleene_or(a, b):
    return True if a is True or b is True else None if a is None or b is None else False


DAY = dt.datetime.fromisoformat("2000-01-01")
ROW = {  # a formula, and the same in plain Python over n, o, b, t, d
    "n + o * 2 - 1": given_all(lambda n, o: n + o * 2 - 1),
    "n / o": given_all(lambda n, o: n / o),
    "n // o": given_all(lambda n, o: n // o),
    "n % o": given_all(lambda n, o: n % o),
    "-n ** 2": given_all(lambda n: -(n**2)),
    "n ** 0.5": given_all(lambda n: math.sqrt(n)),
    "2 ** 3 ** 2 - n": given_all(lambda n: 512 - n),
    "abs(n) + sign(o)": given_all(lambda n, o: abs(n) + (o > 0) - (o < 0)),
    "log(n) + log10(o)": given_all(lambda n, o: math.log(n) + math.log10(o)),
    "log1p(n)": given_all(lambda n: math.log1p(n)),
    "sqrt(n)": given_all(lambda n: math.sqrt(n)),
    "exp(n)": given_all(lambda n: math.exp(n)),
    "sin(n) * cos(o)": given_all(lambda n, o: math.sin(n) * math.cos(o)),
    "floor(n) + ceil(o)": given_all(lambda n, o: math.floor(n) + math.ceil(o)),
    "round(n)": given_all(lambda n: round(n)),
    "clip(n, -3, o)": given_all(lambda n, o: min(max(n, -3), o)),
    "bin(n, -5, 0, 5)": given_all(lambda n: sum(n >= edge for edge in (-5, 0, 5))),
    "min(n, o, 3)": given_all(lambda n, o: min(n, o, 3)),
    "max(n, o, 3)": given_all(lambda n, o: max(n, o, 3)),
    "n < o": given_all(lambda n, o: n < o),
    "n <= o": given_all(lambda n, o: n <= o),
    "n > o": given_all(lambda n, o: n > o),
    "n >= o": given_all(lambda n, o: n >= o),
    "n == o": given_all(lambda n, o: n == o),
    "n != o": given_all(lambda n, o: n != o),
    "n in (1, -2, 3.5)": given_all(lambda n: n in (1, -2, 3.5)),
    "coalesce(n, o, 0)": lambda n, o: n if n is not None else o if o is not None else 0,
    "missing_if(n, o)": lambda n, o: None if n == o else n,
    "is_missing(n)": lambda n, o: n is None,
    "b and n > 0": lambda n, b: kleene_and(b, None if n is None else n > 0),
    "b or n > 0": lambda n, b: kleene_or(b, None if n is None else n > 0),
    "not b": given_all(lambda b: not b),
    "number(b)": given_all(lambda b: float(b)),
    "where(b, n, o)": lambda n, o, b: None if b is None else n if b else o,
    "where(b, t, 'no')": lambda t, b: None if b is None else t if b else "no",
    "lower(t)": given_all(lambda t: t.lower()),
    "upper(t)": given_all(lambda t: t.upper()),
    "trim(t)": given_all(lambda t: t.strip()),
    "length(t)": given_all(lambda t: len(t)),
    "contains(t, '-')": given_all(lambda t: "-" in t),
    "starts_with(t, 'A')": given_all(lambda t: t.startswith("A")),
    "ends_with(t, 'z')": given_all(lambda t: t.endswith("z")),
    "substring(t, 2, 2)": given_all(lambda t: t[1:3]),
    "substring(t, 2)": given_all(lambda t: t[1:]),
    "part(t, '-', 2)": given_all(lambda t: t.split("-")[1] if "-" in t else None),
    "replace(t, '-', '++')": given_all(lambda t: t.replace("-", "++")),
    "concat(t, '/', t)": given_all(lambda t: f"{t}/{t}"),
    "number(t)": given_all(lambda t: float(t)),
    "t in ('a', 'x-y-z')": given_all(lambda t: t in ("a", "x-y-z")),
    "t == 'a'": given_all(lambda t: t == "a"),
    "coalesce(t, 'none')": lambda t: "none" if t is None else t,
    "missing_if(t, 'a')": lambda t: None if t == "a" else t,
    "year(d)": given_all(lambda d: d.year),
    "quarter(d)": given_all(lambda d: (d.month + 2) // 3),
    "month(d)": given_all(lambda d: d.month),
    "day(d)": given_all(lambda d: d.day),
    "day_of_year(d)": given_all(lambda d: d.timetuple().tm_yday),
    "weekday(d)": given_all(lambda d: d.weekday()),
    "hour(d)": given_all(lambda d: d.hour),
    "minute(d)": given_all(lambda d: d.minute),
    "second(d)": given_all(lambda d: d.second),
    "max(d, date('2000-01-01'))": given_all(lambda d: max(d, DAY)),
    "d >= date('2000-01-01')": given_all(lambda d: d >= DAY),
    "days_between(date('2000-01-01'), d)": given_all(lambda d: (d - DAY) / dt.timedelta(days=1)),
    "hours_between(date('2000-01-01'), d)": given_all(lambda d: (d - DAY) / dt.timedelta(hours=1)),
    "seconds_between(date('2000-01-01'), d)": given_all(lambda d: (d - DAY).total_seconds()),
    "add_days(d, n)": given_all(lambda d, n: d + dt.timedelta(days=n)),
    "make_date(2000 + n, o, 30)": given_all(
        lambda n, o: DAY.replace(2000 + whole(n), whole(o), 30)
    ),
}


def whole(number):
    if number != int(number):
        raise ValueError(number)
    return int(number)


def same(found, expected):
    if expected is None or found is pd.NA or pd.isna(found):
        return expected is None and pd.isna(found)
    if isinstance(expected, dt.datetime):
        return abs(found.to_pydatetime() - expected) < dt.timedelta(milliseconds=1)
    if isinstance(expected, str):
        return found == expected
    return math.isclose(float(found), float(expected), rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("text", ROW)
@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, truths, words, dates), min_size=1, max_size=12))
def test_gives_what_plain_python_gives_row_by_row(text, rows):
    frame, oracle = frame_of(rows), ROW[text]
    wanted = inspect.signature(oracle).parameters
    expected = [oracle(*(row["nobtd".index(name)] for name in wanted)) for row in rows]
    found = parse(text).evaluate(frame).tolist()
    wrong = [(r, f, e) for r, f, e in zip(rows, found, expected, strict=True) if not same(f, e)]
    assert not wrong


def test_every_function_is_computed_and_compared():
    assert set(COMPUTE) == set(ALL)
    tried = {op.name for text in ROW for op in parse(text).program.ops} | {"date"}
    assert set(ALL) <= tried


def test_results_have_a_type_by_kind_and_the_index_of_the_frame():
    frame = frame_of([(1, 2, True, "a", DAY)] * 2).set_index(pd.Index([5, 9]))
    types = {"n + 1": "float64", "b": "boolean", "t": "str", "d": "datetime64[us]", "1": "float64"}
    for text, dtype in types.items():
        found = parse(text).evaluate(frame)
        assert str(found.dtype) == dtype
        assert found.index.tolist() == [5, 9]
        assert str(parse(text).evaluate(frame.iloc[:0]).dtype) == dtype


def test_a_large_number_is_rounded_to_itself():
    frame = pd.DataFrame({"n": [1e300, 1.25, None]})
    applied = parse("round(n, 15)").apply(frame)
    assert applied.values.tolist()[:2] == [1e300, 1.25]
    assert applied.losses == ()


def test_blocks_do_not_show(monkeypatch):
    frame = frame_of([(i % 7, i % 3, i % 2 == 0, f"x-{i}", None) for i in range(50)])
    texts = ["n / o", "concat(t, '!')", "b and n > 2", "coalesce(d, date('2024-01-01'))", "1 / 0"]
    whole = [parse(text).apply(frame) for text in texts]
    monkeypatch.setattr(evaluate, "BLOCK", 7)
    for text, expected in zip(texts, whole, strict=True):
        found = parse(text).apply(frame)
        pd.testing.assert_series_equal(found.values, expected.values)
        assert found.losses == expected.losses


@pytest.mark.parametrize(
    ("text", "what", "rows", "first"),
    [
        ("n / o", "a division by zero", 2, 1),
        ("n // o", "a division by zero", 2, 1),
        ("n % o", "a division by zero", 2, 1),
        ("log(o)", "a logarithm of zero or less", 2, 1),
        ("sqrt(-n)", "a root of less than zero", 3, 0),
        ("(-n) ** 0.5", "a power without a value", 3, 0),
        ("exp(1000 * n)", "a number too large", 3, 0),
        ("n * 1e200 * 1e200", "a number too large", 3, 0),
        ("number(t)", "a text that is no number", 2, 0),
        ("date(t)", "a text that is no date", 3, 0),
        ("make_date(2024, 2, 29 + n)", "a date that does not exist", 3, 0),
        ("add_days(date('2024-01-01'), n * 1e9)", "a date outside the years 1 to 9999", 3, 0),
        ("1 / 0", "a division by zero", 4, 0),
        ("i + 1", "an infinite number", 1, 2),
    ],
)
def test_what_has_no_value_is_missing_and_counted(text, what, rows, first):
    frame = pd.DataFrame(
        {"n": [1.0, 2, None, 4], "o": [1.0, 0, None, 0], "t": ["a", None, "x", "3"],
         "i": [1, None, np.inf, 2]}
    )  # fmt: skip
    applied = parse(text).apply(frame)
    assert [(loss.what, loss.rows, loss.first) for loss in applied.losses] == [(what, rows, first)]
    assert applied.values.isna().sum() >= rows
    assert not np.isinf(pd.to_numeric(applied.values, errors="coerce").astype(float)).any()


def test_nothing_is_told_where_a_value_was_missing_before():
    frame = pd.DataFrame({"n": [None, 1.0], "o": [0.0, 2.0]})
    assert parse("n / o").apply(frame).losses == ()


def test_columns_are_taken_by_their_type():
    frame = pd.DataFrame(
        {
            "c": pd.Categorical(["a", None]), "object": pd.Series([1, "x"], dtype=object),
            "zone": pd.to_datetime(["2024-01-01T02:00+02:00", None]), "int": pd.array([1, None]),
            "odd": [1, 2],
        }
    ).rename(columns={"odd": 3})  # fmt: skip
    assert parse("concat(c, object)").evaluate(frame).iloc[0] == "a1"
    assert parse("hour(zone)").evaluate(frame).iloc[0] == 0
    assert parse("int + `3`").evaluate(frame).iloc[0] == 2


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("totl + 1", "there is no column 'totl'", "did you mean 'total'?"),
        ("total + word", "`+` takes numbers, and the column 'word' holds texts", "number(x)"),
        ("word > date('2024-01-01')", "`>` takes numbers or dates, and the column 'word'", ""),
        ("word == 1", "the column 'word' holds texts, and this is a number", "in quotes"),
        ("twice", "there are 2 columns 'twice'", "rename all but one"),
        ("concat(long, long)", "row 2 would become a text of 12,000 letters", ""),
        ("replace(long, 'x', 'xyz')", "row 2 would become a text of 18,000 letters", ""),
    ],
)
def test_a_column_that_does_not_fit_is_named(text, message, hint):
    frame = pd.DataFrame({"total": [1, 2], "word": ["a", "b"], "long": ["x", "x" * 6000]})
    frame = pd.concat([frame, pd.DataFrame([[1, 2]] * 2, columns=["twice", "twice"])], axis=1)
    with pytest.raises(FormulaError) as caught:
        parse(text).evaluate(frame)
    assert message in caught.value.faults[0].message
    assert hint in caught.value.faults[0].hint
