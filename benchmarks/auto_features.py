"""What `auto` makes of a million rows, against a ColumnTransformer that does the same.

python benchmarks/auto_features.py [--rows 1000000] [--times 3]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder
from tables import mixed, show

from engine.bundle.input import Contract, encode
from engine.steps.columns import roles
from engine.steps.features import transformer, treatments
from engine.testing.recipes import family

LEVELS = 10_000


def frame(rows: int) -> pd.DataFrame:
    """Return 24 numbers, 4 categories of few levels and 2 of 10,000; of fewer, in fewer rows."""
    table = mixed(rows).drop(columns="y")
    draw = np.random.default_rng(1)
    names = np.array([f"code {i:05}" for i in range(min(LEVELS, rows // 10))])
    return table.assign(**{c: names[draw.integers(0, len(names), rows)] for c in ("c4", "c5")})


def engine(table: pd.DataFrame, y: Any) -> Any:
    """Judge the columns, turn values into numbers, and fit the features of `auto` for `linear`."""
    columns = tuple(role.column for role in roles(table) if role.column)
    numbers = encode(table, Contract(columns)).table
    found = treatments(columns, {"rest": "auto"}, family("linear"))
    return transformer(found, columns, 0, True).fit_transform(numbers, y)


def bare(table: pd.DataFrame, y: Any) -> Any:
    """Do the same with scikit-learn alone, its columns named by hand."""
    few, many = [f"c{i}" for i in range(4)], ["c4", "c5"]
    numbers = [name for name in table if name not in (*few, *many)]
    parts = KFold(5, shuffle=True, random_state=0)
    onehot = OneHotEncoder(
        handle_unknown="infrequent_if_exist", sparse_output=False, min_frequency=2,
        max_categories=50,
    )  # fmt: skip
    filled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    steps = [
        ("few", onehot, few),
        ("many", make_pipeline(TargetEncoder(cv=parts), StandardScaler()), many),
        ("numbers", filled, numbers),
    ]
    return ColumnTransformer(steps).fit_transform(table, y)


def timed(function: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    """Return the CPU seconds of a call, and what it returns."""
    begin = time.process_time()
    made = function(*given)
    return time.process_time() - begin, made


def main() -> None:
    """Do both in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    table = frame(arguments.rows)
    y = np.random.default_rng(2).integers(0, 2, arguments.rows)
    ways = {"`auto`, judging the columns included": engine, "ColumnTransformer by hand": bare}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    made: dict[str, Any] = {}
    for _ in range(arguments.times):
        for name, way in ways.items():
            taken, made[name] = timed(way, table, y)
            seconds[name].append(taken)
    one, other = made.values()
    np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    median = {name: statistics.median(found) for name, found in seconds.items()}
    shape = f"{arguments.rows:,} x {one.shape[1]}"
    show(("way", "gives", "CPU seconds (median)"),
         [(name, shape, f"{taken:.1f}") for name, taken in median.items()])  # fmt: skip
    ours, theirs = median.values()
    print(f"\nratio {ours / theirs:.2f}; both give equal numbers")


if __name__ == "__main__":
    main()
