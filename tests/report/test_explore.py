"""The page about a data set: what it says, what it warns of, and that it stays small and safe."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cli.kinds import taken_for
from engine.report.describe import Goal, Kind
from engine.report.explore import Explored, explore, page

random = np.random.default_rng(0)
ROWS = 400


def explored(frame: pd.DataFrame, goal: Goal | None = None) -> Explored:
    found = {str(name): taken_for(frame, str(name)) for name in frame.columns}
    kinds = {
        name: Kind("" if f.kind in (None, "unusable") else str(f.kind), f.reason)
        for name, f in found.items()
    }
    return explore(frame, kinds, "data", goal)


def warned(frame: pd.DataFrame, column: str = "x", goal: Goal | None = None) -> list[str]:
    return [text for name, text in explored(frame, goal).warnings if name == column]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    number = random.normal(size=ROWS)
    return pd.DataFrame(
        {
            "number": np.where(random.random(ROWS) < 0.1, np.nan, number),
            "same": number * 3 + random.normal(size=ROWS) * 0.01,
            "word": random.choice(["a", "b", "c"], ROWS),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(ROWS), "D"),
            "y": np.where(number > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def goal(frame: pd.DataFrame) -> Goal:
    return Goal("y", "binary", ("no", "yes"), (frame["y"] == "yes").to_numpy().astype(int))


def test_columns_are_counted_and_described(frame, goal):
    found = {column.name: column for column in explored(frame, goal).columns}
    assert found["number"].missing == frame["number"].isna().sum()
    assert found["word"].distinct == 3
    assert dict(found["day"].facts)["range"] == "2024-01-01 to 2025-02-03"
    facts = dict(found["number"].facts)
    assert facts["median"] == f"{frame['number'].median():.4g}"
    assert [found[name].kind for name in ("number", "word", "day")] == [
        "number", "category", "date",
    ]  # fmt: skip


def test_what_goes_with_the_target_leads(frame, goal):
    leading = [column.name for column in explored(frame, goal).leading]
    assert set(leading[:2]) == {"number", "same"}
    assert "y" not in leading


def test_bars_hold_all_rows(frame):
    for column in explored(frame).columns:
        counts = re.findall(r": ([\d,]+)</title>", column.counts)
        assert sum(int(n.replace(",", "")) for n in counts) == ROWS - column.missing


def test_a_target_of_numbers_is_shown_by_its_means(frame):
    goal = Goal("same", "regression", (), frame["same"].to_numpy())
    found = {column.name: column for column in explored(frame, goal).columns}
    assert found["number"].strength > 0.99
    assert 'class="mean"' in found["word"].against
    assert found["same"].against == ""


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([None] * 20, "holds no value at all"),
        ([None] * 15 + [1.0, 2.0, 3.0, 4.0, 5.0], "is missing in 75.0% of the rows"),
        (["a"] * 20, "always holds the same value"),
        (["?"] * 3 + ["a", "b"] * 8, "3 values are '?', which may stand for a missing one"),
        ([-999.0] * 3 + [1.0, 2.0] * 8, "3 values are -999, which may stand for a missing one"),
        (["a ", "b"] * 10, "10 values begin or end with a blank"),
        (["Yes", "yes", "no"] * 7, "values differ only in case or blanks, as 'Yes', 'yes'"),
        ([np.inf, 1.0, 2.0, 3.0] * 5, "holds 5 infinite values"),
        (["1", "2", "3", "4"] * 5, "numbers stored as text"),
        ([1.0, 2.0, 3.0, 4.0] * 10 + [1e6], "1 value lies"),
        ([0.0] * 199 + [1.0], "99.5% of its values are the same"),
        ([str(n) for n in range(50)] + ["x"], "cannot be learnt from as it is"),
    ],
)
def test_warnings(values, text):
    assert any(found.startswith(text) for found in warned(pd.DataFrame({"x": values})))


def test_good_data_gives_no_warning(frame):
    assert explored(frame.drop(columns="same")).warnings == ()


def test_minus_one_among_small_numbers_is_not_suspicious():
    assert warned(pd.DataFrame({"x": [-1.0, 0.0, 1.0, 2.0] * 20})) == []


def test_rows_that_repeat_and_numbers_that_say_the_same(frame):
    found = explored(pd.concat([frame, frame.head(10)], ignore_index=True))
    assert ("", "10 rows (2.4%) repeat an earlier one in every column") in found.warnings
    assert any("nearly the same as 'same'" in text for _, text in found.warnings)


def test_a_column_that_gives_the_target_away(frame, goal):
    told = frame.assign(x=frame["y"].map({"yes": "left", "no": "stayed"}))
    assert any(text.startswith("gives the target away") for text in warned(told, "x", goal))


def test_a_target_that_is_rare_or_missing():
    codes = np.array([0] * 300 + [1, 1] + [-1] * 5)
    frame = pd.DataFrame({"x": np.arange(307.0), "y": codes})
    texts = warned(frame, "y", Goal("y", "binary", ("no", "yes"), codes))
    assert "the class 'yes' has only 0.66% of the rows" in texts
    assert "5 rows have no target" in texts


class Tags(HTMLParser):
    """Refuses what would reach outside the page, or run in it."""

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "iframe", "img", "object")
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]


def test_a_hostile_name_or_value_stays_text():
    evil = "<script>alert(1)</script>"
    frame = pd.DataFrame({evil: [evil, "b\"'"] * 20, "y": [f"{evil}{n % 2}" for n in range(40)]})
    goal = Goal("y", "binary", (f"{evil}0", f"{evil}1"), np.arange(40) % 2)
    text = page(explored(frame, goal))
    Tags().feed(text)
    assert "&lt;script&gt;" in text


def test_the_page_stays_below_three_megabytes():
    wide = pd.DataFrame({f"column_{n}": random.normal(size=50) for n in range(3000)})
    text = page(explored(wide))
    assert len(text.encode()) < 3_000_000
    assert "1,500 more columns" in text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=4), st.floats(), st.integers(-(2**70), 2**70)),
        min_size=1,
        max_size=12,
    )
)
def test_any_values_make_a_page(values):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    assert "<h3>x</h3>" in page(explored(frame))


def shown(svg: str) -> list[str]:
    """Return the texts that a figure shows without a mouse."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_bars_say_how_many_rows_they_are(frame):
    found = {column.name: column for column in explored(frame).columns}
    counts = frame["word"].value_counts()
    assert set(shown(found["word"].counts)) == {*counts.index, *map(str, counts)}
    highest = max(int(n) for n in re.findall(r": (\d+)</title>", found["number"].counts))
    assert str(highest) in shown(found["number"].counts)
    goal = Goal("same", "regression", (), frame["same"].to_numpy())
    against = {column.name: column.against for column in explored(frame, goal).columns}
    means = frame["same"].groupby(frame["word"]).mean()
    assert {f"{mean:.3g}" for mean in means} < set(shown(against["word"]))


