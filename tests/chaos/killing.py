"""Kill a search again and again at random moments, and see whether anything is lost or doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.study import TRIALS_ASKED, Seen, begin, place, seen, told, units, whole, write

WHOM = ("driver", "worker", "group")
MOMENTS = ("starting", "searching", "writing", "telling", "ending")
GONE = 15  # seconds after which whatever a killed driver has started must have ended
PATIENCE = 300


@dataclass
class Tally:
    """What came of it; all but the first four are to be 0.

    Attributes
    ----------
    lost, again : int
        Finished units of work whose file vanished, or was written once more.
    outlived : int
        Processes that went on without their driver.
    others : list of str
        Runs that ended in another way than by being killed.
    """

    kills: Counter[str] = field(default_factory=Counter)
    studies: int = 0
    units: int = 0
    terminal: int = 0
    lost: int = 0
    again: int = 0
    duplicates: int = 0
    missing: int = 0
    different: int = 0
    outlived: int = 0
    others: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Processes and groups killed."""
        return sum(count for name, count in self.kills.items() if name in WHOM)

    @property
    def faults(self) -> dict[str, int]:
        """What went wrong, by name; empty where nothing did."""
        counts = {"lost": self.lost, "again": self.again, "duplicates": self.duplicates,
                  "missing": self.missing, "different": self.different,
                  "outlived": self.outlived, "others": len(self.others)}  # fmt: skip
        return {name: count for name, count in counts.items() if count}


def members(session: int) -> list[int]:
    """Return the processes of a session, zombies left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            state, _, _, of = path.read_text().rpartition(")")[2].split()[:4]
            if int(of) == session and state != "Z":
                found.append(int(path.parent.name))
    return found


class Campaign:
    """Kills searches of one kind, each carried on until it ends.

    Parameters
    ----------
    folder : Path
        Where the studies go.
    expected : Seen
        What the search finds that nobody stops.
    seconds : float
        How long that takes.
    """

    def __init__(
        self, folder: Path, expected: Seen, seconds: float, pruner: str, trials: int, tally: Tally
    ) -> None:
        self.folder = folder
        self.expected = expected
        self.seconds = seconds
        self.pruner = pruner
        self.trials = trials
        self.tally = tally

    def study(self, number: int, workers: int, kills: int, draw: random.Random) -> None:
        """Kill one search so many times at the most, let it end, and look at what it has left."""
        folder = write(self.folder / f"study{number}", self.pruner, self.trials)
        words = (f"compute.workers={workers}",)
        before: dict[str, tuple[int, int]] = {}
        left = kills
        while left:
            process = begin(folder, *words)
            left = self._kill(process, folder, workers, left, draw)
            process.communicate()
            self._see_gone(process.pid)
            before = self._compare(before, units(folder))
            if process.returncode == 0:
                self._judge(seen(folder))
                return
        ended = whole(folder, *words, seconds=PATIENCE)
        if ended.code:
            self.tally.others.append(f"{folder.name} ended with {ended.code}: {ended.err[-300:]}")
            return
        self._compare(before, units(folder))
        self._judge(seen(folder))

    def _kill(
        self, process: subprocess.Popen[str], folder: Path, workers: int, left: int,
        draw: random.Random,
    ) -> int:  # fmt: skip
        """Kill something of a run, workers perhaps several times; return how many may follow."""
        while left and process.poll() is None:
            moment = draw.choice(MOMENTS)
            if not self._await(moment, process, folder, draw):
                break
            whom = draw.choice(WHOM if workers > 1 else ("driver", "group"))
            if not _killed(process.pid, whom, draw):
                continue
            self.tally.kills.update((whom, moment))
            left -= 1
            if whom != "worker":
                return left
        if left and process.wait(PATIENCE) != 0:
            said = process.stderr.read() if process.stderr else ""
            self.tally.others.append(f"{folder.name} ended with {process.returncode}: {said}")
        return left

    def _await(
        self, moment: str, process: subprocess.Popen[str], folder: Path, draw: random.Random
    ) -> bool:
        """Wait for a moment; False where the run has ended before."""
        known = told(folder)
        seconds = {"starting": 2.0, "searching": self.seconds, "ending": 1.0}
        met: dict[str, Callable[[], bool]] = {
            "writing": lambda: _is_writing(folder),
            "telling": lambda: told(folder) > known,
            "ending": lambda: told(folder) >= self.trials,
        }
        condition = met.get(moment, lambda: True)
        while not condition():
            if process.poll() is not None:
                return False
            time.sleep(0.0005)
        end = time.monotonic() + draw.uniform(0, seconds.get(moment, 0.0))
        while time.monotonic() < end and process.poll() is None:
            time.sleep(0.001)
        return process.poll() is None

    def _see_gone(self, session: int) -> None:
        """Wait for what a killed driver has started to end by itself."""
        end = time.monotonic() + GONE
        while (left := members(session)) and time.monotonic() < end:
            time.sleep(0.02)
        self.tally.outlived += len(left)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _compare(
        self, before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
    ) -> dict[str, tuple[int, int]]:
        self.tally.lost += len(before.keys() - after.keys())
        self.tally.again += sum(after[name] != before[name] for name in before.keys() & after)
        return after

    def _judge(self, found: Seen) -> None:
        self.tally.studies += 1
        self.tally.units += sum(len(trial[4]) for trial in found.drawn)
        self.tally.terminal += found.terminal
        self.tally.duplicates += found.duplicates
        self.tally.missing += self.trials - found.terminal
        same = found.drawn == self.expected.drawn and found.holdout == self.expected.holdout
        self.tally.different += not same


def _is_writing(folder: Path) -> bool:
    study = place(folder)
    return study is not None and any(study.glob("units/*.partial"))


def _killed(session: int, whom: str, draw: random.Random) -> bool:
    """Kill, and say whether there was anybody to kill."""
    try:
        if whom == "group":
            os.killpg(session, signal.SIGKILL)
        elif whom == "driver":
            os.kill(session, signal.SIGKILL)
        else:
            others = [pid for pid in members(session) if pid != session]
            if not others:
                return False
            os.kill(draw.choice(others), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def campaign(folder: Path, pruner: str, tally: Tally, trials: int = TRIALS_ASKED) -> Campaign:
    """Run a search that nobody stops, to compare others with."""
    undisturbed = write(folder / f"whole_{pruner}", pruner, trials)
    begun = time.monotonic()
    ended = whole(undisturbed, seconds=PATIENCE)
    if ended.code:
        raise RuntimeError(ended.err)
    return Campaign(folder, seen(undisturbed), time.monotonic() - begun, pruner, trials, tally)


def kill_often(
    folder: Path, kills: int, seed: int = 0, each: int = 8, trials: int = TRIALS_ASKED,
    pruners: tuple[str, ...] = ("none", "median"), say: Callable[[str], None] = lambda _: None,
) -> Tally:  # fmt: skip
    """Kill searches with one and two workers until so many kills were dealt."""
    draw, tally = random.Random(seed), Tally()
    campaigns = [campaign(folder, pruner, tally, trials) for pruner in pruners]
    number = 0
    while tally.total < kills:
        most = min(each, kills - tally.total)
        kind = campaigns[number // 2 % len(campaigns)]
        kind.study(number, 2 - number % 2, most, draw)
        number += 1
        say(f"{tally.total} kills, {number} searches, {tally.faults or 'no fault'}")
    return tally
