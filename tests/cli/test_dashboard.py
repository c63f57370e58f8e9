"""A search opens in optuna-dashboard, while it goes on too."""

import json
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from engine.plan.claim import claimed
from engine.plan.outputs import RUNNING
from engine.plan.running import Note
from engine.recipe.ranges import Interval, Whole
from engine.recipe.space import Draw, Table
from engine.search.aims import Aims
from engine.search.candidate import Candidate, FamilySpace, Trial
from engine.search.record import Record

DEPTH = "model.tree.params.max_depth"
RATE = "model.tree.params.rate"
NUMBERS = {"max_depth": Draw(DEPTH, Whole(2, 9), 5), "rate": Draw(RATE, Interval(0.1, 1), 0.5)}
TREE = FamilySpace("tree", Table({}, {}), Table(NUMBERS, {}))
DUMMY = FamilySpace("dummy", Table({}, {}), Table({}, {}))


def trial(index, state="complete", scores=(0.5, 0.75, 1.0), family="tree", **more):
    values = {"model": family} | ({DEPTH: index + 2, RATE: 0.25} if family == "tree" else {})
    return Trial(index, Candidate(family, {}, {}), values, state, scores, (), 1.25, **more)


TRIALS = [
    trial(0),
    trial(1, "pruned", (0.25, 0.5)),
    trial(2, "failed", (), error="ValueError: too deep"),
    trial(3, family="dummy"),
    trial(4, same_as=0),
]


@pytest.fixture
def search(folder):
    """A search of the recipe shop that goes on."""
    with claimed(folder / "outputs" / "shop", RUNNING) as run:
        note = Note(run, recipe="shop", stamp="s")
        note.told(lambda event, **facts: None)("holding", folder="search-abc")
        place = folder / "outputs" / ".store" / "search-abc"
        place.mkdir(parents=True)
        record = Record(place, [TREE, DUMMY], Aims.one(True, "roc_auc"))
        for one in TRIALS:
            record.tell(one)
        yield record
        record.close()


def test_the_command_names_the_file(engine, search):
    told = engine("runs", "shop", "--dashboard")
    assert told.out == "optuna-dashboard sqlite:///outputs/.store/search-abc/study.sqlite3\n"
    assert (search.folder / "study.sqlite3").is_file()


@pytest.mark.slow
def test_the_dashboard_shows_what_the_search_has_told(engine, search):
    program, storage = shlex.split(engine("runs", "shop", "--dashboard").out)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = Path(sys.executable).with_name(program)
    process = subprocess.Popen(
        [path, storage, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        study = asked(port, "studies", process)["study_summaries"][0]
        assert study["study_name"] == "search"
        found = asked(port, f"studies/{study['study_id']}", process)
        assert found["objective_names"] == ["roc_auc"]
        trials = found["trials"]
        assert [one["state"] for one in trials] == [
            "Complete", "Pruned", "Fail", "Complete", "Complete",
        ]  # fmt: skip
        assert [one.get("values") for one in trials] == [[0.75], None, None, [0.75], [0.75]]
        assert values(trials[0]["params"], "param_internal_value")[DEPTH] == 2
        assert [s["value"] for s in trials[1]["intermediate_values"]] == [0.25, 0.5]
        assert values(trials[2]["user_attrs"], "value")["error"] == "ValueError: too deep"
        attributes = values(trials[0]["user_attrs"], "value")
        assert attributes == {
            "family": "tree", "seconds": "1.25", "out_of_fold": "units/000000_*.npz",
        }  # fmt: skip
        search.tell(trial(5))
        end, numbers = time.monotonic() + 60, []
        while not numbers and time.monotonic() < end:  # it looks into the file now and then
            after = asked(port, f"studies/{study['study_id']}?after=5", process)
            numbers = [one["number"] for one in after["trials"]]
            time.sleep(0.5)
        assert numbers == [5]
    finally:
        process.kill()
        process.wait()


def values(listed, key):
    return {one.get("key") or one.get("name"): one[key] for one in listed}


def asked(port: int, path: str, process):
    """Ask the dashboard's API, once it answers."""
    end = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/{path}", timeout=60) as page:
                return json.load(page)
        except OSError:
            assert process.poll() is None, "it has ended"
            assert time.monotonic() < end, "it does not answer"
            time.sleep(0.2)
