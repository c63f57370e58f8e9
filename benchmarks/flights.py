"""The flights recipe up to its features: four tables read and joined, columns judged and encoded.

python benchmarks/flights.py [--sample 0.1]
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from tables import show

import engine
from engine.bundle.input import Contract, encode
from engine.recipe.schema import Recipe
from engine.steps.columns import roles
from engine.steps.features import transformer, treatments
from engine.steps.load import Dataset
from engine.steps.target import read_target


def main() -> None:
    """Go through the parts one after the other, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", default="null", help="rows, or a share of them")
    sample = parser.parse_args().sample
    recipe = engine.load("flights", f"data.sample={sample}").recipe
    rows = []
    begin = time.perf_counter(), time.process_time()
    for part, what in parts(recipe):
        now = time.perf_counter(), time.process_time()
        taken = [f"{after - before:.1f}" for before, after in zip(begin, now, strict=True)]
        rows.append((part, what, *taken, f"{peak():,.0f} MB"))
        begin = now
    show(("part", "gives", "seconds", "CPU seconds", "peak memory so far"), rows)


def parts(recipe: Recipe) -> Any:
    """Yield each part when it is done, and the shape of what it gives."""
    frame = Dataset(recipe.data).frame
    yield "read and join", shape(frame)
    target = read_target(frame, recipe)
    found = roles(frame.drop(columns=recipe.data.target))
    columns = tuple(role.column for role in found if role.column)
    yield "judge the columns", f"{len(columns)} of them"
    numbers = encode(frame, Contract(columns)).table
    yield "turn values into numbers", shape(numbers)
    for name in ("xgboost", "linear"):
        family = engine.load("flights", f"model=[{name}]").recipe.model[name]
        treated = treatments(columns, {"rest": "auto"}, family)
        made = transformer(treated, columns, 0, True).fit_transform(numbers, target.values)
        yield f"features of {name}", shape(made)


def shape(table: Any) -> str:
    """Say how many rows and columns there are."""
    return f"{table.shape[0]:,} x {table.shape[1]}"


def peak() -> float:
    """Return the megabytes that this process has held at most."""
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
