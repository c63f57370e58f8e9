"""How many times quicker a cluster of Dask is than one worker, where units of work only sleep.

python benchmarks/dask_workers.py [--workers 8] [--trials 16] [--seconds 2]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tables import show

from engine.contracts import Executor, silent
from engine.executors import dask
from engine.recipe import space
from engine.search.aims import Aims
from engine.search.candidate import Candidate, FamilySpace, Outcome
from engine.search.draw import Proposer
from engine.search.driver import Driver
from engine.search.pace import Allowance
from engine.search.record import Record
from engine.testing.clusters import cluster, ready, rest

FOLDS = 5
FAMILY = FamilySpace(
    "one",
    space.build({"rest": "auto"}, "features"),
    space.build({"alpha": "tag(log, interval(1e-3, 10))"}, "model.one.params"),
)


def searched(executor: Executor, trials: int, seconds: float, folder: Path) -> float:
    """Search with the engine's own driver and record, and return the seconds that it took."""

    def submit(
        candidate: Candidate, trial: int, fold: int, allowance: Allowance
    ) -> Future[Outcome]:
        score = float(candidate.params["alpha"]) + fold / 100
        return executor.submit(rest, seconds, score, deadline=60)

    record = Record(folder, [FAMILY], Aims.one(True))
    proposer = Proposer([FAMILY], "random", 0, Aims.one(True))
    begin = time.perf_counter()
    driver = Driver(
        proposer, record, submit, FOLDS, lambda: executor.workers, silent, lambda: False
    )
    told = driver.run(trials)
    took = time.perf_counter() - begin
    record.close()
    assert [trial.state for trial in told] == ["complete"] * trials
    return took


def measured(workers: int, arguments: Any, folder: Path) -> float:
    """Start a scheduler and workers, each a process of its own, and search."""
    for name in ("cluster", "study"):
        (folder / name).mkdir(parents=True)
    with cluster(folder / "cluster", workers) as found:
        executor = dask.start(None, ready, (), address=found.address)
        while executor.workers < workers:  # the last of them are still starting
            time.sleep(0.1)
        took = searched(executor, arguments.trials, arguments.seconds, folder / "study")
        executor.shutdown()
    return took


def main() -> None:
    """Search with one worker and with many, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2.0, help="that each unit sleeps")
    arguments = parser.parse_args()
    units = arguments.trials * FOLDS
    rows, alone = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for count in (1, arguments.workers):
            took = measured(count, arguments, Path(folder) / str(count))
            alone = alone or took
            ideal = arguments.seconds * units / count
            rows.append((count, units, f"{took:.2f}", f"{ideal:.2f}", f"{alone / took:.2f}"))
    show(("workers", "units", "seconds", "at best", "times one worker"), rows)


if __name__ == "__main__":
    main()
