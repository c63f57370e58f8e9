"""Nothing is lost and nothing is doubled, whatever happens; `benchmarks/chaos.py` is the long form.

Processes are killed for real, disks are full for real, and commands really start at once.
"""

import pytest

from tests.chaos import filling
from tests.chaos.agreeing import differing, found
from tests.chaos.failing import are_told, fail_often
from tests.chaos.filling import disk, fill_at
from tests.chaos.killing import kill_often
from tests.chaos.starting import IN_TIME, TRIALS, join_from_elsewhere, start_together
from tests.chaos.study import FINISHED

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


def test_ten_kills_lose_nothing_double_nothing_and_change_no_draw(tmp_path):
    tally = kill_often(tmp_path, 10, each=5, trials=24, pruners=("median",))
    assert tally.faults == {}
    assert tally.total == 10
    assert tally.terminal == 24 * tally.studies > 0


def test_candidates_that_hang_or_eat_memory_are_recorded_with_the_cause(tmp_path):
    failed = fail_often(tmp_path, 2, workers=2)
    assert failed.states == {"complete": 8, "failed": 4}
    assert are_told(failed), failed
    assert len(failed.seen.states) == failed.seen.terminal == 12
    assert set(failed.seen.states) <= set(FINISHED)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What the searches with a full disk find where it is not full."""
    return found(tmp_path_factory.mktemp("expected"), "none", 1, filling.TRIALS)


@pytest.mark.parametrize(
    ("moment", "number", "room"),
    [
        ("result of a step", 2, 0),
        ("unit of work", 3, 0),
        ("line of a trial", 2, 0),
        ("SQLite", 3, 0),
        ("fitted pipeline", 1, 4096),
        ("bundle", 1, 0),
        ("run folder", 1, 4096),
    ],
)
def test_a_disk_that_is_full_is_told_and_the_same_command_carries_on(
    tmp_path, expected, moment, number, room
):
    with disk(tmp_path / "disk") as place:
        if place is None:
            pytest.skip("no disk can be mounted here")
        assert fill_at(tmp_path / "project", place, moment, number, room).faults(expected) == []


def test_a_disk_that_is_full_stops_two_workers_too(tmp_path, expected):
    with disk(tmp_path / "disk") as place:
        if place is None:
            pytest.skip("no disk can be mounted here")
        words = ("compute.workers=2",)
        filled = fill_at(tmp_path / "project", place, "unit of work", 4, 0, *words)
    assert filled.faults(expected) == []


def test_four_that_start_at_once_search_once_and_all_succeed(tmp_path):
    alone = found(tmp_path / "alone", "none", 1, TRIALS)
    assert start_together(tmp_path / "together", 4).faults(alone) == []


def test_an_engine_elsewhere_shares_the_study_of_another(tmp_path):
    alone = found(tmp_path / "alone", "none", 1, TRIALS, *IN_TIME)
    assert join_from_elsewhere(tmp_path / "one", tmp_path / "other").faults(alone) == []


def test_four_workers_find_what_one_finds(tmp_path):
    assert dict(differing(tmp_path, "wilcoxon", (4,), 24)) == {4: 0}
