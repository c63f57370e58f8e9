"""Runs that are killed, interrupted, or not alone."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from engine.plan.outputs import RUNNING
from engine.plan.stopped import STOPPED
from tests.end_to_end.command import Ended, card, ended, good, interrupt_twice, latest, start

SLOW = """\
data: {source: data.csv, target: y}
model: [mlp]
search: {trials: 12, sampler: random}
evaluation: {folds: 3, metric: log_loss}
"""


@pytest.fixture
def folder(tmp_path):
    """A recipe whose search takes a few seconds."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "slow.yaml").write_text(SLOW, "utf-8")
    rows = [f"{n % 13},{n * 7 % 11},{n % 3},{n % 13 > n * 7 % 11}" for n in range(900)]
    (tmp_path / "data.csv").write_text("\n".join(["a,b,c,y", *rows]) + "\n", "utf-8")
    return tmp_path


def units(folder: Path) -> list[Path]:
    return sorted((folder / "outputs" / ".store").glob("search-*/units/*.npz"))


def wait_for_units(folder: Path, count: int) -> None:
    end = time.monotonic() + 60
    while len(units(folder)) < count:
        assert time.monotonic() < end, "the search did not begin"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_is_carried_on(folder, workers):
    process = start("run", "slow", f"compute.workers={workers}", folder=folder)
    wait_for_units(folder, 4)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    times = {path.name: path.stat().st_mtime_ns for path in units(folder)}
    assert 4 <= len(times) < 36, "it was killed too late"
    runs = folder / "outputs" / "slow"
    assert not (runs / "latest").exists()
    assert all(path.name.startswith(RUNNING) for path in runs.iterdir())
    assert good("runs", "--json", folder=folder).json == []

    after = good("run", "slow", f"compute.workers={workers}", folder=folder)
    assert "earlier run" in after.err
    assert "search: done already" not in after.err
    kept = {p.name: p.stat().st_mtime_ns for p in units(folder) if p.name in times}
    assert kept == times
    assert card(folder, "slow")["trials"] == 12
    assert [path.name for path in runs.iterdir() if path.name.startswith(".")] == []

    (folder / "outputs").rename(folder / "interrupted")
    good("run", "slow", folder=folder)
    whole = json.loads((latest(folder, "slow") / "leaderboard.json").read_text("utf-8"))
    carried = next((folder / "interrupted" / "slow").glob("*/leaderboard.json"))
    assert [row["values"] for row in json.loads(carried.read_text("utf-8"))] == [
        row["values"] for row in whole
    ]


def interrupted(folder: Path, workers: int, sent: signal.Signals) -> Ended:
    """Send a signal to a run that has begun, and to all that it has started.

    It has so much to do that it cannot have ended by itself, however late the signal comes.
    """
    process = start(
        "run", "slow", f"compute.workers={workers}", "search.trials=1000", folder=folder
    )
    wait_for_units(folder, 3)
    if sent == signal.SIGINT:
        interrupt_twice(process, folder / "outputs" / "slow")
    else:  # as `timeout` does: to the process, then to its group
        os.killpg(process.pid, sent)
        os.kill(process.pid, sent)
    return ended(process)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_how_to_go_on(folder, workers, sent, code):
    stopped = interrupted(folder, workers, sent)
    assert stopped.code == code, stopped.err
    assert "same command" in stopped.err
    assert "Traceback" not in stopped.err
    (left,) = (folder / "outputs" / "slow").iterdir()
    assert left.name.startswith(STOPPED)
    done = len(units(folder))
    good("run", "slow", folder=folder)
    assert len(units(folder)) == max(36, done)
    assert not left.exists()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_is_carried_on_by_its_name(folder, sent):
    """As it was asked for, although its recipe says something else by now."""
    process = start("run", "slow", "search.trials=1000", folder=folder)
    wait_for_units(folder, 3)
    while process.poll() is None:  # one Ctrl-C would end the search with what it has
        os.killpg(process.pid, sent)
        time.sleep(0.3)
    process.communicate()
    listed = good("runs", folder=folder).out
    assert "Interrupted" in listed
    assert " of 1,000" in listed
    assert "Going on" not in listed
    assert json.loads(good("runs", "--watch", "--json", folder=folder).out) == []
    (name,) = re.findall(r"engine run slow --resume (\S+)", listed)
    times = {path.name: path.stat().st_mtime_ns for path in units(folder)}
    recipe = folder / "recipes" / "slow.yaml"
    recipe.write_text(SLOW.replace("folds: 3", "folds: 2").replace("mlp", "dummy"), "utf-8")
    after = good("run", "slow", "--resume", name, "search.trials=5", folder=folder)
    kept = {p.name: p.stat().st_mtime_ns for p in units(folder) if p.name in times}
    assert kept == times
    assert "inspect: done already" in after.err
    found = card(folder, "slow")
    assert (found["trials"], found["family"]) == (5, "mlp")
    assert len(found["cv"]["log_loss"]["folds"]) == 3
    assert "Interrupted" not in good("runs", folder=folder).out
    again = good("run", "slow", "--resume", "latest", folder=folder)  # of the whole one
    assert "search: done already" in again.err


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_once_ends_with_what_there_is(folder, workers):
    words = (f"compute.workers={workers}", "search.trials=1000")
    process = start("run", "slow", *words, folder=folder)
    wait_for_units(folder, 7)  # two trials, and something that runs
    os.killpg(process.pid, signal.SIGINT)
    stopped = ended(process)
    assert stopped.code == 0, stopped.err
    assert "finishing with the best of them" in stopped.err
    assert "Traceback" not in stopped.err
    done = card(folder, "slow")["trials"]
    assert 1 <= done < 1000
    assert (latest(folder, "slow") / "bundle").is_dir()
    after = good("run", "slow", "search.trials=12", folder=folder)
    taken = f"{done} trial{'s' * (done > 1)} of an earlier run taken over"
    assert taken in after.err or done >= 12


@pytest.mark.slow
def test_two_runs_at_once_search_once_and_both_succeed(folder):
    both = [start("run", "slow", folder=folder) for _ in range(2)]
    results = [ended(process) for process in both]
    assert [result.code for result in results] == [0, 0], results
    runs = [path for path in (folder / "outputs" / "slow").iterdir() if not path.is_symlink()]
    cards = [json.loads((run / "scorecard.json").read_text("utf-8")) for run in runs]
    assert len(cards) == 2
    assert cards[0]["holdout"] == cards[1]["holdout"]
    assert len(units(folder)) == 36
    assert sum(result.err.count("  trial ") for result in results) == 12
    (waiting,) = (line for r in results for line in r.err.splitlines() if "waiting" in line)
    assert any(f"its search (process {process.pid} of " in waiting for process in both)
    assert ", writing outputs/slow/.running-" in waiting
    assert len([*(folder / "outputs" / ".store").glob("search-*")]) == 1


@pytest.mark.slow
def test_a_fresh_run_beside_a_living_one_waits_and_both_succeed(folder):
    first = start("run", "slow", "search.trials=24", folder=folder)
    wait_for_units(folder, 3)
    second = start("run", "slow", "search.trials=24", "--fresh", folder=folder)
    results = [ended(process) for process in (first, second)]
    assert [result.code for result in results] == [0, 0], results
    assert "waiting" in results[1].err
    assert results[1].err.count("  trial ") == 24
