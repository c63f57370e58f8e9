"""Peak memory and speed of ``engine predict`` over 1,000,000 rows.

python benchmarks/predict_stream.py [--rows 1000000]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import pandas as pd
from tables import cost, mixed, recipe, show

BATCH = 100_000


def write_rows(path: Path, rows: int) -> None:
    """Write a long CSV file without holding all of it."""
    for begin in range(0, rows, BATCH):
        part: pd.DataFrame = mixed(min(BATCH, rows - begin), seed=begin)
        part.to_csv(path, mode="a", header=begin == 0, index=False)


def main() -> None:
    """Train on 20,000 rows, predict many, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mixed(20_000).to_parquet(folder / "train.parquet")
        write_rows(folder / "rows.csv", rows)
        path = recipe(folder, folder / "train.parquet", "model: [xgboost]\nsearch: {trials: 1}\n")
        cost(folder, "run", path)
        took = cost(folder, "predict", "outputs/bench/latest", "rows.csv", "-o", folder / "out.csv")
        size = (folder / "rows.csv").stat().st_size
    header = ("rows", "file", "peak memory", "seconds", "rows per second")
    cells = (f"{rows:,}", f"{size / 1e6:,.0f} MB", f"{took.megabytes:,.0f} MB",
             f"{took.seconds:.1f}", f"{rows / took.seconds:,.0f}")  # fmt: skip
    show(header, [cells])


if __name__ == "__main__":
    main()
