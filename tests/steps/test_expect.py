"""What is expected of the rows: each expectation against plain pandas, and what is told."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import silent
from engine.errors import DataError
from engine.recipe.expectation import Expect, Values
from engine.steps import expect, expecting
from engine.steps.fresh import lasting
from engine.testing.recipes import recipe

NAN = float("nan")
DAY = 86_400.0


def asked(values, **said):
    """Ask one expectation about a column."""
    column = pd.Series(values, name="a")
    (found,) = expecting.outcomes("a", column, Values.model_validate(said), "fail")
    return found


class Rows:
    """A dataset of rows."""

    def __init__(self, frame, first=0):
        self.frame = frame.set_axis(range(first, first + len(frame)))
        self.facts = self
        self.given = list(frame.columns)

    def whole(self, names):
        return self.frame[names]


def ran(tmp_path, frame, said, **data):
    made = recipe("linear", data={"expect": said, **data})
    found = expect.run(made, {"load": Rows(frame)}, tmp_path, silent)
    assert expect.load(made, tmp_path) == found
    return made, found


def broken(tmp_path, frame, said, **data):
    return {one.key: one for one in ran(tmp_path, frame, said, **data)[1].broken}


@pytest.mark.parametrize(
    ("values", "said", "rows"),
    [
        ([1, -2, 3], {"min": 0}, [2]),
        ([1, -2, NAN], {"min": -2}, []),
        (["1", "x", None], {"min": 0}, [2]),
        ([1.5, 2.5], {"max": 2}, [2]),
        ([np.inf, 1.0], {"max": 2}, [1]),
        (["2024-01-31", "2024-02-01", None], {"max": "2024-01-31"}, [2]),
        (["2024-01-31 23:59:59", "2024-02-01"], {"max": "2024-01-31"}, [2]),
        (["2024-01-31 12:00", "2024-01-31 12:01"], {"max": "2024-01-31 12:00"}, [2]),
        (["2024-01-31", "never"], {"min": "2024-01-31"}, [2]),
        (pd.to_datetime(pd.Series(["2024-01-31", "2023-01-31"])), {"min": "2024-01-01"}, [2]),
        ([20240131, 20240201], {"min": "2024-01-01"}, [1, 2]),
        (["a", "b", None], {"in": ["a"]}, [2]),
        ([1.0, 2.0, NAN], {"in": [1, "x"]}, [2]),
        (["1", "1.0", "01"], {"in": [1]}, [3]),
        ([True, False], {"in": [True]}, [2]),
        (["ab", "abc", None, "xab"], {"matches": "a."}, [2, 4]),
        (["a\n", "a"], {"matches": "a"}, [1]),
        ([10115.0, 1.5], {"matches": "[0-9]+"}, [2]),
        (["a", "b", "a", None, None, "a"], {"unique": True}, [3, 6]),
        ([1, 2, 1], {"unique": True}, [3]),
        ([None, "a", None], {"missing": 0.5}, [1, 3]),
        ([None, "a", None], {"missing": {"max": 0.7}}, []),
        (["a", None], {"missing": 0}, [2]),
        (["a", None], {"missing": {}}, [2]),
        (["1", "x", "007"], {"type": "number"}, [2]),
        ([1.0, 1.5, np.inf, NAN], {"type": "integer"}, [2, 3]),
        (["2024-01-31", "31.01.2024", "2024-13-01"], {"type": "date"}, [2, 3]),
        ([2024, 2025], {"type": "date"}, [1, 2]),
        (["yes", "No", "maybe"], {"type": "boolean"}, [3]),
        (["a", "b"], {"type": "text"}, []),
        (["1", "2"], {"type": "text"}, [1, 2]),
        ([*["1"] * 19, "a"], {"type": "text"}, []),
        (["007", "008"], {"type": "text"}, []),
        (["2024-01-31", "2024-02-01"], {"type": "text"}, [1, 2]),
        ([1, 2], {"type": "text"}, [1, 2]),
        ([NAN, NAN], {"type": "text"}, []),
        ([], {"min": 3}, []),
        ([None, None], {"matches": "a"}, []),
    ],
)
def test_each_expectation_finds_the_rows_that_break_it(values, said, rows):
    found = asked(values, **said)
    assert found.broken == len(rows)
    assert [one["row"] for one in found.examples] == rows[: len(found.examples)]
    assert bool(found.text) == bool(rows)
    assert found.key == f"a.{next(iter(said))}"


numbers = st.none() | st.integers(-3, 3) | st.floats(-3, 3, allow_nan=False)


@settings(max_examples=80)
@given(st.lists(numbers, min_size=1, max_size=30), st.integers(-3, 3), st.integers(-3, 3))
def test_numbers_are_judged_as_plain_pandas_does(values, low, high):
    column = pd.Series(values, dtype="float64")
    known = column.dropna()
    assert asked(column, min=low).broken == (known < low).sum()
    assert asked(column, max=high).broken == (known > high).sum()
    assert asked(column, type="integer").broken == (known % 1 != 0).sum()
    assert asked(column, unique=True).broken == known.duplicated().sum()
    assert asked(column, **{"in": [low, high]}).broken == (~known.isin([low, high])).sum()
    missing = asked(column, missing=0.25)
    assert missing.broken == (column.isna().sum() if column.isna().mean() > 0.25 else 0)
    assert all(found.of == len(known) for found in (asked(column, min=low), asked(column, max=0)))


texts = st.none() | st.text("ab1 ", max_size=3)


@settings(max_examples=80)
@given(st.lists(texts, min_size=1, max_size=30))
def test_texts_are_judged_as_plain_pandas_does(values):
    column = pd.Series(values, dtype="str")
    known = column.dropna()
    assert asked(column, matches="a+b?").broken == (~known.str.fullmatch("a+b?").astype(bool)).sum()
    assert asked(column, **{"in": ["a", "bb"]}).broken == (~known.isin(["a", "bb"])).sum()


def test_what_is_broken_is_told_with_counts_rows_and_values():
    found = asked([1, -2, -3.5, -4, -5], min=0)
    assert found.text == ("4 of 5 values are less than 0 (row 2: -2; row 3: -3.5; row 4: -4; ...)")
    assert found.examples[0] == {"row": 2, "values": {"a": -2}}
    assert asked([1, -2], min=0).text == "1 of 2 values is less than 0 (row 2: -2)"
    assert "or no number" in asked(["1", "x"], min=0).text
    assert asked(["a", None], missing=0).text == (
        "1 of 2 values is missing, and none may be (row 2)"
    )


def test_rows_are_counted(tmp_path):
    frame = pd.DataFrame({"a": range(50)})
    found = broken(tmp_path, frame, {"rows": {"min": 100, "max": 40}})
    assert found["rows.min"].text == "there are 50 rows, and at least 100 are expected"
    assert found["rows.max"].text == "there are 50 rows, and at most 40 are expected"
    assert broken(tmp_path, frame, {"rows": {"min": 50, "max": 50}}) == {}


FRAME = pd.DataFrame(
    {
        "start": ["2024-01-01", "2024-03-01", "2024-05-01"],
        "end": ["2024-02-01", None, "2024-04-01"],
        "paid": [10.0, 20.0, 30.0], "total": [10.0, 25.0, 0.0],
    }
)  # fmt: skip


def test_relations_hold_in_each_row_or_are_told_with_what_they_read(tmp_path):
    found = broken(
        tmp_path, FRAME, {"relations": {"order": "start <= end", "sum": "paid <= total"}}
    )
    order = found["relations.order"]
    assert order.text == (
        "1 of 3 rows does not keep start <= end (row 3: start '2024-05-01', end '2024-04-01')"
    )
    assert [one["row"] for one in found["relations.sum"].examples] == [3]
    oracle = ~(pd.to_datetime(FRAME.start) <= pd.to_datetime(FRAME.end)) & FRAME.end.notna()
    assert order.broken == oracle.sum()


def test_a_relation_that_divides_by_zero_is_told_and_not_broken(tmp_path):
    _, found = ran(tmp_path, FRAME, {"relations": {"ratio": "paid / total > 0.5"}})
    assert found.broken == []
    assert found.notes == (
        "data.expect.relations.ratio: a division by zero in row 3; taken as missing",
    )


@pytest.mark.parametrize(
    ("formula", "message", "hint"),
    [
        ("strat <= end", "there is no column 'strat'", "did you mean 'start'?"),
        ("paid + total", "gives a number, and true or false is expected", "x > 0"),
        ("start", "gives a date", "compare"),
        ("paid < end", "takes values of one kind", ""),
    ],
)
def test_a_relation_that_does_not_fit_the_data_is_told(tmp_path, formula, message, hint):
    with pytest.raises(DataError) as caught:
        ran(tmp_path, FRAME, {"relations": {"r": formula}})
    (fault,) = caught.value.faults
    assert fault.where == "data.expect.relations.r"
    assert message in fault.message
    assert hint in fault.hint


def test_columns_that_are_not_there_are_named(tmp_path):
    with pytest.raises(DataError) as caught:
        ran(tmp_path, FRAME, {"strat": {"type": "date"}, "columns": {"rows": {"min": 1}},
                              "fresh": {"column": "ended", "within": "7d"}})  # fmt: skip
    assert [fault.where for fault in caught.value.faults] == [
        "data.expect.strat", "data.expect.columns.rows", "data.expect.fresh.column",
    ]  # fmt: skip
    assert caught.value.faults[0].hint == "did you mean 'start'?"


def test_all_that_is_broken_is_told_at_once_and_warnings_with_it(tmp_path):
    said = {
        "paid": {"min": 15, "max": 25}, "total": {"min": 1, "severity": "warn"},
        "start": {"unique": True},
    }  # fmt: skip
    made, found = ran(tmp_path, FRAME, said)
    with pytest.raises(DataError) as caught:
        expect.judged(made, found, 0.0)
    assert [fault.where for fault in caught.value.faults] == [
        "data.expect.paid.min", "data.expect.paid.max", "data.expect.total.min",
    ]  # fmt: skip
    assert caught.value.faults[2].message.endswith("(severity: warn)")
    assert "severity: warn" in caught.value.faults[-1].hint


@pytest.mark.parametrize("said", [
    {"severity": "warn", "paid": {"min": 15}},
    {"paid": {"min": 15, "severity": "warn"}},
    {"relations": {"r": {"formula": "paid > 15", "severity": "warn"}}},
    {"rows": {"min": 9, "severity": "warn"}},
    {"fresh": {"column": "start", "within": "1d", "severity": "warn"}},
])  # fmt: skip
def test_what_only_warns_is_told_and_noted(tmp_path, said):
    made, found = ran(tmp_path, FRAME, said)
    judged = expect.judged(made, found, 2e9)
    (notice,) = expect.notices(judged)
    assert notice.startswith("data.expect.")
    summary = expect.summary(judged)
    assert (summary["held"], len(summary["broken"])) == (0, 1)
    json.dumps(summary)


def test_the_severity_of_one_overrules_that_of_all(tmp_path):
    made, found = ran(
        tmp_path, FRAME, {"severity": "warn", "paid": {"min": 15, "severity": "fail"}}
    )
    with pytest.raises(DataError):
        expect.judged(made, found, 0.0)


def test_how_old_the_newest_row_is_is_asked_at_each_time(tmp_path):
    made, found = ran(tmp_path, FRAME, {"fresh": {"column": "start", "within": "7d"}})
    newest = pd.Timestamp("2024-05-01", tz="UTC").timestamp()
    assert found.newest == newest
    assert expect.judged(made, found, newest + 7 * DAY).broken == []
    with pytest.raises(DataError, match=r"2024-05-01 00:00 UTC, 7\.5 days ago; at most 7 days"):
        expect.judged(made, found, newest + 7.5 * DAY)
    assert expect.judged(made, found, newest - DAY).broken == []  # a date to come


def test_a_column_without_a_date_is_not_fresh(tmp_path):
    made, found = ran(tmp_path, FRAME, {"fresh": {"column": "paid", "within": "7d"}})
    with pytest.raises(DataError, match="'paid' holds no date"):
        expect.judged(made, found, 0.0)


def test_a_declared_format_is_known_to_relations_and_freshness(tmp_path):
    frame = FRAME.assign(start=pd.to_datetime(FRAME.start))
    made, found = ran(
        tmp_path, frame, {"relations": {"r": "year(start) == 2024"}, "start": {"type": "date"}},
        columns={"start": "date"},
    )  # fmt: skip
    assert expect.judged(made, found, 0.0).broken == []


def test_nothing_expected_reads_no_rows(tmp_path):
    class Closed:
        @property
        def frame(self):
            raise AssertionError

    made = recipe("linear")
    assert made.data.expect == Expect()
    assert expect.run(made, {"load": Closed()}, tmp_path, silent).outcomes == ()


def test_what_is_expected_may_be_secret(tmp_path):
    class Inputs(dict):
        @staticmethod
        def shown(text):
            return text.replace("hunter2", "${oc.env:WORD}")

    made = recipe("linear", data={"expect": {"start": {"in": ["hunter2"]}}})
    expect.run(made, Inputs(load=Rows(FRAME)), tmp_path, silent)
    written = (tmp_path / "expectations.json").read_text("utf-8")
    assert "${oc.env:WORD}" in written
    assert "hunter2" not in written


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 seconds"), (60, "1 minute"), (90, "1.5 minutes"), (7200, "2 hours"),
     (86_400 * 1000.25, "1,000.2 days")],
)  # fmt: skip
def test_times_are_put_into_words(seconds, text):
    assert lasting(seconds) == text
