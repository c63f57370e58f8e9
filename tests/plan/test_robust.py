"""Nothing that happens to a run leaves what looks whole and is not."""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from engine.cli import main
from engine.errors import DataError, EngineError
from engine.plan import claim, outputs
from engine.plan.claim import claimed, sweep
from engine.plan.hidden import Hidden
from engine.plan.outputs import RUNNING, Outputs, run_folder, whole_runs
from engine.plan.progress import Progress
from engine.plan.step import STEPS, name
from engine.plan.store import Store, is_whole
from engine.search import record
from engine.steps import evaluate, load
from tests.plan.project import Heard, write_data


def left_over(root: Path) -> list[str]:
    """Whatever in the outputs is neither a whole run nor a result."""
    found = [
        *root.glob(f"*/{RUNNING}*"),
        *root.glob(".store/.partial-*"),
        *root.glob("*/.latest-*"),
    ]
    return [str(path) for path in found]


class Interrupted(BaseException):
    """Stands for whatever ends a run."""


@pytest.mark.parametrize("error", [Interrupted(), KeyboardInterrupt(), RuntimeError("a bug")])
def test_a_run_that_ends_midway_leaves_no_folder_and_is_carried_on(new, monkeypatch, error):
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(evaluate, "run", fail)
        with pytest.raises(type(error)):
            new.run()
    assert new.outputs.runs("small") == []
    assert left_over(Path("outputs")) == []
    ran = new.run()
    assert ran.done == ["evaluate", "pack"]
    assert Path("outputs/small/latest").resolve() == ran.folder.resolve()


def test_a_search_that_ends_midway_is_carried_on_without_fitting_again(new, monkeypatch):
    real = record.Record.keep
    kept = []

    def keep(self, *unit: object) -> None:
        if len(kept) == 7:
            raise Interrupted
        kept.append(unit)
        real(self, *unit)

    with monkeypatch.context() as patched:
        patched.setattr(record.Record, "keep", keep)
        with pytest.raises(Interrupted):
            new.run()
    assert new.plan()["search"]["fits_done"] == 7
    assert new.run().fits == 15 - 7