SAID = ["The valve leaks", "the pump of the plant leaks and the valve is stuck", "pump leaks again"]


@pytest.fixture(scope="module")
def notes() -> pd.DataFrame:
    return pd.DataFrame(
        {"x": [f"{SAID[n % 3]} {'in 19 ' * (n % 7)}{n}" for n in range(60)], "y": np.arange(60) % 2}
    )


def test_of_free_text_lengths_are_drawn_and_common_words_named(notes):
    (column, _) = explored(notes).columns
    assert column.kind == "text"
    assert column.over == "number of words"
    counts = re.findall(r"<title>([^:]*): (\d+)</title>", column.counts)
    lengths = notes["x"].str.split().str.len().value_counts()
    assert {int(label): int(count) for label, count in counts} == lengths.to_dict()
    facts = dict(column.facts)
    assert facts["words"] == f"{lengths.index.min()} to {lengths.index.max()}"
    assert facts["in most rows"].startswith("leaks (100.0%), pump (66.7%), valve (66.7%)")
    assert "most frequent" not in facts


def test_of_free_text_the_length_goes_with_the_target(notes):
    words = notes["x"].str.split().str.len()
    goal = Goal("y", "regression", (), words.to_numpy(float))
    column = explored(notes.assign(y=words), goal).columns[0]
    assert column.strength == pytest.approx(1)
    assert column.measure == "rank correlation of the number of words"
    assert 'class="mean"' in column.against


def test_letters_are_counted_where_no_blanks_part_words():
    said = [f"今天天气很好我们一起去公园散步吧{'好' * (n % 5)}{chr(0x4E00 + n)}" for n in range(60)]
    (column,) = explored(pd.DataFrame({"x": said})).columns
    assert (column.kind, column.over) == ("text", "number of letters")
    assert "in most rows" not in dict(column.facts)


@pytest.mark.parametrize("values", [[True, False], [True, False, None]])
def test_truth_values_are_written_as_a_recipe_has_them(values):
    frame = pd.DataFrame({"x": pd.Series(values * 20, dtype=object).infer_objects()})
    text = page(explored(frame))
    assert "true" in text
    assert "True" not in text
    assert "False" not in text


def test_long_values_that_differ_in_case_are_cut():
    texts = warned(pd.DataFrame({"x": ["a" * 300, "A" * 300, "b"] * 5}))
    (text,) = [text for text in texts if text.startswith("values differ only in case")]
    assert len(text) < 160
