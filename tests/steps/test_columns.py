import decimal
import time

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.steps.columns import roles

ROWS = 200


def role(values):
    (found,) = roles(pd.DataFrame({"x": values if isinstance(values, pd.Series) else list(values)}))
    return found


def kind(values):
    found = role(values).column
    return found.kind if found else None


KINDS = {
    "floats": (np.linspace(0, 1, ROWS), "number"),
    "whole": (range(ROWS), "number"),
    "nullable": (pd.Series([1, None, 3], dtype="Int64"), "number"),
    "decimals": (pd.Series([decimal.Decimal(i) / 3 for i in range(9)], dtype=object), "number"),
    "some infinite": ([1.0, np.inf, 2.0], "number"),
    "numbers as text": ([str(i / 7) for i in range(ROWS)], "number"),
    "codes": ([f"{i:05d}" for i in range(30)] * 4, "category"),
    "long codes": ([f"{i + 4 * 10**15}" for i in range(30)] * 4, "category"),
    "booleans": ([True, False] * 9, "boolean"),
    "booleans and missing": ([True, False, None] * 9, "boolean"),
    "booleans as text": (["TRUE", "false", None] * 9, "boolean"),
    "zero and one": ([0, 1] * 9, "number"),
    "dates": (pd.date_range("2024", periods=ROWS), "date"),
    "dates with zone": (pd.date_range("2024", periods=9, tz="Europe/Berlin"), "date"),
    "dates as text": (pd.date_range("2024", periods=ROWS).strftime("%Y-%m-%d"), "date"),
    "dates of two forms": (["2024-01-01", "2024-01-02T03:04:05+02:00", "2024-01-03 10:00"], "date"),
    "objects of dates": (pd.Series(pd.date_range("2024", periods=9).date, dtype=object), "date"),
    "dates of another form": (["01/02/2024", "02/03/2024"] * 9, "category"),
    "categories": (["a", "b", None] * 9, "category"),
    "declared": (pd.Series([1, 2, 3] * 9, dtype="category"), "category"),
    "few texts": ([f"text {i}" for i in range(50)], "category"),
    "free text": ([f"text {i}" for i in range(ROWS)], None),
    "codes of which many come again": ([f"A{i % 80}" for i in range(100)], "category"),
    "codes of which few come again": ([f"A{i % 95}" for i in range(100)], None),
    "constant": ([3.5] * ROWS, None),
    "constant text": (["a"] * ROWS, None),
    "constant or missing": ([1.0, None] * 9, "number"),
    "text or missing": (["a", None] * 9, "category"),
}


@pytest.mark.parametrize("case", KINDS)
def test_each_column_is_what_it_holds(case):
    values, expected = KINDS[case]
    assert kind(values) == expected
    assert role(values).reason


@pytest.mark.parametrize(
    ("case", "reason"),
    [("constant", "always the same value"), ("free text", "taken for an id")],
)
def test_a_column_left_out_has_a_reason(case, reason):
    assert reason in role(KINDS[case][0]).reason


@pytest.mark.parametrize("strange", ["2024-02-30", "31.01.2024", "soon", "2024"])
def test_dates_with_a_few_texts_among_them_are_refused_with_the_row(strange):
    dates = pd.Series(pd.date_range("1990", periods=70_010).strftime("%Y-%m-%d"))
    dates[70_000] = strange
    with pytest.raises(DataError) as caught:
        role(dates)
    assert caught.value.faults[0].message == (
        "the column 'x' mixes types: 99.9% of its values are dates, but row 70,001 holds "
        f"'{strange}'"
    )


def test_texts_of_which_some_are_dates_stay_texts():
    assert kind([*["2024-01-31"] * 8, "soon", "later"]) == "category"


def test_levels_are_sorted_texts():
    assert role(["b", "a", None, "b"]).column.levels == ("a", "b")


def test_all_that_cannot_be_used_is_said_at_once():
    frame = pd.DataFrame(
        {
            "empty": [np.nan] * 40,
            "fine": range(40),
            "it's endless": [np.inf, -np.inf] * 20,
            "mixed": [str(i) for i in range(39)] + ["n.a."],
            "yes": [None] * 40,
        }
    )
    with pytest.raises(DataError) as caught:
        roles(frame)
    text = str(caught.value)
    assert "the column 'empty' holds no value at all" in text
    assert "'it\\'s endless'" in text or '"it\'s endless" holds only infinite values' in text
    assert "97.5% of its values are numbers, but row 40 holds 'n.a.'" in text
    assert "data.drop: [empty, 'it''s endless', mixed, 'yes']" in text
    assert "fine" not in text


def test_thousands_of_faults_are_a_short_text_and_a_whole_list():
    frame = pd.DataFrame({f"c{i}": [None, None] for i in range(100)})
    with pytest.raises(DataError) as caught:
        roles(frame)
    assert len(caught.value.faults) == 21
    assert "and 80 more columns like these" in str(caught.value)
    assert "c99]" in str(caught.value)


def test_ten_thousand_columns_take_a_moment():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(500, 10_000)))
    begin = time.process_time()
    assert len(roles(frame)) == 10_000
    assert time.process_time() - begin < 20, "it is one or two seconds on a quiet machine"


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([np.inf, -np.inf], "infinite values"),
        ([1e200, -1e300], "values too large for a 32-bit number"),
        (["1e200", "1e300"], "values too large for a 32-bit number"),
        ([1e200, np.inf], "infinite values and values too large for a 32-bit number"),
    ],
)
def test_numbers_that_cannot_be_used_are_called_what_they_are(values, what):
    with pytest.raises(DataError, match=f"the column 'x' holds only {what}\n"):
        role(values * 9)


def test_types_that_are_mixed_are_to_be_replaced_or_left_out():
    with pytest.raises(DataError) as caught:
        role([*map(str, range(39)), "n.a."])
    advice = "replace these values (data.clean), or leave the column out: data.drop: [x]"
    assert str(caught.value).endswith(f"row 40 holds 'n.a.'\n    {advice}")


MANY = 400
ORDER = np.random.default_rng(0).permutation(MANY)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("customer_id", 10**6 + 7 * ORDER),
        ("id", np.arange(MANY)),
        ("Unnamed: 0", [str(i) for i in range(MANY)]),
    ],
)
def test_numbers_that_name_the_rows_are_left_out(name, values):
    frame = pd.DataFrame({name: values})
    (found,) = roles(frame)
    assert found.column is None
    assert found.reason == "whole numbers, another in each of 400 rows: taken for an id"
    for kept in (roles(frame, {name: "number"}), roles(frame, meant={name})):
        assert kept[0].column.kind == "number"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("n", ORDER),  # another in each row, but not called so
        ("id", ORDER / 2),
        ("id", np.arange(30)),
        ("shop_id", ORDER % 40),
        ("id", np.where(ORDER == 3, np.nan, ORDER)),
    ],
)
def test_numbers_that_may_say_something_are_kept(name, values):
    (found,) = roles(pd.DataFrame({name: values}))
    assert found.column.kind == "number"
    assert found.reason == "numbers"


@pytest.mark.parametrize("values", [np.arange(MANY), np.sort(ORDER[: MANY * 4 // 5]) + 1])
def test_numbers_that_may_only_count_the_rows_are_pointed_at(values):
    (found,) = roles(pd.DataFrame({"n": values}))
    assert found.reason == "numbers that rise row by row: perhaps they count them"
    assert roles(pd.DataFrame({"n": values * 10}))[0].reason == "numbers"
