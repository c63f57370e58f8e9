"""What becomes of searches that are killed, hang, eat memory, find the disk full or start at once.

python benchmarks/chaos.py [killed failing full together same] [--kills 200] [--starts 50]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tables import show

from tests.chaos import filling
from tests.chaos.agreeing import PRUNERS, differing, found
from tests.chaos.failing import are_told, fail_often
from tests.chaos.killing import MOMENTS, WHOM, kill_often
from tests.chaos.starting import TRIALS, join_from_elsewhere, start_together

ROOMS = (0, 4096, 20480)  # bytes left on a full disk
Row = tuple[object, ...]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def killed(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Kill searches of 60 trials with one and two workers."""
    tally = kill_often(folder, options.kills, options.seed, pruners=PRUNERS, say=say)
    yield "kills", tally.total, ", ".join(f"{tally.kills[name]} of the {name}" for name in WHOM)
    yield "when", "", ", ".join(f"{tally.kills[name]} {name}" for name in MOMENTS)
    yield "searches carried on to their end", tally.studies, ""
    yield "trials that have ended", tally.terminal, f"of {60 * tally.studies}"
    yield "finished units lost", tally.lost, f"of {tally.units} and more"
    yield "finished units run again", tally.again, ""
    yield "trials there twice", tally.duplicates, ""
    yield "trials missing, or left running", tally.missing, ""
    yield "searches with other draws, scores or holdout", tally.different, ""
    yield "processes that outlived their driver", tally.outlived, ""
    yield "runs that ended in another way", len(tally.others), "; ".join(tally.others)[:300]


def failing(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Ten candidates hang and ten eat memory, among 60."""
    for workers in (1, 2):
        failed = fail_often(folder / str(workers), 10, workers)
        told = "each with its cause" if are_told(failed) else f"{failed.hung}, {failed.ate}"
        done, lost = failed.states["complete"], failed.states["failed"]
        yield f"hanging and eating, {workers} workers", f"{lost} failed, {done} done", told


def full(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Fill the disk at each moment at which something is written."""
    expected = found(folder / "expected", "none", 1, filling.TRIALS)
    for moment in filling.MOMENTS:
        faults, tries = [], 0
        for workers, number, room in ((1, 1, 0), (2, 1, 0), *((1, 1, r) for r in ROOMS[1:])):
            tries += 1
            at = folder / f"{moment}{tries}"
            with filling.disk(at / "disk") as place:
                if place is None:
                    yield moment, "not tried", "no disk can be mounted here"
                    return
                words = (f"compute.workers={workers}",)
                filled = filling.fill_at(at / "project", place, moment, number, room, *words)
            faults += filled.faults(expected)
        say(f"{moment}: {faults or 'no fault'}")
        good = "told, and carried on"
        yield f"disk full: {moment}", f"{tries} times", "; ".join(faults)[:300] or good


def together(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Start eight commands at once on a fresh study, again and again."""
    alone = found(folder / "alone", "none", 1, TRIALS)
    faults: list[str] = []
    for number in range(options.starts):
        faults += start_together(folder / str(number), options.processes).faults(alone)
        say(f"{number + 1} starts, {faults or 'no fault'}")
    label = f"starts of {options.processes} at once on a fresh study"
    yield label, options.starts, "; ".join(faults)[:300] or "all succeeded, searched once"
    faults = join_from_elsewhere(folder / "one", folder / "other").faults(alone)
    yield "joined from another folder, with other words", 1, "; ".join(faults) or "searched once"


def same(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Count trials that differ between one, two and four workers."""
    for pruner in PRUNERS:
        for workers, count in differing(folder, pruner, (2, 4), 60):
            yield f"pruner {pruner}, {workers} workers against 1", f"{count} of 60 differ", ""


PARTS = {part.__name__: part for part in (killed, failing, full, together, same)}


def main() -> None:
    """Run the parts and print their table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all, if none is named")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--starts", type=int, default=50)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows: list[Row] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        for part in options.parts or PARTS:
            (Path(name) / part).mkdir()
            rows += PARTS[part](Path(name) / part, options)
    show(("what", "figure", "more"), rows)
    print(f"\n{(time.monotonic() - begun) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
