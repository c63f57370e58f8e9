"""Made-up tables for the benchmarks, and how their results are printed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


def mixed(rows: int, seed: int = 0) -> pd.DataFrame:
    """Return 24 numbers and 6 categories, some values missing, and a binary target ``y``."""
    draw = np.random.default_rng(seed)
    numbers = draw.normal(size=(rows, 24))
    columns: dict[str, object] = {f"n{i}": numbers[:, i] for i in range(24)}
    for i in range(6):
        levels = np.array([f"level {k}" for k in range(3 + 4 * i)])
        columns[f"c{i}"] = levels[draw.integers(0, len(levels), rows)]
    signal = numbers[:, 0] + 0.5 * numbers[:, 1] * numbers[:, 2] + (columns["c0"] == "level 1")
    columns["y"] = np.where(signal + draw.normal(size=rows) > 0.3, "yes", "no")
    frame = pd.DataFrame(columns)
    frame.loc[draw.random(rows) < 0.1, "n3"] = np.nan
    return frame


def recipe(folder: Path, data: Path, lines: str) -> Path:
    """Write a recipe for a table."""
    path = folder / "bench.yaml"
    path.write_text(f"data: {{source: {data}, target: y}}\n{lines}", "utf-8")
    return path


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds by the clock and of CPU, megabytes at its peak."""

    seconds: float
    cpu: float
    megabytes: float


_WATCHER = """\
import json, resource, subprocess, sys, time
begin = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
print(json.dumps([time.perf_counter() - begin, cpu, used.ru_maxrss / 1024]))
sys.exit(code)
"""


def cost(folder: Path, *words: object) -> Cost:
    """Run a command of the engine in a folder, and return what it took.

    A small process watches it: Linux counts the size of whoever starts a process as its own peak.
    """
    command = [sys.executable, "-c", _WATCHER, sys.executable, "-m", "engine", *map(str, words)]
    said = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Cost(*json.loads(said))


def show(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table as Markdown."""
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