def at_once(count: int, work) -> None:
    """Do something in several threads that begin together."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> None:
        barrier.wait()
        work(number)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("soon", [30.0, 0.1])
def test_what_several_runs_have_in_common_is_made_by_one_of_them(new, monkeypatch, soon):
    made, found, heard = [], [], Heard()
    recipe, store = new.load().recipe, Store(new.root / "store")
    real = load.run

    def slow(recipe, inputs, folder, listener):
        made.append(folder)
        time.sleep(0.5)
        return real(recipe, inputs, folder, listener)

    def look(number: int) -> None:
        with Progress(recipe, store, heard, Hidden()) as progress:
            step = next(step for step in STEPS if name(step) == "load")
            progress.do(step, progress.look(step))
            found.append(progress.results["load"].frame.shape)

    monkeypatch.setattr(load, "run", slow)
    monkeypatch.setattr(claim, "SOON", soon)
    at_once(3, look)
    assert len(made) == 1, "the others have waited for it"
    assert len(found) == 3
    assert len(set(found)) == 1
    said = "another run is at the same step, load; waiting for what comes of it"
    told = [facts["text"] for event, facts in heard.events if event == "waiting"]
    assert told == ([said] * 2 if soon < 1 else [])
    assert [path.name[:5] for path in store.root.iterdir()] == ["load-"]


def test_what_a_run_that_failed_was_to_make_is_made_by_the_next(tmp_path):
    store, begun, ended = Store(tmp_path), threading.Event(), []

    def fail() -> None:
        with suppress(InterruptedError), store.making("load", "1", lambda: None):
            begun.set()
            time.sleep(0.2)
            raise InterruptedError

    failing = threading.Thread(target=fail)
    failing.start()
    begun.wait()
    with store.making("load", "1", lambda: None):
        ended.append("made")
    failing.join()
    assert ended == ["made"]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_was_to_make_is_made_by_the_next_and_leaves_nothing(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from engine.plan.store import Store\n"
        "with Store(Path(sys.argv[1])).making('load', sys.argv[2], print):\n"
        "    print('begun', flush=True); time.sleep(60)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    makers = [subprocess.Popen([*words, n], stdout=subprocess.PIPE, text=True) for n in "12"]
    try:
        assert [maker.stdout.readline() for maker in makers] == ["begun\n"] * 2
        makers[0].kill()
        makers[0].wait()
        with Store(tmp_path).making("load", "3", lambda: None):
            left = sorted(path.name for path in tmp_path.iterdir())
            assert left == [".made-load-2", ".made-load-3"], "one lives"
        with Store(tmp_path).making("load", "1", lambda: None):
            pass
        assert [path.name for path in tmp_path.iterdir()] == [".made-load-2"]
    finally:
        for maker in makers:
            maker.kill()
            maker.communicate()


def test_runs_of_the_same_second_do_not_share_a_folder(tmp_path):
    def write(number: int) -> None:
        with run_folder(tmp_path / "r", "2026-01-01_00-00-00") as place:
            (place.partial / "number").write_text(str(number), "utf-8")
            (place.partial / "scorecard.json").write_text("{}", "utf-8")

    at_once(8, write)
    runs = whole_runs(tmp_path / "r")
    assert [run.name for run in runs] == [
        "2026-01-01_00-00-00",
        *(f"2026-01-01_00-00-00_{number}" for number in range(2, 9)),
    ]
    assert sorted((run / "number").read_text("utf-8") for run in runs) == list("01234567")
    assert (tmp_path / "r" / "latest").resolve() == runs[-1].resolve()
    assert left_over(tmp_path) == []


def test_latest_is_the_newest_run_even_if_an_older_one_ends_later(tmp_path):
    for stamp in ("2026-01-01_00-00-09", "2026-01-01_00-00-01"):
        with run_folder(tmp_path / "r", stamp) as place:
            (place.partial / "scorecard.json").write_text("{}", "utf-8")
    assert (tmp_path / "r" / "latest").resolve().name == "2026-01-01_00-00-09"
    assert Outputs(tmp_path).latest("r") == tmp_path / "r" / "2026-01-01_00-00-09"


def test_latest_is_the_newest_run_even_if_that_ends_in_the_same_moment(tmp_path, monkeypatch):
    newer, real = tmp_path / "r" / "2026-01-01_00-00-09", outputs.whole_runs

    def meanwhile(folder: Path) -> list[Path]:
        found = real(folder)
        newer.mkdir(exist_ok=True)
        (newer / "scorecard.json").write_text("{}", "utf-8")
        return found

    monkeypatch.setattr(outputs, "whole_runs", meanwhile)
    with run_folder(tmp_path / "r", "2026-01-01_00-00-01") as place:
        (place.partial / "scorecard.json").write_text("{}", "utf-8")
    assert (tmp_path / "r" / "latest").resolve() == newer.resolve()


def test_what_a_killed_run_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from engine.plan.claim import claimed\n"
        "with claimed(Path(sys.argv[1]), '.running-') as folder:\n"
        "    (folder / 'log.txt').write_text('x'); print(folder, flush=True); time.sleep(60)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    writers = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        folders = [Path(writer.stdout.readline().strip()) for writer in writers]
        writers[0].kill()
        writers[0].wait()
        sweep(tmp_path, ".running-")
        assert [folder.exists() for folder in folders] == [False, True]
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()


def test_a_claimed_folder_goes_unless_it_was_renamed(tmp_path):
    with claimed(tmp_path, ".x-") as folder:
        (folder / "file").write_text("", "utf-8")
    assert list(tmp_path.iterdir()) == []
    with claimed(tmp_path, ".x-") as folder:
        folder.rename(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_of_two_that_write_the_same_result_the_first_stays(tmp_path):
    store = Store(tmp_path)
    with store.writing("step", "1") as slow:
        with store.writing("step", "1") as fast:
            (fast / "who").write_text("fast", "utf-8")
        (slow / "who").write_text("slow", "utf-8")
    assert (store.folder("step", "1") / "who").read_text("utf-8") == "fast"
    with store.writing("step", "1", replace=True) as other:
        (other / "who").write_text("other", "utf-8")
    assert (store.folder("step", "1") / "who").read_text("utf-8") == "other"
    assert [path.name for path in tmp_path.iterdir()] == ["step-1"]


@pytest.mark.parametrize("harm", ["truncate", "delete", "add"])
def test_a_damaged_result_is_not_whole(tmp_path, harm):
    store = Store(tmp_path)
    with store.writing("step", "1") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_text("content", "utf-8")
    final = store.folder("step", "1")
    assert is_whole(final)
    path = final / "inner" / "file"
    match harm:
        case "truncate":
            path.write_text("con", "utf-8")
        case "delete":
            path.unlink()
        case "add":
            (final / "another").write_text("", "utf-8")
    assert not is_whole(final)


@pytest.mark.parametrize(
    ("step", "file"),
    [("load", "facts.json"), ("split", "split.npz"), ("assemble", "numbers.npy"),
     ("choose", "chosen.json"), ("refit", "pipeline.skops"), ("evaluate", "scores.json"),
     ("pack", "bundle/manifest.json")],
)  # fmt: skip
@pytest.mark.parametrize("harm", ["truncate", "delete"])
def test_a_damaged_result_is_made_again(project, step, file, harm):
    (path,) = [folder / file for folder in project.stored(step)]
    if harm == "delete":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:20])
    ran = project.run()
    assert ran.done == [step]
    assert project.run().done == []


def test_a_result_damaged_beyond_notice_is_named_with_its_folder(project):
    (folder,) = project.stored("split")
    path = folder / "split.npz"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(EngineError) as caught:
        project.run("evaluation.metrics=[f1]")
    assert folder.name in str(caught.value)
    assert "engine run small --fresh" in str(caught.value)


@pytest.mark.parametrize("file", ["trials.jsonl", "study.sqlite3", "facts.json", "units"])
@pytest.mark.parametrize("harm", ["garbage", "truncate", "delete"])
def test_a_damaged_search_is_mended_or_named_never_a_traceback(project, capsys, file, harm):
    (folder,) = project.stored("search")
    path = next((folder / "units").iterdir()) if file == "units" else folder / file
    match harm:
        case "garbage":
            path.write_bytes(b"\xff{not" * 50 + b"\n")
        case "truncate":
            path.write_bytes(path.read_bytes()[:30])
        case "delete":
            path.unlink()
    code = main(["run", "small", "search.trials=6", "evaluation.metrics=[f1]"])
    said = capsys.readouterr().err
    assert code in (0, 2), said
    assert "fault of the engine" not in said
    if code == 2:
        assert folder.name in said
        assert "--fresh" in said
        assert main(["run", "small", "search.trials=6", "--fresh"]) == 0
    assert left_over(Path("outputs")) == []


def test_fresh_does_this_recipe_again_and_leaves_all_others(project):
    other = project.outputs.store.root / "load-another"
    other.mkdir()
    (other / "step.json").write_text("{}", "utf-8")
    before = {path.name: path.stat().st_ino for path in project.outputs.store.root.iterdir()}
    ran = project.run(fresh=True)
    assert ran.heard.steps("step_reused") == []
    assert ran.fits == 15
    assert other.is_dir()
    after = {path.name: path.stat().st_ino for path in project.outputs.store.root.iterdir()}
    assert set(before) == set(after)
    same = {name for name in before if before[name] == after[name]}
    assert same == {"load-another", *(path.name for path in project.stored("search"))}
    assert project.run().done == []


def test_a_fresh_run_leaves_shorter_and_longer_studies_in_step(project):
    project.run("search.trials=8")
    assert project.run(fresh=True).fits == 15
    assert project.run("search.trials=8").fits <= 9


def test_data_that_changes_while_it_is_read_is_not_learnt_from(new, monkeypatch):
    real = load.run

    def slowly(*arguments: object) -> object:
        made = real(*arguments)
        write_data(new.root / "data.csv", rows=90)
        return made

    with monkeypatch.context() as patched:
        patched.setattr(load, "run", slowly)
        with pytest.raises(DataError, match="has changed while it was read"):
            new.run()
    assert new.stored("load") == []
    assert new.run().card["rows"]["train"] == 72


@pytest.mark.parametrize(
    ("verb", "where"),
    [("run", "outputs"), ("run", "outputs/small"), ("run", "outputs/.store"), ("plan", "outputs")],
)
def test_outputs_that_are_a_file_are_told(new, capsys, verb, where):
    Path(where).parent.mkdir(exist_ok=True)
    Path(where).write_text("", "utf-8")
    assert main([verb, "small"]) == 2
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert where in said


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_what_cannot_be_written_is_told_in_one_message(new, capsys, monkeypatch, code):
    def full(*_: object) -> None:
        raise OSError(code, os.strerror(code), "outputs/x")

    with monkeypatch.context() as patched:
        patched.setattr("engine.plan.store.settle", full)
        assert main(["run", "small"]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 1
    assert "cannot be written" in errors[0]
    assert left_over(Path("outputs")) == []
    assert main(["run", "small"]) == 0


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 300 kB, where this machine lets us mount one."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(place)]
    if (
        not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.chaos
@pytest.mark.parametrize("room", [4, 24, 64, 120, 200, 260])
def test_a_full_disk_is_told_and_what_is_finished_is_kept(new, tiny_disk, capsys, room):
    os.symlink(tiny_disk, "outputs")
    (tiny_disk / "ballast").write_bytes(b"x" * (300 - room) * 1024)
    assert main(["run", "small"]) == 2
    said = capsys.readouterr().err
    assert "the disk is full" in said, said
    assert not Outputs(tiny_disk).runs("small")
    assert left_over(tiny_disk) == []
    (tiny_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=50m", str(tiny_disk)], check=True)
    assert main(["run", "small"]) == 0


@pytest.mark.chaos
def test_a_disk_that_may_not_be_written_is_told(new, tiny_disk, capsys):
    os.symlink(tiny_disk, "outputs")
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    assert main(["run", "small"]) == 2
    assert "cannot be written: Read-only file system" in capsys.readouterr().err


def test_the_log_is_lines_of_an_event_and_facts(project):
    lines = (project.run(fresh=True).folder / "log.txt").read_text("utf-8").splitlines()
    events = [line.split(maxsplit=2) for line in lines]
    assert {event for _, event, _ in events} >= {"step_started", "trial_finished", "step_finished"}
    assert all(float(seconds) >= 0 and json.loads(facts) for seconds, _, facts in events)
