"""What is seen while a search goes on."""

import re

import pytest

from engine.cli import picture
from engine.cli.progress import Watcher
from engine.cli.standing import Standing
from engine.search.candidate import Candidate, Trial

FIRST = {
    "xgboost": {"model.xgboost.params.max_depth": 5, "model.xgboost.params.learning_rate": 0.05},
    "linear": {"model.linear.params.C": 1.0},
    "dummy": {},
}
STEPS = "features.blocks.amounts.steps"


def trial(index, family="xgboost", mean=0.5, state="complete", same_as=None, seconds=1.5, **values):
    drawn = {"model": family} | {f"model.{family}.params.{k}": v for k, v in values.items()}
    scores = (mean - 0.01, mean + 0.01, mean) if state == "complete" else (mean,)
    return Trial(
        index, Candidate(family, {}, {}), drawn, state, scores, (), seconds, same_as=same_as
    )


def standing(trials=40, seconds=None, ended=11) -> Standing:
    """A search that has gone on for 90 seconds."""
    made = Standing(100.0, trials, 3, True, "roc_auc", seconds, FIRST)
    made.earlier([trial(0, max_depth=5, learning_rate=0.05), trial(1, "linear", 0.6, C=1.0)])
    for index in range(2, 2 + ended):
        state = {4: "pruned", 7: "failed"}.get(index, "complete")
        values = {"max_depth": index, "learning_rate": 0.05 if index % 2 else 0.01234}
        made.ended(trial(index, mean=0.5 + index / 100, state=state, **values), 100 + 8 * index)
        for _ in range(3):
            made.fit_ended()
    made.ended(trial(13, "dummy", 0.5, seconds=0.01), 188.0)
    return made


def drawn(*given, **named) -> str:
    return "\n".join(line.plain for line in picture.lines(*given, **named)) + "\n"


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 12), (20, 6), (80, 3)])
def test_the_picture_fits_into_the_terminal(snapshot, width, height):
    text = drawn(standing(seconds=600.0), 190.0, width, height)
    lines = text.splitlines()
    assert len(lines) < height
    assert max(map(len, lines)) < width
    snapshot(f"watching_{width}x{height}", text)


def test_a_large_terminal_shows_more_leaders():
    many = standing(trials=100, ended=60)
    shown = [len(picture.lines(many, 600.0, 100, height)) for height in (10, 24, 40)]
    assert shown == sorted(set(shown))
    assert shown[-1] == picture.MOST_ROWS + 4


@pytest.mark.parametrize("height", range(1, 12))
@pytest.mark.parametrize("width", [1, 2, 8, 13, 30, 61])
def test_no_terminal_is_too_small(width, height):
    lines = picture.lines(standing(), 190.0, width, height)
    assert len(lines) <= max(1, height - 1)
    assert all(len(line.plain) <= max(1, width - 1) for line in lines)


def test_the_best_stands_first_and_what_is_the_same_candidate_only_once():
    made = standing()
    made.ended(trial(14, mean=0.99), 190.0)
    made.ended(trial(15, mean=0.99, same_as=14), 191.0)
    rows = drawn(made, 192.0, 100, 40).splitlines()[4:]
    assert rows[0].split()[:3] == ["1", "xgboost", "0.9900"]
    assert sum("0.9900" in row for row in rows) == 1
    assert made.done == 16


def test_less_is_better_where_the_metric_says_so():
    made = Standing(0.0, 9, 3, False, "mae")
    assert made.ended(trial(0, mean=0.5), 1.0)
    assert made.ended(trial(1, mean=0.4), 2.0)
    assert not made.ended(trial(2, mean=0.45), 3.0)
    assert not made.ended(trial(3, mean=float("nan")), 3.0)
    assert [found.index for found in made.leaders] == [1, 2, 0]


def test_the_values_that_differ_from_the_defaults_are_shown():
    made = Standing(0.0, 9, 3, defaults=FIRST)
    found = made.differing(trial(3, max_depth=5, learning_rate=0.1))
    assert found == {"model.xgboost.params.learning_rate": 0.1}


def test_the_pace_is_that_of_the_last_trials():
    made = Standing(0.0, 1000, 3)
    for index in range(100):  # one a second, then ten a second
        made.ended(trial(index), float(index))
    for index in range(100, 200):
        made.ended(trial(index), 99 + (index - 99) / 10)
    assert made.per_minute(109.0) == pytest.approx(600, rel=0.01)
    assert made.left(109.0)[0] == pytest.approx(80, rel=0.01)


def test_a_search_that_stalls_is_said_to_slow_down():
    made = standing()
    assert made.per_minute(500.0) < made.per_minute(200.0)


def test_before_the_first_trial_the_pace_is_that_of_fits():
    made = Standing(0.0, 10, 4)
    assert made.per_minute(1.0) is None
    assert made.left(1.0) == (None, False)
    made.fit_ended()
    made.fit_ended()
    assert made.per_minute(10.0) == pytest.approx(3.0)  # half a trial in 10 seconds
    assert made.left(10.0) == (pytest.approx(200.0), False)


@pytest.mark.parametrize(("seconds", "left"), [(None, 171.0), (1000.0, 171.0), (150.0, 60.0)])
def test_what_ends_first_is_what_is_left(seconds, left):
    made = standing(seconds=seconds)
    pace = made.per_minute(190.0)
    expected = 60 * (40 - made.done) / pace
    found, limited = made.left(190.0)
    assert limited == (seconds == 150.0)
    assert found == pytest.approx(60.0 if limited else expected)


def test_texts_that_would_break_a_line_do_not():
    made = Standing(0.0, 9, 3, metric="mae", defaults={})
    made.ended(trial(0, a="x\ny\x1b[31m"), 1.0)
    assert all("\n" not in line.plain and "\x1b" not in line.plain
               for line in picture.lines(made, 2.0, 100, 24))  # fmt: skip


def test_plain_lines_elsewhere_than_on_a_terminal(capsys):
    with Watcher(4) as watcher:
        watcher("step_started", step="search", about="try candidates")
        watcher(
            "search_started", maximize=True, done=0, first=None, folds=3, total=4, metric="mae",
            seconds=None, earlier=(), defaults=FIRST,
        )  # fmt: skip
        watcher("trial_finished", trial=trial(0))
        watcher("trial_finished", trial=trial(1, mean=0.4))
        watcher("notice", text="a [remark]")
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "search: try candidates"
    assert re.fullmatch(r"  trial   0  xgboost +0\.5000 \*", told[1])
    assert re.fullmatch(r"  trial   1  xgboost +0\.4000", told[2])
    assert told[3] == "note: a [remark]"
