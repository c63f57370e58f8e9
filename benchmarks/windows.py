"""What rolling windows of many rows cost, beside those of pandas."""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from tables import show

from engine.estimators.history import History

TIMES = 3
STATISTICS = ("mean", "std", "max")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--windows", type=int, nargs="*", default=[3, 30, 300])
    given = parser.parse_args()
    frame = table(given.rows)
    ordered = frame.groupby("group")["value"]
    rows = []
    for window in given.windows:
        for name in STATISTICS:
            made = History(windows=window, statistics=name, keep=False, grouped=True)
            before = peak()
            ours = seconds(lambda made=made: made.fit_transform(frame.to_numpy()))
            grew = peak() - before
            theirs = seconds(
                lambda n=name, w=window: getattr(ordered.rolling(w, min_periods=1), n)()
            )
            rows.append((window, name, f"{ours:.2f}", f"{theirs:.2f}", f"{grew:,.0f} MB"))
    show(("window", "statistic", "CPU seconds", "pandas", "peak memory grew by"), rows)


def table(rows: int) -> pd.DataFrame:
    """Return a time, 100 groups and a value, in the order of time."""
    draw = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "time": np.arange(rows), "group": draw.integers(0, 100, rows),
            "value": draw.normal(size=rows),
        },
        dtype=float,
    )  # fmt: skip


def peak() -> float:
    """Return the most memory that was in use at once so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def seconds(work: Callable[[], object]) -> float:
    """Return the median of a few times, in CPU seconds."""
    found = []
    for _ in range(TIMES):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return statistics.median(found)


if __name__ == "__main__":
    main()
