"""The same draws and scores, however many workers there are, and whatever interrupts them."""

import warnings

import optuna
import pytest

from engine.search.aims import Aims
from engine.search.candidate import Outcome
from engine.search.record import Record
from tests.search.studies import (
    FOLDS,
    InterruptedSearchError,
    Workers,
    drawn,
    drive,
    families,
    finite,
    outcome,
)

SAMPLERS = ("tpe", "random")
TRIALS = 24  # TPE learns from the eighteenth on: ten to begin with, and a lag of eight


def some_fail(candidate, fold):
    """Every fourth candidate fails in its second fold, every seventh has no score in its third."""
    number = int(candidate.key, 16)
    if number % 4 == 0 and fold == 1:
        return Outcome(float("nan"), error="ValueError: it does not like this", seconds=0.01)
    if number % 7 == 0 and fold == 2:
        return Outcome(float("nan"))
    return outcome(candidate, fold)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an uninterrupted search with one worker finds, by sampler."""
    folders = {name: tmp_path_factory.mktemp(name) for name in SAMPLERS}
    return {
        name: drawn(drive(folder, TRIALS, Workers(1, work=some_fail), sampler=name))
        for name, folder in folders.items()
    }


def sqlite(folder, maximize=True):
    record = Record(folder, families(), Aims.one(maximize))
    found = record._study.get_trials(deepcopy=False)
    record.close()
    return found


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_workers_draws_the_same(tmp_path, whole, sampler, workers):
    found = drive(tmp_path, TRIALS, Workers(workers, work=some_fail), sampler=sampler)
    assert drawn(found) == whole[sampler]


@pytest.mark.parametrize(
    ("sampler", "workers", "stops"),
    [
        ("tpe", 1, (1,)),
        ("tpe", 1, (17, 23, 9)),
        ("tpe", 3, (2, 27)),
        ("tpe", 3, (20, 1, 25)),
        ("random", 2, (5, 30)),
    ],
)
def test_an_interrupted_search_ends_as_if_it_had_not_been(tmp_path, whole, sampler, workers, stops):
    begun: list[tuple[int, int]] = []
    for stop in stops:
        hands = Workers(workers, stop_at=stop, work=some_fail)
        with pytest.raises(InterruptedSearchError):
            drive(tmp_path, TRIALS, hands, sampler=sampler)
        begun += hands.begun
    hands = Workers(workers, work=some_fail)
    found = drive(tmp_path, TRIALS, hands, sampler=sampler)
    assert drawn(found) == whole[sampler]
    repeated = set(begun) & set(hands.begun)
    assert not repeated, f"finished units were run again: {repeated}"


@pytest.mark.parametrize("stop", [16, 50])
def test_sqlite_holds_the_same_trials_and_none_is_running(tmp_path, stop):
    with pytest.raises(InterruptedSearchError):
        drive(tmp_path, TRIALS, Workers(2, stop_at=stop, work=some_fail))
    found = drive(tmp_path, TRIALS, Workers(2, work=some_fail))
    recorded = sqlite(tmp_path)
    assert [trial.number for trial in recorded] == [trial.index for trial in found]
    assert [trial.params for trial in recorded] == [trial.values for trial in found]
    assert [trial.value for trial in recorded] == [
        trial.mean if trial.state == "complete" else None for trial in found
    ]
    states = {trial.state for trial in recorded}
    assert states == {optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.FAIL}


@pytest.mark.parametrize("sampler", [*SAMPLERS, "grid"])
def test_ten_trials_and_then_twenty_are_twenty_at_once(tmp_path, sampler):
    spaces = finite(200) if sampler == "grid" else families({"rest": "auto"})[1:]
    at_once = drive(tmp_path / "a", 20, sampler=sampler, spaces=spaces)
    first = drive(tmp_path / "b", 10, sampler=sampler, spaces=spaces)
    hands = Workers(1)
    then = drive(tmp_path / "b", 20, hands, sampler=sampler, spaces=spaces)
    assert drawn(first) == drawn(at_once)[:10]
    assert drawn(then) == drawn(at_once)
    assert min(trial for trial, _ in hands.begun) == 10


def test_fewer_trials_than_there_are_give_the_first_of_them(tmp_path, whole):
    drive(tmp_path, TRIALS, Workers(1, work=some_fail))
    hands = Workers(1)
    assert drawn(drive(tmp_path, 5, hands)) == whole["tpe"][:5]
    assert not hands.begun


def test_another_seed_draws_otherwise(tmp_path):
    first = drive(tmp_path / "a", 6, seed=0)
    second = drive(tmp_path / "b", 6, seed=1)
    assert drawn(first)[:2] == drawn(second)[:2], "the defaults know no seed"
    assert drawn(first)[2:] != drawn(second)[2:]


def test_a_negative_or_huge_seed_will_do(tmp_path):
    drive(tmp_path / "a", 4, seed=-3)
    drive(tmp_path / "b", 4, seed=2**40)


def test_a_torn_last_line_is_mended(tmp_path, whole):
    drive(tmp_path, 12, Workers(1, work=some_fail))
    path = tmp_path / "trials.jsonl"
    path.write_bytes(path.read_bytes() + b'{"index": 12, "candid')
    assert drawn(drive(tmp_path, TRIALS, Workers(1, work=some_fail))) == whole["tpe"]


def test_a_line_cut_anywhere_is_mended(tmp_path, whole):
    drive(tmp_path, 9, Workers(1, work=some_fail))
    path = tmp_path / "trials.jsonl"
    path.write_bytes(path.read_bytes()[:-1])  # only the end of the line is gone: not told
    (tmp_path / "study.sqlite3").unlink()
    assert drawn(drive(tmp_path, TRIALS, Workers(1, work=some_fail))) == whole["tpe"]
    assert len(sqlite(tmp_path)) == TRIALS


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 500])
def test_a_lost_or_damaged_sqlite_file_is_made_anew(tmp_path, whole, damage):
    drive(tmp_path, 9, Workers(1, work=some_fail))
    path = tmp_path / "study.sqlite3"
    path.write_bytes(damage)
    assert drawn(drive(tmp_path, TRIALS, Workers(1, work=some_fail))) == whole["tpe"]
    assert len(sqlite(tmp_path)) == TRIALS


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"not a zip"])
def test_an_unreadable_unit_is_run_again(tmp_path, whole, content):
    with pytest.raises(InterruptedSearchError):
        drive(tmp_path, TRIALS, Workers(1, stop_at=8, work=some_fail))
    units = sorted((tmp_path / "units").glob("*.npz"))
    units[-1].write_bytes(content)
    hands = Workers(1, work=some_fail)
    assert drawn(drive(tmp_path, TRIALS, hands)) == whole["tpe"]
    assert hands.begun[0] == tuple(int(part) for part in units[-1].stem.split("_"))


def test_a_unit_of_another_candidate_is_not_taken_for_this_one(tmp_path):
    with pytest.raises(InterruptedSearchError):
        drive(tmp_path, 1, Workers(1, stop_at=2))
    hands = Workers(1)
    drive(tmp_path, 1, hands, spaces=list(reversed(families())))
    assert hands.begun == [(0, fold) for fold in range(FOLDS)]


def test_units_that_still_run_when_one_is_interrupted_are_kept(tmp_path):
    hands = Workers(3, stop_at=5)
    with pytest.raises(InterruptedSearchError):
        drive(tmp_path, TRIALS, hands)
    kept = {path.stem for path in (tmp_path / "units").glob("*.npz")}
    assert kept == {f"{trial:06d}_{fold:03d}" for trial, fold in hands.begun}


def test_nothing_is_warned_of(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drive(tmp_path, TRIALS)
