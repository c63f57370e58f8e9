"""Runs say of themselves that they go on, who carries them out, and that they were stopped."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from engine.contracts import silent
from engine.errors import NotFoundError
from engine.plan import resume, stopped
from engine.plan.claim import claimed, is_written, locked
from engine.plan.holder import Holder
from engine.plan.outputs import RUNNING, Outputs
from engine.plan.provenance import now
from engine.plan.running import FILE, Note, noted, running
from engine.search.candidate import Candidate, Trial


@pytest.fixture
def outputs(tmp_path) -> Outputs:
    return Outputs(tmp_path / "outputs")


def tell(outputs: Outputs, search: str, scores: list[float]) -> None:
    folder = outputs.store.root / search
    folder.mkdir(parents=True)
    with (folder / "trials.jsonl").open("w", encoding="utf-8") as lines:
        for index, score in enumerate(scores):
            trial = Trial(index, Candidate("linear", {}, {}), {}, "complete", (score,))
            lines.write(json.dumps(asdict(trial)) + "\n")


def begin(folder: Path, search: str = "search-a", stamp: str = "s1", **facts) -> Note:
    """What a run notes until it searches."""
    note = Note(folder, recipe="churn", stamp=stamp)
    listener = note.told(silent)
    listener("step_started", step="search", about="")
    listener("holding", folder=search)
    known = {"total": 10, "done": 1, "seconds": None, "maximize": False, "metric": "mae"}
    listener("search_started", **(known | facts), folds=3, first=None)
    (folder / "recipe.yaml").write_text("name: churn\n", "utf-8")
    return note


def test_a_run_that_goes_on_is_listed_with_all_that_it_has_told(outputs):
    tell(outputs, "search-a", [0.5, 0.3, 0.4])
    with claimed(outputs.root / "churn", RUNNING) as folder:
        begin(folder)
        (run,) = running(outputs)
        tree = run.tree(run.facts["searching"] + 60)
        assert (tree["trials"], tree["total"], tree["best"], tree["family"]) == (
            3,
            10,
            0.3,
            "linear",
        )
        assert tree["trials_per_minute"] == pytest.approx(2.0)  # one was told before
        assert tree["seconds_left"] == pytest.approx(210.0)
        assert (tree["pid"], tree["recipe"], tree["waiting"]) == (os.getpid(), "churn", None)
        assert running(outputs, ["other"]) == []
    assert running(outputs) == []


def test_what_ends_first_is_what_is_left(outputs):
    tell(outputs, "search-a", [0.5, 0.3, 0.4])
    with claimed(outputs.root / "churn", RUNNING) as folder:
        begin(folder, seconds=100.0)
        (run,) = running(outputs)
        assert run.tree(run.facts["searching"] + 60)["seconds_left"] == pytest.approx(40.0)


def test_a_folder_that_a_killed_run_has_left_is_not_running(outputs):
    folder = outputs.root / "churn" / f"{RUNNING}left"
    folder.mkdir(parents=True)
    begin(folder)
    assert not is_written(folder)
    assert running(outputs) == []
    (left,) = stopped.stopped(outputs.root / "churn")
    assert left.name == "s1"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"recipe": "churn"}', '{"recipe":1,"holder":3}']
)
def test_a_note_that_is_torn_is_passed_over(outputs, text):
    with claimed(outputs.root / "churn", RUNNING) as folder:
        (folder / FILE).write_text(text, "utf-8")
        assert running(outputs) == []


def test_a_run_of_another_process_is_seen(outputs):
    code = (
        "import sys; from pathlib import Path; from engine.plan.claim import claimed\n"
        "from engine.plan.running import Note\n"
        "with claimed(Path(sys.argv[1]), '.running-') as folder:\n"
        "    Note(folder, recipe='churn', stamp='s'); print(folder, flush=True); input()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(outputs.root / "churn")], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    folder = Path(process.stdout.readline().strip())
    try:
        (run,) = running(outputs)
        assert run.tree(now())["pid"] == process.pid
        assert run.folder == folder
    finally:
        process.kill()
        process.communicate()
    assert running(outputs) == []
    assert folder.exists()


def test_who_holds_a_lock_can_be_read_while_it_is_held(tmp_path):
    path, here = tmp_path / "lock", Holder.here(Path("outputs/churn/x"))
    path.write_text("what a longer text of an earlier holder has left" * 9, "utf-8")
    with locked(path, False, pytest.fail, here.text()):
        assert Holder.read(path) == here
        assert f"process {os.getpid()} of {here.user} on {here.host}, since 20" in str(here)


def test_a_holder_that_is_gone_is_not_named(tmp_path):
    path, here = tmp_path / "lock", Holder.here(tmp_path)
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    for gone in (replace(here, pid=process.pid), replace(here, born="1")):  # a number taken again
        path.write_text(gone.text(), "utf-8")
        assert Holder.read(path) is None
    path.write_text(replace(here, host="elsewhere", born="1").text(), "utf-8")
    assert Holder.read(path) is not None
    for text in ("", "{", "3", '{"pid": 3}'):
        path.write_text(text, "utf-8")
        assert Holder.read(path) is None


def test_what_is_kept_of_a_stopped_run_is_small_and_goes_when_it_is_whole(outputs):
    parent = outputs.root / "churn"
    with claimed(parent, RUNNING) as folder:
        begin(folder)
        (folder / "log.txt").write_text("x" * 100_000, "utf-8")
        stopped.keep(folder)
    (left,) = stopped.stopped(parent)
    assert sum(path.stat().st_size for path in left.folder.iterdir()) < 4000
    assert (left.name, left.facts["search"]) == ("s1", "search-a")
    with claimed(parent, RUNNING) as folder:
        begin(folder, stamp="s2")
        stopped.keep(folder)
    assert [run.name for run in stopped.stopped(parent)] == ["s2"], "the same search, once"
    run = parent / "whole"
    run.mkdir()
    steps = [{"name": "search", "fingerprint": "b"}]
    (run / "plan.json").write_text(json.dumps({"steps": steps}), "utf-8")
    stopped.carried_on(run)
    assert len(stopped.stopped(parent)) == 1
    (run / "plan.json").write_text(json.dumps({"steps": [{**steps[0], "fingerprint": "a"}]}))
    stopped.carried_on(run)
    assert stopped.stopped(parent) == []


def test_a_run_that_had_not_begun_to_search_leaves_nothing(outputs):
    parent = outputs.root / "churn"
    with claimed(parent, RUNNING) as folder:
        Note(folder, recipe="churn", stamp="s1")
        stopped.keep(folder)
    assert list(parent.iterdir()) == []


def test_killed_runs_are_kept_before_they_are_swept(outputs):
    parent = outputs.root / "churn"
    for name in ("a", "b"):
        folder = parent / f"{RUNNING}{name}"
        folder.mkdir(parents=True)
        begin(folder, f"search-{name}", name)
    stopped.keep_killed(parent)
    with claimed(parent, RUNNING):
        assert [run.name for run in stopped.stopped(parent)] == ["a", "b"]
    assert not any(path.name.startswith(RUNNING) for path in parent.iterdir())


def test_a_run_to_carry_on_is_found_by_its_name_its_folder_and_as_the_latest(outputs, monkeypatch):
    parent = outputs.root / "churn"
    for name in ("a", "b"):
        with claimed(parent, RUNNING) as folder:
            begin(folder, f"search-{name}", name)
            stopped.keep(folder)
    first, last = stopped.stopped(parent)
    for name, found in (("a", first), ("b", last), ("latest", last), (str(first.folder), first)):
        assert resume.find(outputs, ["churn"], name) == found.folder
    with pytest.raises(NotFoundError, match="run of churn"):
        resume.find(outputs, ["churn"], "c")
    with pytest.raises(NotFoundError, match="other has no run to carry on"):
        resume.find(outputs, ["other"], "latest")


def test_notes_are_whole_at_any_time(outputs):
    with claimed(outputs.root / "churn", RUNNING) as folder:
        note = begin(folder)
        assert noted(folder)["step"] == "search"
        note.remove()
        assert not (folder / FILE).exists()
